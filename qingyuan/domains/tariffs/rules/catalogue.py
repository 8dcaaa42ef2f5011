"""The versions that rating may use (价目目录), and which of them governs which days."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from qingyuan.domains.tariffs.rules.compiled import CompiledVersion
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.domains.tariffs.rules.request import ItemOption, VersionRef
from qingyuan.kernel.errors import DomainError


class VersionUnknown(DomainError):
    """The catalogue has no such plan, or no such version of it (无此价格方案版本)."""

    code = "tariffs.version_unknown"


class VersionTwice(DomainError):
    """Two versions of one plan come into force on the same day (同一方案同日两个版本)."""

    code = "tariffs.version_twice"


class NoVersionInForce(DomainError):
    """No version of the plan is in force on a day that the bill covers (该日无生效的价格版本)."""

    code = "tariffs.no_version_in_force"


class WrongPlanKind(DomainError):
    """A plan is used where a single charge belongs, or the reverse (方案类型不符)."""

    code = "tariffs.wrong_plan_kind"


class Governing(NamedTuple):
    """A compiled version and the days it governs, [start, end)."""

    start: date
    end: date | None
    compiled: CompiledVersion


Timeline = tuple[Governing, ...]


class Catalogue:
    """Versions by plan code and date. Compiled timelines are kept: rating many bills of one plan compiles it once."""

    def __init__(self, versions: Iterable[PlanVersion]) -> None:
        """Raises VersionTwice."""
        self._versions: dict[str, list[PlanVersion]] = {}
        self._timelines: dict[tuple[tuple[VersionRef, ...], tuple[ItemOption, ...]], Timeline] = {}
        for version in versions:
            known = self._versions.setdefault(version.code, [])
            if any(other.effective_from == version.effective_from for other in known):
                raise VersionTwice(plan=version.code, date=version.effective_from)
            known.append(version)
            known.sort(key=lambda each: each.effective_from)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._versions)

    def versions_of(self, code: str) -> tuple[PlanVersion, ...]:
        """All versions of a plan by date. Raises VersionUnknown when there is none."""
        if code not in self._versions:
            raise VersionUnknown(plan=code)
        return tuple(self._versions[code])

    def version(self, code: str, effective_from: date) -> PlanVersion:
        """Raises VersionUnknown."""
        for version in self._versions.get(code, ()):
            if version.effective_from == effective_from:
                return version
        raise VersionUnknown(plan=code, date=effective_from)

    def refs(self, code: str, start: date | None = None, end: date | None = None) -> tuple[VersionRef, ...]:
        """The versions of `code` that touch [start, end), for a request; without dates the latest one alone.

        Raises VersionUnknown when the plan is not here, NoVersionInForce when no version governs `start`.
        """
        versions = self.versions_of(code)
        if start is None:
            versions = versions[-1:]
        else:
            started = [version for version in versions if version.effective_from <= start]
            later = [version for version in versions if start < version.effective_from < (end or date.max)]
            versions = (*started[-1:], *later)
            first = versions[0] if versions else None
            if first is None or first.effective_from > start or (first.effective_to or date.max) <= start:
                raise NoVersionInForce(plan=code, date=start)
        return tuple(VersionRef(code, version.effective_from, version.effective_from) for version in versions)

    def refs_by_assignment(
        self, assigned: Sequence[tuple[date, str]], start: date, end: date
    ) -> tuple[VersionRef, ...]:
        """The versions that touch [start, end) when plans are assigned from dates on (date, plan code), ordered.

        Raises VersionUnknown, and NoVersionInForce when no assignment or no version governs a part of the span.
        """
        begun = [each for each in assigned if each[0] <= start][-1:]
        later = [each for each in assigned if start < each[0] < end]
        if not begun:
            raise NoVersionInForce(plan="", date=start)
        periods = [*begun, *later]
        found: list[VersionRef] = []
        for (since, code), until in zip(periods, [*(since for since, _ in later), end], strict=True):
            refs = self.refs(code, max(since, start), until)
            found += [replace(ref, start=max(ref.effective_from, since)) for ref in refs]
        return tuple(found)

    def timeline(self, refs: tuple[VersionRef, ...], options: tuple[ItemOption, ...]) -> Timeline:
        """The compiled versions in date order, cut also where an item plan of an option changes.

        Raises VersionUnknown, WrongPlanKind, ItemPlanDoesNotFit, and NoVersionInForce when `refs` is empty.
        """
        key = (refs, options)
        known = self._timelines.get(key)
        if known is None:
            known = self._timelines[key] = self._compile(refs, options)
        return known

    def _compile(self, refs: tuple[VersionRef, ...], options: tuple[ItemOption, ...]) -> Timeline:
        if not refs:
            raise NoVersionInForce(plan="", date=None)
        own = sorted(refs, key=lambda ref: ref.start)
        starts = {ref.start for ref in own}
        starts |= {ref.start for option in options for ref in option.versions if ref.start > own[0].start}
        ordered = sorted(starts)
        timeline: list[Governing] = []
        for start, following in zip(ordered, [*ordered[1:], None], strict=True):
            version = self._kind(_governing(own, start), PlanKind.PLAN)
            replaced = {
                option.item_code: None
                if option.exempt
                else self._kind(_governing(option.versions, start), PlanKind.ITEM)
                for option in options
            }
            ends = [version.effective_to, *(other.effective_to for other in replaced.values() if other is not None)]
            end = min([each for each in (*ends, following) if each is not None], default=None)
            timeline.append(Governing(start, end, CompiledVersion(version, replaced)))
        return tuple(timeline)

    def _kind(self, ref: VersionRef, kind: PlanKind) -> PlanVersion:
        version = self.version(ref.code, ref.effective_from)
        if version.kind is not kind:
            raise WrongPlanKind(plan=ref.code, wanted=kind.value)
        return version


def _governing(refs: Iterable[VersionRef], day: date) -> VersionRef:
    """The last that has started by `day`, else the first of all: an option without an earlier price keeps its first."""
    ordered = sorted(refs, key=lambda ref: ref.start)
    return ([ref for ref in ordered if ref.start <= day] or ordered[:1])[-1]

"""What a reform changes (方案替换): the versions that a bill names give way to the simulated one, and nothing else does."""

from collections.abc import Iterable
from dataclasses import replace

from qingyuan.domains.billing.rules.tier_use import Counted
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.cycles import cycle_start_of
from qingyuan.domains.tariffs.rules.plan import MonthDay, PlanVersion, TierMode
from qingyuan.domains.tariffs.rules.request import RatingRequest, VersionRef
from qingyuan.kernel.period import Month


class Reform:
    """A version in place of a plan. `catalogue` has the simulated version without an end: it governs whatever bill names it."""

    def __init__(self, *, replaces: str, version: PlanVersion, recorded: Iterable[PlanVersion]) -> None:
        """`recorded` are all published versions; `replaces` is the code of the plan that gives way."""
        self.replaces = replaces
        self.version = replace(version, effective_to=None)
        published = list(recorded)
        old = [each for each in published if each.code == replaces]
        self.old_counters = {each.counter for each in old}
        self._old_cycle_months = max((each.tiers.cycle_months for each in old if each.tiers is not None), default=0)
        key = (version.code, version.effective_from)
        self.catalogue = Catalogue(
            [*(each for each in published if (each.code, each.effective_from) != key), self.version]
        )

    def of(self, request: RatingRequest) -> RatingRequest | None:
        """The request under the reform; None when the bill does not name the plan that gives way."""
        if not self._names(request):
            return None
        shares = tuple(replace(each, versions=self._refs(each.versions)) for each in request.shares)
        options = tuple(replace(each, versions=self._refs(each.versions)) for each in request.options)
        return replace(request, shares=shares, options=options)

    def _names(self, request: RatingRequest) -> bool:
        named = [*(each.versions for each in request.shares), *(each.versions for each in request.options)]
        return any(ref.code == self.replaces for refs in named for ref in refs)

    def _refs(self, refs: tuple[VersionRef, ...]) -> tuple[VersionRef, ...]:
        """The simulated version stands from the day on which the first version of the plan stood, through all of them."""
        made: list[VersionRef] = []
        for ref in refs:
            if ref.code != self.replaces:
                made.append(ref)
            elif not made or made[-1].code != self.version.code:
                made.append(VersionRef(self.version.code, self.version.effective_from, ref.start))
        return tuple(made)

    def counted(self, entry: Counted, anchor: MonthDay | None) -> Counted | None:
        """Use that no bill counted, under the reform: the plan's own goes to the simulated version's counter and to the
        cycle in which the entry's period lies. None where the new cycles are shorter than the old: what part of the
        volume fell into one of them is not known.
        """
        tiers = self.version.tiers
        if entry.counter not in self.old_counters or tiers is None or tiers.mode is not TierMode.CUMULATIVE:
            return entry
        if tiers.cycle_months < self._old_cycle_months:
            return None
        starts = anchor or tiers.cycle_starts
        cycle = cycle_start_of(entry.cycle_start, starts, tiers.cycle_months)
        if cycle != entry.cycle_start:
            month = Month.from_number(entry.position // 100)
            cycle = cycle_start_of(month.first_date, starts, tiers.cycle_months)
        return entry._replace(counter=self.version.counter, cycle_start=cycle)

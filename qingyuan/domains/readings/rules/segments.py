"""From the last reading and the installations since then to the stretches of a new reading item (抄表项分段)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.readings.rules.usage import EndKind, Stretch


@dataclass(frozen=True, slots=True)
class InstalledRegister:
    """One register of one installation at a point, in the point's order of instants; dates are civil."""

    installation_id: int
    register_id: int
    register_no: int
    meter_no: str
    installed_date: date
    removed_date: date | None
    start_value: Decimal
    final_value: Decimal | None
    maximum: Decimal
    decimals: int
    multiplier: Decimal
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class PriorEnd:
    """Where a register stood at the end of the point's last reading item."""

    end_date: date
    end_value: Decimal
    end_reading_id: int | None
    is_final: bool
    real_date: date
    real_value: Decimal


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A stretch to be read: it starts where the system's register stands; a removed meter's end is known already."""

    installed: InstalledRegister
    start_date: date
    start_value: Decimal
    start_reading_id: int | None
    real_date: date
    real_value: Decimal

    @property
    def is_final(self) -> bool:
        return self.installed.removed_date is not None

    @property
    def final_value(self) -> Decimal | None:
        """The removed meter's last value; where none was noted, it stands where it stood. None while it hangs."""
        if not self.is_final:
            return None
        return self.start_value if self.installed.final_value is None else self.installed.final_value

    @property
    def stretch(self) -> Stretch:
        """What the usage rules see of it."""
        installed = self.installed
        return Stretch(
            register_no=installed.register_no,
            start_value=self.start_value,
            real_value=self.real_value,
            maximum=installed.maximum,
            decimals=installed.decimals,
            multiplier=installed.multiplier,
            is_reversed=installed.is_reversed,
            final_value=self.final_value,
        )


def plan_segments(
    installed: Sequence[InstalledRegister],
    *,
    prior: Mapping[tuple[int, int], PriorEnd],
    prior_date: date | None,
) -> tuple[PlannedSegment, ...]:
    """The stretches since the last reading: `prior` by (installation, register), `prior_date` None before the first.

    An installation that ended before, or whose final the last item already took, gives none.
    """
    planned: list[PlannedSegment] = []
    for one in installed:
        before = prior.get((one.installation_id, one.register_id))
        if before is not None and before.is_final:
            continue
        ended = one.removed_date
        if before is None and prior_date is not None and ended is not None and ended < prior_date:
            continue
        planned.append(_segment(one, before, prior_date))
    return tuple(planned)


def _segment(one: InstalledRegister, before: PriorEnd | None, prior_date: date | None) -> PlannedSegment:
    if before is None:
        started = one.installed_date if prior_date is None else max(one.installed_date, prior_date)
        return PlannedSegment(one, started, one.start_value, None, started, one.start_value)
    return PlannedSegment(
        one, before.end_date, before.end_value, before.end_reading_id, before.real_date, before.real_value
    )


def real_after(
    end_kind: EndKind, *, end_date: date, end_value: Decimal, real: tuple[date, Decimal]
) -> tuple[date, Decimal]:
    """The last real register after a stretch: its end if it was seen, else what it was before."""
    return (end_date, end_value) if end_kind in {EndKind.READ, EndKind.FINAL} else real

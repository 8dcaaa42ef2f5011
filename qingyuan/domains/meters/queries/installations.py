"""Which meters hung where (装表记录), for thousands of points at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from qingyuan.domains.meters.models import Installation, InstallationRegister, Meter
from qingyuan.domains.meters.rules.states import Direction, MeterState


@dataclass(frozen=True, slots=True)
class RegisterFact:
    """One register in one installation; `final_value` None while the meter hangs. `maximum` is the first value it cannot show."""

    register_id: int
    register_no: int
    decimals: int
    maximum: Decimal
    direction: Direction
    start_value: Decimal
    final_value: Decimal | None


@dataclass(frozen=True, slots=True)
class InstallationFact:
    """Meter at point in [installed_at, removed_at), with its registers by number."""

    id: int
    point_id: int
    meter_id: int
    meter_no: str
    installed_at: datetime
    removed_at: datetime | None
    multiplier: Decimal
    registers: tuple[RegisterFact, ...]


@dataclass(frozen=True, slots=True)
class MeterRef:
    """A meter by its number."""

    id: int
    meter_no: str
    company_id: int
    state: MeterState
    model_code: str
    calibre: int
    version: int


def installations_between(
    point_ids: Iterable[int], from_at: datetime | None = None, to_at: datetime | None = None
) -> Mapping[int, tuple[InstallationFact, ...]]:
    """By point, in the order of their time, the installations not yet removed by `from_at` and installed before `to_at`.

    Without `from_at`: all since ever; points without any are left out. Two queries.
    """
    wanted = Q(point_id__any=list(point_ids))
    if from_at is not None:
        wanted &= Q(removed_at__isnull=True) | Q(removed_at__gt=from_at)
    if to_at is not None:
        wanted &= Q(installed_at__lt=to_at)
    rows = list(
        Installation.objects.filter(wanted)
        .order_by("point_id", "installed_at", "id")
        .values_list("id", "point_id", "meter_id", "meter__meter_no", "installed_at", "removed_at", "multiplier")
    )
    registers = _registers([row[0] for row in rows])
    found: dict[int, tuple[InstallationFact, ...]] = {}
    for row in rows:
        fact = InstallationFact(*row, registers=tuple(registers.get(row[0], ())))
        found[fact.point_id] = (*found.get(fact.point_id, ()), fact)
    return found


def current_installations(point_ids: Iterable[int]) -> Mapping[int, InstallationFact]:
    """The installation of the meter that hangs at each point now; points without one are left out. Two queries."""
    rows = Installation.objects.filter(point_id__any=list(point_ids), removed_at__isnull=True).values_list(
        "id", "point_id", "meter_id", "meter__meter_no", "installed_at", "removed_at", "multiplier"
    )
    found = list(rows)
    registers = _registers([row[0] for row in found])
    return {row[1]: InstallationFact(*row, registers=tuple(registers.get(row[0], ()))) for row in found}


def meter_refs(meter_nos: Iterable[str]) -> Mapping[str, MeterRef]:
    """By meter number; unknown numbers are left out. One query."""
    rows = Meter.objects.filter(meter_no__any=list(meter_nos)).values_list(
        "id", "meter_no", "company_id", "state", "model__code", "model__calibre", "version"
    )
    return {
        number: MeterRef(id_, number, company, MeterState(state), model, calibre, version)
        for id_, number, company, state, model, calibre, version in rows
    }


def _registers(installation_ids: list[int]) -> dict[int, list[RegisterFact]]:
    found: dict[int, list[RegisterFact]] = {}
    rows = InstallationRegister.objects.filter(installation_id__any=installation_ids)
    for installation, register, number, decimals, maximum, direction, start, final in rows.order_by(
        "installation_id", "register__register_no"
    ).values_list(
        "installation_id", "register_id", "register__register_no", "register__decimals", "register__maximum",
        "register__direction", "start_value", "final_value",
    ):  # fmt: skip
        found.setdefault(installation, []).append(
            RegisterFact(register, number, decimals, maximum, Direction(direction), start, final)
        )
    return found

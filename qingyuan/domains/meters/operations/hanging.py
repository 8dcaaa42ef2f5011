"""Meters at points (装表、拆表、复装、换表): one point under its lock, old and new values checked against their registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from qingyuan.domains.meters.declarations import INSTALL
from qingyuan.domains.meters.models import Installation, InstallationRegister, Meter, ServicePoint
from qingyuan.domains.meters.operations.installing_lookups import DEFAULT_TIME_ZONE, time_zones
from qingyuan.domains.meters.operations.locked import audit_point, locked_point
from qingyuan.domains.meters.operations.refusals import ChangedMeanwhile, MeterNotInStock
from qingyuan.domains.meters.operations.tokens import refresh_meter_tokens
from qingyuan.domains.meters.queries.installations import InstallationFact, current_installations
from qingyuan.domains.meters.queries.points import accounts_of_points
from qingyuan.domains.meters.rules.installing import InstalledInFuture, check_multiplier
from qingyuan.domains.meters.rules.registers import check_values, civil_date
from qingyuan.domains.meters.rules.states import MeterState, PointKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.copying import violated_constraint

INSTALLABLE = (MeterState.IN_STOCK, MeterState.ISSUED, MeterState.REMOVED)


class PointHasMeter(DomainError):
    """A meter hangs at the point; exchange it."""

    code = "meters.point_has_meter"


class PointHasNoMeter(DomainError):
    """No meter hangs at the point."""

    code = "meters.point_has_no_meter"


class PointIsUnmetered(DomainError):
    """The point is charged without a meter."""

    code = "meters.point_is_unmetered"


class BeforeInstalled(DomainError):
    """A meter is not removed before it was installed, nor one installed before the last was removed."""

    code = "meters.before_installed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange made: the installation that ended and the one that began."""

    old_installation_id: int
    new_installation_id: int


def install_meter(
    *,
    actor: Actor,
    point_id: int,
    meter_id: int,
    at: datetime,
    start_values: Mapping[int, Decimal],
    on: date,
    reason: str = "NEW",
    multiplier: Decimal = Decimal(1),
) -> int:
    """Hang a meter on a point without one (装表、复装); returns the installation's id. Values by register number.

    Raises NotFound, NotPermitted, PointClosed, PointHasMeter, PointIsUnmetered, MeterNotInStock, MultiplierInvalid,
    RegistersIncomplete, RegisterValueInvalid, InstalledInFuture, BeforeInstalled, ChangedMeanwhile.
    """
    check_multiplier(multiplier)
    with transaction.atomic():
        point = locked_point(actor, point_id, INSTALL, on=on)
        if point_id in current_installations([point_id]):
            raise PointHasMeter(point_no=point.point_no)
        meter = _installable(point, meter_id)
        installation_id = _hang(point, meter, at, start_values, multiplier, reason, on)
        _refresh(point_id, on)
        audit_point(
            actor,
            point,
            "meters.install_meter",
            after={"meter_no": meter.meter_no, "at": at.isoformat(), "start_values": _told(start_values)},
            reason=reason,
        )
    return installation_id


def remove_meter(
    *, actor: Actor, point_id: int, at: datetime, final_values: Mapping[int, Decimal], reason: str, on: date
) -> int:
    """Take the meter off (拆表); returns the id of the installation that ended. The usage up to it is the readings' work.

    Raises NotFound, NotPermitted, PointClosed, PointHasNoMeter, RegistersIncomplete, RegisterValueInvalid,
    InstalledInFuture, BeforeInstalled.
    """
    with transaction.atomic():
        point = locked_point(actor, point_id, INSTALL, on=on)
        hanging = _take_off(point, at, final_values, reason, on)
        _refresh(point_id, on)
        audit_point(
            actor,
            point,
            "meters.remove_meter",
            before={"meter_no": hanging.meter_no},
            after={"meter_no": None, "at": at.isoformat(), "final_values": _told(final_values)},
            reason=reason,
        )
    return hanging.id


def exchange(
    *,
    actor: Actor,
    point_id: int,
    at: datetime,
    final_values: Mapping[int, Decimal],
    new_meter_id: int,
    start_values: Mapping[int, Decimal],
    reason: str,
    on: date,
    multiplier: Decimal = Decimal(1),
) -> Exchange:
    """Take the meter off and hang the new one at the same instant (换表). Values by register number.

    Raises what `remove_meter` and `install_meter` raise; then nothing has changed.
    """
    check_multiplier(multiplier)
    with transaction.atomic():
        point = locked_point(actor, point_id, INSTALL, on=on)
        old = _take_off(point, at, final_values, reason, on)
        meter = _installable(point, new_meter_id)
        if meter.pk == old.meter_id:
            raise MeterNotInStock(meter_no=meter.meter_no, state=MeterState.INSTALLED)
        new_id = _hang(point, meter, at, start_values, multiplier, reason, on)
        _refresh(point_id, on)
        audit_point(
            actor,
            point,
            "meters.exchange",
            before={"meter_no": old.meter_no, "final_values": _told(final_values)},
            after={"meter_no": meter.meter_no, "start_values": _told(start_values), "at": at.isoformat()},
            reason=reason,
        )
    return Exchange(old.id, new_id)


def _take_off(
    point: ServicePoint, at: datetime, final_values: Mapping[int, Decimal], reason: str, on: date
) -> InstallationFact:
    hanging = current_installations([point.pk]).get(point.pk)
    if hanging is None:
        raise PointHasNoMeter(point_no=point.point_no)
    _check_instant(point, at, on)
    if at < hanging.installed_at:
        raise BeforeInstalled(at=at, installed_at=hanging.installed_at)
    registers = {one.register_no: (one.maximum, one.decimals) for one in hanging.registers}
    check_values(final_values, registers)
    Installation.objects.filter(id=hanging.id).update(removed_at=at, removal_reason=reason)
    for one in hanging.registers:
        InstallationRegister.objects.filter(installation_id=hanging.id, register_id=one.register_id).update(
            final_value=final_values[one.register_no]
        )
    Meter.objects.filter(id=hanging.meter_id).update(state=MeterState.REMOVED.value)
    return hanging


def _installable(point: ServicePoint, meter_id: int) -> Meter:
    if point.kind == PointKind.UNMETERED:
        raise PointIsUnmetered(point_no=point.point_no)
    meter = Meter.objects.filter(id=meter_id).first()
    if meter is None:
        raise NotFound(meter_id=meter_id)
    if meter.company_id != point.company_id or meter.state not in INSTALLABLE:
        raise MeterNotInStock(meter_no=meter.meter_no, state=meter.state)
    return meter


def _hang(
    point: ServicePoint,
    meter: Meter,
    at: datetime,
    start_values: Mapping[int, Decimal],
    multiplier: Decimal,
    reason: str,
    on: date,
) -> int:
    _check_instant(point, at, on)
    registers = {one.register_no: one for one in meter.registers.all()}
    check_values(start_values, {number: (one.maximum, one.decimals) for number, one in registers.items()})
    last = Installation.objects.filter(point=point).order_by("-installed_at", "-id").first()
    if last is not None and (last.removed_at is None or last.removed_at > at):
        raise BeforeInstalled(at=at, installed_at=last.removed_at)
    states = [state.value for state in INSTALLABLE]
    if not Meter.objects.filter(id=meter.pk, state__in=states).update(state=MeterState.INSTALLED.value):
        raise ChangedMeanwhile(meter_no=meter.meter_no)
    try:
        with transaction.atomic():
            installation = Installation.objects.create(
                company_id=point.company_id,
                point=point,
                meter=meter,
                installed_at=at,
                multiplier=multiplier,
                reason=reason,
            )
    except IntegrityError as error:
        raise ChangedMeanwhile(constraint=violated_constraint(error)) from error
    InstallationRegister.objects.bulk_create(
        [
            InstallationRegister(
                company_id=point.company_id,
                installation=installation,
                register=registers[number],
                start_value=value,
            )
            for number, value in sorted(start_values.items())
        ]
    )
    return installation.pk


def _check_instant(point: ServicePoint, at: datetime, on: date) -> None:
    zone = time_zones([point.company_id]).get(point.company_id, DEFAULT_TIME_ZONE)
    day = civil_date(at, zone)
    if not point.opened_date <= day <= on:
        raise InstalledInFuture(opened_date=point.opened_date, installed_date=day, on=on)


def _refresh(point_id: int, on: date) -> None:
    refresh_meter_tokens(accounts_of_points([point_id], on=on).values())


def _told(values: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(number): format(value, "f") for number, value in sorted(values.items())}

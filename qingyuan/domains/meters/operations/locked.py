"""Points under their lock, and how what holds for them follows one another over time (时效变更)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from qingyuan.domains.customers.declarations import BACKDATE_DAYS
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, InForce, spans_to_close
from qingyuan.domains.meters.models import (
    ItemOption,
    MeterLink,
    PointAccount,
    PointBook,
    Quota,
    ServicePoint,
    UsageShare,
)
from qingyuan.domains.meters.operations.refusals import PointClosed
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.parameters.queries import integer
from qingyuan.platform.staff.operations import require

Fact = TypeVar("Fact", ItemOption, MeterLink, PointAccount, PointBook, Quota, UsageShare)


def lock_points(point_ids: Iterable[int], *, shared: bool = False) -> None:
    """Lock the points through the door (rank SERVICE_POINT) until the caller's transaction ends; raises as `door.hold`."""
    hold(Rank.SERVICE_POINT, ServicePoint, point_ids, shared=shared)


def locked_point(actor: Actor, point_id: int, permission: str, *, on: date) -> ServicePoint:
    """The point, locked in the caller's transaction, which the actor may change. Raises NotFound, NotPermitted, PointClosed."""
    unit_id = ServicePoint.objects.filter(id=point_id).values_list("unit_id", flat=True).first()
    if unit_id is None:
        raise NotFound(point_id=point_id)
    require(actor, permission, on=on, unit_id=unit_id)
    lock_points([point_id])
    point = ServicePoint.objects.get(id=point_id)
    if point.closed_date is not None:
        raise PointClosed(point_no=point.point_no)
    return point


def close_last(rows: "QuerySet[Fact]", *, point: ServicePoint, from_date: date, on: date) -> list[Fact]:
    """End the rows in force at `from_date`, so that the next may begin there, and return those that began last.

    Raises ChangeBeforeCurrent when one of them began later, or the point opened later, and ChangeTooFarBack.
    """
    newest = rows.order_by("-from_date", "-id").first()
    last = [] if newest is None else list(rows.filter(from_date=newest.from_date).order_by("id"))
    closes = spans_to_close(
        [InForce(row.from_date, row.to_date) for row in last],
        opened_date=point.opened_date,
        from_date=from_date,
        on=on,
        days_back=integer(BACKDATE_DAYS, unit_id=point.unit_id, on=on),
    )
    for row, must_close in zip(last, closes, strict=True):
        if must_close:
            rows.filter(pk=row.pk).update(to_date=from_date)
    return last


def add(fact: Fact) -> Fact:
    """Save the next row. Raises ChangeBeforeCurrent when a row in force stands in its way after all."""
    try:
        with transaction.atomic():
            fact.save(force_insert=True)
    except IntegrityError as error:
        raise ChangeBeforeCurrent(from_date=fact.from_date, current_from=fact.from_date) from error
    return fact


def audit_point(
    actor: Actor,
    point: ServicePoint,
    action: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry about the point."""
    record(
        actor=actor,
        action=action,
        object_type="service_point",
        object_key=point.point_no,
        company_id=point.company_id,
        unit_id=point.unit_id,
        before=before,
        after=after,
        reason=reason,
    )

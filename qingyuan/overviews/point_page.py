"""One point for its forms (用水点), within the reach of a permission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.meters.models import Installation, Meter, PointAccount, PointBook, ServicePoint
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.meters.rules.states import MeterState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.account_points import PointDetail, point_details
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class PointForForm:
    """The point with whose it is and where it is read; numbers empty where there is none."""

    detail: PointDetail
    account_no: str
    holder_name: str
    address: str
    book_id: int | None
    book_no: str
    order_no: int | None


def point_for_form(actor: Actor, point_no: str, *, permission: str, on: date, english: bool = False) -> PointForForm:
    """The point. Raises NotFound for an unknown one and one outside the permission's reach."""
    row = ServicePoint.objects.filter(point_no=point_no).select_related("premise").first()
    if row is None:
        raise NotFound(point_no=point_no)
    placed = (
        PointBook.objects.filter(in_force(on), point=row).values_list("book_id", "book__book_no", "order_no").first()
    )
    if not reach(actor, permission, on=on).covers(row.unit_id, placed[0] if placed else None):
        raise NotFound(point_no=point_no)
    owner = (
        PointAccount.objects.filter(in_force(on), point=row).values_list("account_id", "account__account_no").first()
    )
    holder = (
        AccountHolder.objects.filter(in_force(on), account_id=owner[0]).values_list("customer__name", flat=True).first()
        if owner
        else None
    )
    book_id, book_no, order_no = placed or (None, "", None)
    return PointForForm(
        detail=point_details([row.pk], on=on, english=english)[0],
        account_no=owner[1] if owner else "",
        holder_name=holder or "",
        address=row.premise.address,
        book_id=book_id,
        book_no=book_no,
        order_no=order_no,
    )


def points_by_number(company_id: int, numbers: Sequence[str]) -> dict[str, int]:
    """The company's points by their own number or by that of the meter that hangs there; unknown numbers are left out."""
    hanging = Installation.objects.filter(
        company_id=company_id, removed_at__isnull=True, meter__meter_no__any=list(numbers)
    )
    own = ServicePoint.objects.filter(company_id=company_id, point_no__any=list(numbers))
    return {**dict(hanging.values_list("meter__meter_no", "point_id")), **dict(own.values_list("point_no", "id"))}


@dataclass(frozen=True, slots=True)
class StockMeter:
    """A meter that may be hung: its registers with their digits."""

    id: int
    meter_no: str
    calibre: int
    register_nos: tuple[int, ...]


def stock_meter(company_id: int, meter_no: str) -> StockMeter | None:
    """The company's meter of this number that hangs nowhere; None when there is none."""
    states = [MeterState.IN_STOCK.value, MeterState.ISSUED.value, MeterState.REMOVED.value]
    row = (
        Meter.objects.filter(company_id=company_id, meter_no=meter_no, state__in=states)
        .select_related("model")
        .prefetch_related("registers")
        .first()
    )
    if row is None:
        return None
    return StockMeter(
        row.pk, row.meter_no, row.model.calibre, tuple(sorted(one.register_no for one in row.registers.all()))
    )

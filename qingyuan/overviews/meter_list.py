"""The list of meters (水表档案) and one meter's page, within reach: a hanging meter belongs to its point's unit."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.meters.models import Installation, Meter, PointAccount, PointBook, Register
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.meters.rules.states import MeterState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import Reach, reach

VIEW = "meters.view"


@dataclass(frozen=True, slots=True)
class MeterFilter:
    """What the list is narrowed to; empty fields do not narrow. `text` begins a meter or account number."""

    text: str = ""
    state: str = ""
    calibre: int | None = None
    verify_before: date | None = None


@dataclass(frozen=True, slots=True)
class MeterRow:
    """One meter with where it hangs on the day; account fields empty while it hangs nowhere."""

    id: int
    meter_no: str
    model_name: str
    maker_name: str
    calibre: int
    state: MeterState
    made_date: date | None
    verify_by_date: date | None
    installed_at: datetime | None
    point_no: str
    account_no: str
    holder_name: str
    address: str
    book_no: str


@dataclass(frozen=True, slots=True)
class MeterPage:
    """The asked rows and the count over the whole filter."""

    rows: tuple[MeterRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One register (计数器); `maximum` is the first value that it cannot show."""

    register_no: int
    digits: int
    decimals: int
    maximum: Decimal
    direction: str


@dataclass(frozen=True, slots=True)
class HungAt:
    """Where the meter hung in [installed_at, removed_at), with start and final values by register."""

    point_no: str
    account_no: str
    address: str
    installed_at: datetime
    removed_at: datetime | None
    multiplier: Decimal
    start_values: tuple[Decimal, ...]
    final_values: tuple[Decimal | None, ...]
    reason: str
    removal_reason: str


@dataclass(frozen=True, slots=True)
class MeterDetail:
    """A meter's page."""

    row: MeterRow
    company_id: int
    unit_id: int | None
    registers: tuple[RegisterRow, ...]
    installations: tuple[HungAt, ...]
    point_ids: tuple[int, ...]


SORTS = {"meter_no": "meter_no", "verify_by_date": "verify_by_date", "calibre": "model__calibre"}


def meter_page(
    actor: Actor,
    wanted: MeterFilter,
    *,
    on: date,
    sort: str = "meter_no",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> MeterPage:
    """Meters within the reach of meters.view. At most eight queries."""
    rows = _narrowed(_within(actor, reach(actor, VIEW, on=on), on), wanted, on)
    ordered = rows.order_by(f"{'-' if descending else ''}{SORTS[sort]}", "meter_no")
    found = list(ordered.select_related("model__maker")[offset : offset + limit])
    return MeterPage(_rows(found, on), rows.count())


def meter_detail(actor: Actor, meter_no: str, *, on: date) -> MeterDetail:
    """One meter. Raises NotFound for an unknown number and for a meter outside the reach of meters.view."""
    found = Meter.objects.filter(meter_no=meter_no).select_related("model__maker").first()
    if found is None or not _within(actor, reach(actor, VIEW, on=on), on).filter(id=found.pk).exists():
        raise NotFound(meter_no=meter_no)
    hung = list(
        Installation.objects.filter(meter=found)
        .select_related("point__premise")
        .prefetch_related("registers__register")
        .order_by("-installed_at", "-id")
    )
    accounts = dict(
        PointAccount.objects.filter(in_force(on), point_id__any=[one.point_id for one in hung]).values_list(
            "point_id", "account__account_no"
        )
    )
    current = next((one for one in hung if one.removed_at is None), None)
    return MeterDetail(
        row=_rows([found], on)[0],
        company_id=found.company_id,
        unit_id=current.point.unit_id if current else None,
        registers=tuple(
            RegisterRow(*row)
            for row in Register.objects.filter(meter=found)
            .order_by("register_no")
            .values_list("register_no", "digits", "decimals", "maximum", "direction")
        ),
        installations=tuple(_hung(one, accounts) for one in hung),
        point_ids=tuple(dict.fromkeys(one.point_id for one in hung)),
    )


def _within(actor: Actor, reached: Reach, on: date) -> QuerySet[Meter]:
    """Meters that hang at points reached, or hung there last; those that never hung belong to the whole company."""
    if reached.everything:
        return Meter.objects.all()
    inside = Q(point__unit_id__in=reached.whole_unit_ids)
    if reached.book_ids:
        in_books = PointBook.objects.filter(
            in_force(on), point_id=OuterRef("point_id"), book_id__any=sorted(reached.book_ids)
        )
        inside |= Q(Exists(in_books), point__unit_id__in=reached.unit_ids)
    hung_here = Installation.objects.filter(inside, meter_id=OuterRef("pk"))
    hung = Installation.objects.filter(meter_id=OuterRef("pk"))
    never = Q(company_id=actor.company_id) & ~Exists(hung)
    return Meter.objects.filter(Q(Exists(hung_here)) | never)


def _narrowed(rows: QuerySet[Meter], wanted: MeterFilter, on: date) -> QuerySet[Meter]:
    text = wanted.text.strip()
    if text:
        accounts = Installation.objects.filter(
            in_force(on, "point__accounts__"),
            meter_id=OuterRef("pk"),
            removed_at__isnull=True,
            point__accounts__account__account_no__startswith=text,
        )
        rows = rows.filter(Q(meter_no__startswith=text) | Q(Exists(accounts)))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.calibre is not None:
        rows = rows.filter(model__calibre=wanted.calibre)
    if wanted.verify_before is not None:
        rows = rows.filter(verify_by_date__lt=wanted.verify_before)
    return rows


def _rows(found: list[Meter], on: date) -> tuple[MeterRow, ...]:
    """With point, account, holder and book of now. Three queries."""
    hanging = {
        one.meter_id: one
        for one in Installation.objects.filter(
            meter_id__any=[row.pk for row in found], removed_at__isnull=True
        ).select_related("point__premise")
    }
    point_ids = [one.point_id for one in hanging.values()]
    owners = PointAccount.objects.filter(in_force(on), point_id__any=point_ids)
    accounts = {
        point: (key, number)
        for point, key, number in owners.values_list("point_id", "account_id", "account__account_no")
    }
    holders = dict(
        AccountHolder.objects.filter(
            in_force(on), account_id__any=[key for key, _number in accounts.values()]
        ).values_list("account_id", "customer__name")
    )
    books = dict(
        PointBook.objects.filter(in_force(on), point_id__any=point_ids).values_list("point_id", "book__book_no")
    )
    rows = []
    for meter in found:
        hung = hanging.get(meter.pk)
        point_id = hung.point_id if hung else 0
        account_id, account_no = accounts.get(point_id, (0, ""))
        rows.append(
            MeterRow(
                id=meter.pk,
                meter_no=meter.meter_no,
                model_name=meter.model.name,
                maker_name=meter.model.maker.name,
                calibre=meter.model.calibre,
                state=MeterState(meter.state),
                made_date=meter.made_date,
                verify_by_date=meter.verify_by_date,
                installed_at=hung.installed_at if hung else None,
                point_no=hung.point.point_no if hung else "",
                account_no=account_no,
                holder_name=holders.get(account_id, ""),
                address=hung.point.premise.address if hung else "",
                book_no=books.get(point_id, ""),
            )
        )
    return tuple(rows)


def _hung(one: Installation, accounts: dict[int, str]) -> HungAt:
    registers = sorted(one.registers.all(), key=lambda row: row.register.register_no)
    return HungAt(
        point_no=one.point.point_no,
        account_no=accounts.get(one.point_id, ""),
        address=one.point.premise.address,
        installed_at=one.installed_at,
        removed_at=one.removed_at,
        multiplier=one.multiplier,
        start_values=tuple(row.start_value for row in registers),
        final_values=tuple(row.final_value for row in registers),
        reason=one.reason,
        removal_reason=one.removal_reason,
    )

"""Shifts (班次): the list, and one with its payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from qingyuan.domains.payments import queries as payments
from qingyuan.domains.payments.models import CashSession
from qingyuan.domains.payments.queries import SessionPage
from qingyuan.domains.payments.rules.tally import CashTally, counted_cash
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.overviews.payment_list import PaymentFilter, PaymentLines, payment_list
from qingyuan.platform.staff.queries import reach

VIEW = "payments.view"
SORTS = {"opened_at": "id", "over_short": "over_short", "closed_at": "closed_at"}
PAYMENTS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ShiftFilter:
    """What the list is narrowed to. `difference`: over, short or even. Dates are those of the close, [from, to]."""

    text: str = ""
    state: str = ""
    difference: str = ""
    from_date: date | None = None
    to_date: date | None = None


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift in the list. Amounts of cash are None while it is open."""

    session_no: str
    state: str
    unit_name: str
    cashier_name: str
    opened_at: datetime
    closed_at: datetime | None
    float_amount: Decimal
    payments: int
    received: Decimal
    expected_cash: Decimal | None
    counted_cash: Decimal | None
    over_short: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class ShiftLines:
    """A page of the list; sums over the whole filter."""

    rows: tuple[ShiftLine, ...]
    count: int
    expected_cash: Decimal
    counted_cash: Decimal
    over_short: Decimal


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """A shift with its payments, newest first; `has_more`: not all of them are shown."""

    page: SessionPage
    payments: PaymentLines
    is_own: bool

    @property
    def has_more(self) -> bool:
        return self.payments.count > len(self.payments.rows)


def shift_list(
    actor: Actor,
    wanted: ShiftFilter,
    *,
    on: date,
    sort: str = "opened_at",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> ShiftLines:
    """Shifts within the reach of payments.view, and the actor's own. Three queries beside the reach."""
    found = CashSession.objects.filter(_within_reach(actor, on), _condition(wanted))
    sums = found.aggregate(
        count=Count("id"), expected=Sum("expected_cash"), counted=Sum("counted_cash"), difference=Sum("over_short")
    )
    column = SORTS.get(sort, "id")
    order = [f"-{column}", "-id"] if descending else [column, "id"]
    standing = Q(payments__void__isnull=True, payments__isnull=False)
    rows = found.annotate(
        taken=Count("payments", filter=standing), money=Sum("payments__received", filter=standing)
    ).select_related("unit", "cashier")
    return ShiftLines(
        rows=tuple(
            ShiftLine(
                session_no=row.session_no,
                state=row.state,
                unit_name=row.unit.short_name or row.unit.name,
                cashier_name=row.cashier.name,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                float_amount=row.float_amount,
                payments=row.taken,
                received=row.money or ZERO_MONEY,
                expected_cash=row.expected_cash,
                counted_cash=row.counted_cash,
                over_short=row.over_short,
                note=row.note,
            )
            for row in rows.order_by(*order)[offset : offset + limit]
        ),
        count=sums["count"],
        expected_cash=sums["expected"] or ZERO_MONEY,
        counted_cash=sums["counted"] or ZERO_MONEY,
        over_short=sums["difference"] or ZERO_MONEY,
    )


def shift_page(actor: Actor, session_no: str, *, on: date) -> ShiftPage:
    """One shift, the actor's own or within the reach of payments.view. Raises NotFound. At most 16 queries."""
    found = CashSession.objects.filter(_within_reach(actor, on), session_no=session_no).first()
    if found is None:
        raise NotFound(session=session_no)
    page = payments.session_page(actor=actor, session_id=found.pk, on=on)
    taken = payment_list(actor, PaymentFilter(session_id=found.pk), on=on, limit=PAYMENTS_SHOWN)
    return ShiftPage(page=page, payments=taken, is_own=found.cashier_id == actor.staff_id)


def own_shift(actor: Actor, *, on: date) -> ShiftPage | None:
    """The actor's open shift, None without one."""
    session = payments.open_session_of(actor)
    return None if session is None else shift_page(actor, session.session_no, on=on)


def _within_reach(actor: Actor, on: date) -> Q:
    held = reach(actor, VIEW, on=on)
    if held.everything:
        return Q()
    return held.condition("unit_id") | Q(cashier_id=actor.staff_id)


def _condition(wanted: ShiftFilter) -> Q:
    condition = Q()
    if wanted.text:
        condition &= Q(session_no__startswith=wanted.text) | Q(cashier__name__contains=wanted.text)
    if wanted.state:
        condition &= Q(state=wanted.state)
    if wanted.difference:
        condition &= {"over": Q(over_short__gt=0), "short": Q(over_short__lt=0), "even": Q(over_short=0)}[
            wanted.difference
        ]
    if wanted.from_date is not None:
        condition &= Q(closed_date__gte=wanted.from_date)
    if wanted.to_date is not None:
        condition &= Q(closed_date__lte=wanted.to_date)
    return condition


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What closing a shift with a count would say."""

    shift: ShiftPage
    tally: CashTally


def rehearse_close(actor: Actor, session_no: str, pieces: Mapping[Decimal, int], *, on: date) -> Rehearsal:
    """The shift as it stands with the count beside it. Raises NotFound; ValueError for a count that cannot be."""
    shift = shift_page(actor, session_no, on=on)
    counted = counted_cash(pieces)
    expected = shift.page.expected_cash
    return Rehearsal(shift, CashTally(expected, counted, counted - expected))

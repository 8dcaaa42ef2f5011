"""Recurring fees (周期费用) for their list, their own page and the account's: what returns when, and what stands charged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import F, Max, Q, QuerySet

from qingyuan.domains.billing.models import Bill, FeeCharge, StandingFee, StandingFeeLive
from qingyuan.domains.billing.rules.standing import Rhythm, next_period
from qingyuan.domains.customers.queries.payers import payers
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month
from qingyuan.kernel.rounding import round_decimal
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import reach

KEEP = "billing.standing_fees"
SORTS = {"account_no": "account__account_no", "from_month": "from_yyyymm", "last_charged": "last_charged"}
MOST = 200


class When(StrEnum):
    """How a recurring fee stands to the month."""

    IN_FORCE = "in-force"
    TO_COME = "to-come"
    ENDED = "ended"
    CLOSED = "closed"  # the account is closed: nothing is charged any more


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A recurring fee. `each` (yuan) is the price of one or the amount, `comes_to` what a period costs at today's price.

    Months are yyyymm. `next_month`: when the first period begins that neither stands charged nor lies before one that does.
    """

    id: int
    account_no: str
    account_name: str
    unit_name: str
    fee_code: str
    fee_name: str
    piece: str
    quantity: Decimal | None
    each: Decimal
    comes_to: Decimal
    every_months: int
    from_month: int
    until_month: int | None
    last_charged: int | None
    next_month: int | None
    when: When
    note: str
    end_reason: str
    version: int


@dataclass(frozen=True, slots=True)
class ChargedPeriod:
    """A period that was charged. Months are yyyymm, the amount in yuan."""

    first_month: int
    last_month: int
    bill_no: str
    amount: Decimal
    posting_date: date
    is_cancelled: bool


def standing_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[StandingRow, ...], int]:
    """A page of recurring fees within reach, and how many there are. `filters`: q (account number), fee_type (id), unit
    (id, with those below), when (When).
    """
    wanted = reach(actor, KEEP, on=on).condition("account__unit_id")
    if text := str(filters.get("q") or "").strip():
        wanted &= Q(account__account_no=text)
    if filters.get("fee_type"):
        wanted &= Q(fee_type_id=int(filters["fee_type"]))
    if filters.get("unit"):
        wanted &= Q(account__unit_id__in=organisation.subtree_ids(int(filters["unit"])))
    wanted &= _condition(filters.get("when"), Month.of(on))
    found = _rows().filter(wanted)
    key = F(SORTS[sort]).desc(nulls_last=True) if descending else F(SORTS[sort]).asc(nulls_last=True)
    page = found.order_by(key, "account__account_no", "id")[offset : offset + limit]
    return _shown(page, on), StandingFee.objects.filter(wanted).count()


def standing_of_account(account_id: int, *, on: date) -> tuple[StandingRow, ...]:
    """All recurring fees of an account, the latest first."""
    return _shown(_rows().filter(account_id=account_id).order_by("-from_yyyymm", "-id")[:MOST], on)


def standing_fee(actor: Actor, standing_fee_id: int, *, on: date) -> StandingRow:
    """One recurring fee within reach. Raises NotFound."""
    wanted = reach(actor, KEEP, on=on).condition("account__unit_id")
    rows = _shown(_rows().filter(wanted, pk=standing_fee_id), on)
    if not rows:
        raise NotFound(standing_fee=standing_fee_id)
    return rows[0]


def charged_periods(standing_fee_id: int) -> tuple[ChargedPeriod, ...]:
    """What was charged of a recurring fee, the latest first, cancelled ones too; at most 200."""
    ids = list(
        FeeCharge.objects.filter(standing_fee_id=standing_fee_id)
        .order_by("-id")
        .values_list("bill_id", flat=True)[:MOST]
    )
    live = set(StandingFeeLive.objects.filter(bill_id__in=ids).values_list("bill_id", flat=True))
    bills = Bill.objects.filter(pk__in=ids).order_by("-yyyymm", "-id").defer("snapshot")
    return tuple(
        ChargedPeriod(
            bill.yyyymm,
            Month.of(bill.to_date).number,
            bill.bill_no,
            bill.amount,
            bill.posting_date,
            bill.pk not in live,
        )
        for bill in bills
    )


def _rows() -> "QuerySet[StandingFee, StandingFee]":
    found = StandingFee.objects.select_related("account__unit", "fee_type")
    return found.annotate(last_charged=Max("live__yyyymm"))


def _condition(when: object, month: Month) -> Q:
    open_account = ~Q(account__state=AccountState.CLOSED)
    until = Q(until_yyyymm__isnull=True) | Q(until_yyyymm__gte=month.number)
    if when == When.IN_FORCE:
        return open_account & Q(from_yyyymm__lte=month.number) & until
    if when == When.TO_COME:
        return open_account & Q(from_yyyymm__gt=month.number) & until
    if when == When.ENDED:
        return open_account & Q(until_yyyymm__lt=month.number)
    if when == When.CLOSED:
        return ~open_account
    return Q()


def _shown(rows: "QuerySet[StandingFee, StandingFee]", on: date) -> tuple[StandingRow, ...]:
    page = list(rows)
    holders = payers((row.account_id for row in page), on=on)
    return tuple(_row(row, holders[row.account_id].name, Month.of(on)) for row in page)


def _row(row: StandingFee, name: str, month: Month) -> StandingRow:
    each = row.amount if row.fee_type.price is None else row.fee_type.price
    assert each is not None
    last: int | None = row.last_charged  # type: ignore[attr-defined]
    until = None if row.until_yyyymm is None else Month.from_number(row.until_yyyymm)
    rhythm = Rhythm(Month.from_number(row.from_yyyymm), row.every_months, until)
    when = _when(row, month)
    after = rhythm.first if last is None else Month.from_number(last).plus(1)
    upcoming = None if when is When.CLOSED else next_period(rhythm, after)
    return StandingRow(
        id=row.pk,
        account_no=row.account.account_no,
        account_name=name,
        unit_name=row.account.unit.name,
        fee_code=row.fee_type.code,
        fee_name=row.fee_type.name,
        piece=row.fee_type.piece,
        quantity=row.quantity,
        each=each,
        comes_to=each if row.quantity is None else round_decimal(row.quantity * each, 2),
        every_months=row.every_months,
        from_month=row.from_yyyymm,
        until_month=row.until_yyyymm,
        last_charged=last,
        next_month=None if upcoming is None else upcoming.number,
        when=when,
        note=row.note,
        end_reason=row.end_reason,
        version=row.version,
    )


def _when(row: StandingFee, month: Month) -> When:
    if row.account.state == AccountState.CLOSED:
        return When.CLOSED
    if row.until_yyyymm is not None and row.until_yyyymm < month.number:
        return When.ENDED
    return When.TO_COME if row.from_yyyymm > month.number else When.IN_FORCE

"""The list of payments (收款记录): whose, how, by whom, with totals over the whole filter."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from qingyuan.domains.customers.models import AccountHolder, Customer
from qingyuan.domains.payments.models import Payment, PaymentPart, PaymentTender
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.staff.queries import reach

VIEW = "payments.view"
SORTS = {"taken_at": "id", "received": "received"}


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What the list is narrowed to; empty fields do not narrow. `text`: the beginning of a payment, receipt or account
    number, or a part of a holder's name. Dates are value dates, [from, to].
    """

    text: str = ""
    from_date: date | None = None
    to_date: date | None = None
    tender: str = ""
    channel: str = ""
    state: str = ""
    unit_id: int | None = None
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment in the list. `accounts` names the first account and how many more there are."""

    payment_no: str
    receipt_no: str
    account_no: str
    name: str
    more_accounts: int
    tenders: tuple[str, ...]
    channel: str
    unit_name: str
    session_no: str
    taken_by: str
    value_date: date
    taken_at: datetime
    tendered: Decimal
    change_given: Decimal
    received: Decimal
    prepaid: Decimal
    is_void: bool


@dataclass(frozen=True, slots=True)
class PaymentLines:
    """A page of the list with the figures of the whole filter. Totals are of the payments that stand."""

    rows: tuple[PaymentLine, ...]
    count: int
    received: Decimal
    void_count: int
    void_received: Decimal


def payment_list(
    actor: Actor,
    wanted: PaymentFilter,
    *,
    on: date,
    sort: str = "taken_at",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> PaymentLines:
    """Payments within the reach of payments.view, and those the actor took. At most five queries beside the reach."""
    found = _filtered(actor, wanted, on)
    void = Q(void__isnull=False)
    sums = found.aggregate(
        count=Count("id"), standing=Sum("received", filter=~void), voided=Count("id", filter=void),
        void_received=Sum("received", filter=void),
    )  # fmt: skip
    column = SORTS.get(sort, "id")
    order = [f"-{column}", "-id"] if descending else [column, "id"]
    rows = list(
        found.select_related("receipt", "unit", "session__cashier", "taken_by", "void").order_by(*order)[
            offset : offset + limit
        ]
    )
    ids = [row.pk for row in rows]
    accounts, prepaid = _accounts(ids)
    tenders = _tenders(ids)
    names = _names({customer for of_payment in accounts.values() for _no, customer in of_payment})
    return PaymentLines(
        rows=tuple(_line(row, accounts[row.pk], prepaid[row.pk], tenders[row.pk], names) for row in rows),
        count=sums["count"],
        received=sums["standing"] or ZERO_MONEY,
        void_count=sums["voided"],
        void_received=sums["void_received"] or ZERO_MONEY,
    )


def within_reach(actor: Actor, *, on: date) -> Q:
    """The payments that the actor may see: those of units that payments.view reaches, and the actor's own."""
    held = reach(actor, VIEW, on=on)
    if held.everything:
        return Q()
    return held.condition("unit_id") | Q(taken_by_id=actor.staff_id)


def cashier_name(row: Payment) -> str:
    """Who took it: the person, else (entered afterwards by the system) the cashier whose shift it is in."""
    person = row.taken_by or (row.session.cashier if row.session is not None else None)
    return "" if person is None else person.name


def _filtered(actor: Actor, wanted: PaymentFilter, on: date) -> QuerySet[Payment]:
    found = Payment.objects.filter(within_reach(actor, on=on))
    exact: dict[str, Any] = {
        "value_date__gte": wanted.from_date,
        "value_date__lte": wanted.to_date,
        "channel": wanted.channel or None,
        "unit_id": wanted.unit_id,
        "session_id": wanted.session_id,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.state:
        found = found.filter(void__isnull=wanted.state != "void")
    if wanted.tender:
        found = found.filter(id__in=PaymentTender.objects.filter(kind=wanted.tender).values("payment_id"))
    if wanted.text:
        holders = AccountHolder.objects.filter(customer__name__contains=wanted.text).values("account_id")
        parts = PaymentPart.objects.filter(
            Q(account__account_no__startswith=wanted.text) | Q(account_id__in=holders)
        ).values("payment_id")
        found = found.filter(
            Q(payment_no__startswith=wanted.text) | Q(receipt__receipt_no__startswith=wanted.text) | Q(id__in=parts)
        )
    return found


def _accounts(ids: Iterable[int]) -> tuple[dict[int, dict[tuple[str, int], None]], dict[int, Decimal]]:
    """Per payment its accounts (number, customer) in their order, and what went to prepayment. One query."""
    accounts: defaultdict[int, dict[tuple[str, int], None]] = defaultdict(dict)
    prepaid: defaultdict[int, Decimal] = defaultdict(lambda: ZERO_MONEY)
    rows = PaymentPart.objects.filter(payment_id__in=list(ids)).order_by("id")
    for payment_id, number, customer, use, amount in rows.values_list(
        "payment_id", "account__account_no", "customer_id", "use", "amount"
    ):
        accounts[payment_id][number, customer] = None
        if use == "PREPAYMENT":
            prepaid[payment_id] += amount
    return accounts, prepaid


def _tenders(ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    kinds: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for payment_id, kind in (
        PaymentTender.objects.filter(payment_id__in=list(ids)).order_by("id").values_list("payment_id", "kind")
    ):
        kinds[payment_id] += (kind,)
    return kinds


def _names(customer_ids: set[int]) -> dict[int, str]:
    return dict(Customer.objects.filter(id__in=customer_ids).values_list("id", "name"))


def _line(
    row: Payment,
    accounts: dict[tuple[str, int], None],
    prepaid: Decimal,
    tenders: tuple[str, ...],
    names: dict[int, str],
) -> PaymentLine:
    number, customer = next(iter(accounts), ("", 0))
    receipt = getattr(row, "receipt", None)
    return PaymentLine(
        payment_no=row.payment_no,
        receipt_no="" if receipt is None else receipt.receipt_no,
        account_no=number,
        name=names.get(customer, ""),
        more_accounts=max(len(accounts) - 1, 0),
        tenders=tenders,
        channel=row.channel,
        unit_name=row.unit.short_name or row.unit.name,
        session_no="" if row.session is None else row.session.session_no,
        taken_by=cashier_name(row),
        value_date=row.value_date,
        taken_at=row.taken_at,
        tendered=row.tendered,
        change_given=row.change_given,
        received=row.received,
        prepaid=prepaid,
        is_void=getattr(row, "void", None) is not None,
    )

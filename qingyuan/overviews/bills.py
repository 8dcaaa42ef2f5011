"""Bills with their accounts, postings and clearings (帐单): the list, and one bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from qingyuan.domains.billing.models import Bill, BillLine, BillReversal, RerateProposal, TierEntry
from qingyuan.domains.billing.queries.explain import BillExplanation, explain_bill
from qingyuan.domains.billing.rules.states import BillKind, ProposalState
from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import CreditNote, OpenItem
from qingyuan.domains.ledger.rules.states import ClearingSource
from qingyuan.domains.routes.models import Book
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month
from qingyuan.overviews.bill_slips import ItemOwed, bill_by_item
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view"
SORTS = {"bill_no": "id", "yyyymm": "yyyymm", "amount": "amount", "volume": "volume"}


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill of the list. `outstanding` is what is still owed on it; None for a credit and for a bill of nothing."""

    bill_no: str
    yyyymm: int
    kind: BillKind
    account_no: str
    customer_name: str
    book_no: str
    volume: Decimal
    amount: Decimal
    outstanding: Decimal | None
    due_date: date
    posting_date: date
    is_live: bool


@dataclass(frozen=True, slots=True)
class BillList:
    """A page of the list with the totals over the whole filter."""

    rows: tuple[BillRow, ...]
    count: int
    amount: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class BillSlice:
    """Some of the bills, the newest first. `next` is where the following ones begin, None where there are none."""

    rows: tuple[BillRow, ...]
    next: int | None


def bill_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> BillList:
    """Bills within the person's reach. `filters`: q (bill or account number), period (Month), book (number), kind,
    state (live, cancelled), least, most (amounts); what is missing or empty does not count.
    """
    bills = Bill.objects.filter(reach(actor, VIEW, on=on).condition("unit_id", "book_id")).filter(_wanted(filters))
    bills = _by_state(bills, str(filters.get("state") or ""))
    totals = bills.aggregate(count=Count("id"), amount=Sum("amount"), volume=Sum("volume"))
    order = ("-" if descending else "") + SORTS[sort]
    page = list(
        bills.select_related("account", "customer", "book")
        .defer("snapshot")
        .order_by(order, "-id")[offset : offset + limit]
    )
    return BillList(_rows(page), totals["count"], totals["amount"] or Decimal(0), totals["volume"] or Decimal(0))


def bill_slice(
    actor: Actor, *, account_no: str | None, month: Month | None, before_id: int | None, limit: int, on: date
) -> BillSlice:
    """The newest `limit` bills within the person's reach before the bill `before_id`: no count, no offset, so that
    the thousandth page costs what the first does.
    """
    bills = Bill.objects.filter(reach(actor, VIEW, on=on).condition("unit_id", "book_id"))
    if account_no is not None:
        bills = bills.filter(account_id__in=Account.objects.filter(account_no=account_no).values("id"))
    if month is not None:
        bills = bills.filter(yyyymm=month.number)
    if before_id is not None:
        bills = bills.filter(id__lt=before_id)
    found = list(bills.select_related("account", "customer", "book").defer("snapshot").order_by("-id")[: limit + 1])
    return BillSlice(_rows(found[:limit]), found[limit - 1].pk if len(found) > limit else None)


def bill_row(actor: Actor, bill_no: str, *, on: date) -> BillRow:
    """One bill as the list has it. Raises NotFound for one that the person may not see."""
    key = bill_id_within(actor, bill_no, permission=VIEW, on=on)
    return _rows(list(Bill.objects.filter(pk=key).select_related("account", "customer", "book").defer("snapshot")))[0]


def _rows(page: list[Bill]) -> tuple[BillRow, ...]:
    ids = [bill.pk for bill in page]
    reversed_ids = set(BillReversal.objects.filter(bill_id__in=ids).values_list("bill_id", flat=True))
    owed = dict(OpenItem.objects.filter(bill_id__in=ids).values_list("bill_id", "outstanding"))
    return tuple(_row(bill, bill.pk not in reversed_ids, owed.get(bill.pk)) for bill in page)


def _wanted(filters: Mapping[str, Any]) -> Q:
    wanted = Q()
    text = str(filters.get("q") or "").strip()
    if text:
        accounts = Account.objects.filter(account_no=text).values("id")
        wanted &= Q(bill_no__iexact=text) | Q(account_id__in=accounts)
    month = filters.get("period")
    if isinstance(month, Month):
        wanted &= Q(yyyymm=month.number)
    book = str(filters.get("book") or "").strip()
    if book:
        wanted &= Q(book_id__in=Book.objects.filter(book_no__iexact=book).values("id"))
    if filters.get("kind"):
        wanted &= Q(kind=filters["kind"])
    if filters.get("least") is not None:
        wanted &= Q(amount__gte=filters["least"])
    if filters.get("most") is not None:
        wanted &= Q(amount__lte=filters["most"])
    return wanted


def _by_state(bills: QuerySet[Bill], state: str) -> QuerySet[Bill]:
    if state not in {"live", "cancelled"}:
        return bills
    cancelled = Exists(BillReversal.objects.filter(bill_id=OuterRef("pk")))
    return bills.filter(cancelled) if state == "cancelled" else bills.exclude(cancelled)


def _row(bill: Bill, is_live: bool, outstanding: Decimal | None) -> BillRow:
    return BillRow(
        bill_no=bill.bill_no,
        yyyymm=bill.yyyymm,
        kind=BillKind(bill.kind),
        account_no=bill.account.account_no,
        customer_name=bill.customer.name,
        book_no="" if bill.book is None else bill.book.book_no,
        volume=bill.volume,
        amount=bill.amount,
        outstanding=outstanding,
        due_date=bill.due_date,
        posting_date=bill.posting_date,
        is_live=is_live,
    )


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its names."""

    item_name: str
    item_name_en: str
    kind: str
    tier: int | None
    volume: Decimal | None
    price: Decimal | None
    amount: Decimal
    tax_rate: Decimal | None
    tax_amount: Decimal
    class_name: str
    class_name_en: str
    plan_code: str
    version_date: date | None
    document_no: str


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """What cleared the bill: all charge items of one source and day together. `reference` is a payment's number."""

    source: ClearingSource
    value_date: date
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """Who cancelled the bill, when, and why."""

    reason: str
    posting_date: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkedBill:
    """Another bill that has to do with this one."""

    bill_no: str
    amount: Decimal
    kind: BillKind
    yyyymm: int


@dataclass(frozen=True, slots=True)
class TierUseRow:
    """What the bill counted in tier use."""

    counter: str
    cycle_start_date: date
    volume: Decimal
    is_reversal: bool


@dataclass(frozen=True, slots=True)
class BillPage:
    """Everything about one bill."""

    id: int
    row: BillRow
    unit_id: int
    unit_name: str
    book_id: int | None
    point_no: str
    reading_item_id: int | None
    group_no: str
    run_no: str
    run_id: int
    from_date: date
    to_date: date
    months: int
    round_no: int
    basis: str
    tax_amount: Decimal
    carry_after: Decimal
    hash: str
    lines: tuple[LineRow, ...]
    clearings: tuple[ClearingRow, ...]
    by_item: tuple[ItemOwed, ...]
    credit_to_prepayment: Decimal | None
    reversal: ReversalFacts | None
    replaces: LinkedBill | None
    replaced_by: LinkedBill | None
    corrects: LinkedBill | None
    corrections: tuple[LinkedBill, ...]
    tier_use: tuple[TierUseRow, ...]
    open_proposals: int
    explanation: BillExplanation


def bill_id_within(actor: Actor, bill_no: str, *, permission: str, on: date) -> int:
    """The id of a bill that the permission reaches. Raises NotFound."""
    reached = reach(actor, permission, on=on).condition("unit_id", "book_id")
    found = Bill.objects.filter(reached, bill_no=bill_no).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(bill=bill_no)
    return found


def bill_explanation(actor: Actor, bill_no: str, *, on: date) -> BillExplanation:
    """How a bill came about. Raises NotFound for one that the person may not see."""
    return explain_bill(bill_id_within(actor, bill_no, permission=VIEW, on=on))


def bill_page(actor: Actor, bill_no: str, *, on: date) -> BillPage:
    """One bill. Raises NotFound for one that the person may not see."""
    related = ("account", "customer", "book", "unit", "run", "point", "group")
    reached = reach(actor, VIEW, on=on).condition("unit_id", "book_id")
    bill = Bill.objects.filter(reached, bill_no=bill_no).select_related(*related).first()
    if bill is None:
        raise NotFound(bill=bill_no)
    reversal = BillReversal.objects.filter(bill_id=bill.pk).select_related("reversed_by").first()
    owed = OpenItem.objects.filter(bill_id=bill.pk).first()
    credit = CreditNote.objects.filter(bill_id=bill.pk).first() if owed is None else None
    linked = _Linked.of(bill)
    return BillPage(
        id=bill.pk,
        row=_row(bill, reversal is None, None if owed is None else owed.outstanding),
        unit_id=bill.unit_id,
        unit_name=bill.unit.name,
        book_id=bill.book_id,
        point_no="" if bill.point is None else bill.point.point_no,
        reading_item_id=bill.reading_item_id,
        group_no="" if bill.group is None else bill.group.group_no,
        run_no=bill.run.run_no,
        run_id=bill.run_id,
        from_date=bill.from_date,
        to_date=bill.to_date,
        months=bill.months,
        round_no=bill.round_no,
        basis=bill.basis,
        tax_amount=bill.tax_amount,
        carry_after=bill.carry_after,
        hash=bill.hash,
        lines=_lines(bill.pk),
        clearings=() if owed is None else _clearings(owed.pk),
        by_item=() if owed is None else bill_by_item(owed),
        credit_to_prepayment=None if credit is None else credit.to_prepayment,
        reversal=None if reversal is None else _reversal(reversal),
        replaces=linked.replaces,
        replaced_by=linked.replaced_by,
        corrects=linked.corrects,
        corrections=linked.corrections,
        tier_use=tuple(
            TierUseRow(entry.counter, entry.cycle_start_date, entry.volume, bool(entry.note))
            for entry in TierEntry.objects.filter(group_id=bill.group_id, bill_id=bill.pk).order_by("id")
        ),
        open_proposals=RerateProposal.objects.filter(
            account_id=bill.account_id, bill_id=bill.pk, state=ProposalState.OPEN
        ).count(),
        explanation=explain_bill(bill.pk),
    )


@dataclass(frozen=True, slots=True)
class _Linked:
    """The bills that this one replaces and corrects, and those that replace and correct it. All are of one account."""

    replaces: LinkedBill | None
    replaced_by: LinkedBill | None
    corrects: LinkedBill | None
    corrections: tuple[LinkedBill, ...]

    @classmethod
    def of(cls, bill: Bill) -> "_Linked":
        about = Q(pk__in=[bill.replaces_bill_id or 0, bill.corrects_bill_id or 0])
        about |= Q(replaces_bill_id=bill.pk) | Q(corrects_bill_id=bill.pk)
        rows = list(Bill.objects.filter(about, account_id=bill.account_id).defer("snapshot").order_by("id"))
        return cls(
            replaces=_first([each for each in rows if each.pk == bill.replaces_bill_id]),
            replaced_by=_first([each for each in rows if each.replaces_bill_id == bill.pk]),
            corrects=_first([each for each in rows if each.pk == bill.corrects_bill_id]),
            corrections=tuple(_link(each) for each in rows if each.corrects_bill_id == bill.pk),
        )


def _first(rows: list[Bill]) -> LinkedBill | None:
    return _link(rows[0]) if rows else None


def _link(bill: Bill) -> LinkedBill:
    return LinkedBill(bill.bill_no, bill.amount, BillKind(bill.kind), bill.yyyymm)


def _reversal(row: BillReversal) -> ReversalFacts:
    by = "" if row.reversed_by is None else row.reversed_by.name
    return ReversalFacts(row.reason, row.posting_date, by, row.reversed_at)


def _lines(bill_id: int) -> tuple[LineRow, ...]:
    rows = BillLine.objects.filter(bill_id=bill_id).select_related("charge_item", "usage_class", "price_version__plan")
    return tuple(
        LineRow(
            item_name=line.charge_item.name,
            item_name_en=line.charge_item.name_en or line.charge_item.name,
            kind=line.kind,
            tier=line.tier,
            volume=line.volume,
            price=line.price,
            amount=line.amount,
            tax_rate=line.tax_rate,
            tax_amount=line.tax_amount,
            class_name="" if line.usage_class is None else line.usage_class.name,
            class_name_en="" if line.usage_class is None else line.usage_class.name_en or line.usage_class.name,
            plan_code="" if line.price_version is None else line.price_version.plan.code,
            version_date=None if line.price_version is None else line.price_version.effective_from,
            document_no="" if line.price_version is None else line.price_version.document_no,
        )
        for line in rows.order_by("position")
    )


_CLEARINGS = """
    SELECT c.source, c.value_date, sum(c.amount), COALESCE(p.payment_no, '')
    FROM clearing c
    LEFT JOIN payment_part pp ON c.source = 'PAYMENT' AND pp.id = c.source_id
    LEFT JOIN payment p ON p.id = pp.payment_id
    WHERE c.open_item_id = %s
    GROUP BY c.source, c.value_date, p.payment_no, c.reverses_id IS NULL, c.journal_id ORDER BY min(c.id)
"""


def _clearings(open_item_id: int) -> tuple[ClearingRow, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_CLEARINGS, [open_item_id])
        return tuple(ClearingRow(ClearingSource(row[0]), *row[1:]) for row in cursor.fetchall())


def bill_amount(bill_id: int) -> Decimal:
    """The amount of one bill."""
    return Bill.objects.values_list("amount", flat=True).get(pk=bill_id)


def bill_no_of(bill_id: int) -> str:
    """The number of one bill."""
    return Bill.objects.values_list("bill_no", flat=True).get(pk=bill_id)

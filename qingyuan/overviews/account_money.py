"""Bills and payments of one account (用户账单、缴费记录), newest first. The caller has checked the reach by the header."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from qingyuan.domains.billing.models import Bill, BillReversal
from qingyuan.domains.ledger.models import OpenItem, PrepaymentMovement
from qingyuan.domains.ledger.queries import AccountDues, owed_items
from qingyuan.domains.payments.models import Payment, PaymentPart
from qingyuan.domains.tariffs.models import ChargeItem
from qingyuan.kernel.money import ZERO_MONEY

LIMIT = 60


@dataclass(frozen=True, slots=True)
class ChargeOwed:
    """What one charge item still owes, in yuan."""

    name: str
    name_en: str
    owed: Decimal


@dataclass(frozen=True, slots=True)
class AccountBill:
    """One bill. `outstanding` None when it never was owed (a credit); `is_reversed` when it was cancelled. `owed_by_item`:
    of a bill that is cleared in part, what which charge item still owes.
    """

    bill_no: str
    yyyymm: int
    kind: str
    from_date: date
    to_date: date
    volume: Decimal
    amount: Decimal
    outstanding: Decimal | None
    due_date: date
    posting_date: date
    is_reversed: bool
    owed_by_item: tuple[ChargeOwed, ...]


@dataclass(frozen=True, slots=True)
class BillsTab:
    """The newest bills, and count and sums over all that stand."""

    rows: tuple[AccountBill, ...]
    count: int
    volume: Decimal
    amount: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class AccountPayment:
    """What a payment brought to this account: `amount` of it, `prepaid` into prepayment. `void_reason` None: it stands."""

    payment_no: str
    receipt_no: str
    taken_at: datetime
    value_date: date
    channel: str
    unit_name: str
    taken_by: str
    amount: Decimal
    prepaid: Decimal
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class PrepaymentRow:
    """A change of the account's prepayment (预存变动)."""

    kind: str
    amount: Decimal
    value_date: date


@dataclass(frozen=True, slots=True)
class PaymentsTab:
    """The newest payments and prepayment movements."""

    rows: tuple[AccountPayment, ...]
    movements: tuple[PrepaymentRow, ...]
    count: int


def bills_tab(account_id: int, dues: AccountDues | None = None, *, limit: int = LIMIT) -> BillsTab:
    """`dues`: where the account pays by instalments, `due_date` is that of the instalment. Five queries, three more where a
    bill is cleared in part.
    """
    bills = Bill.objects.filter(account_id=account_id).defer("snapshot")
    rows = list(bills.order_by("-yyyymm", "-id")[:limit])
    ids = [row.pk for row in rows]
    reversed_ids = set(BillReversal.objects.filter(bill_id__any=ids).values_list("bill_id", flat=True))
    items = OpenItem.objects.filter(account_id=account_id, bill_id__any=ids)
    kept = list(items.values_list("bill_id", "id", "outstanding"))
    owed = {bill_id: outstanding for bill_id, _key, outstanding in kept}
    parts = _owed_by_item(items.filter(outstanding__gt=0, outstanding__lt=F("amount")))
    due_of = {} if dues is None else {bill_id: dues.due_of.get(key) for bill_id, key, _outstanding in kept}
    standing = bills.exclude(id__in=BillReversal.objects.filter(bill_id__in=bills.values("id")).values("bill_id"))
    sums = standing.aggregate(count=Count("id"), volume=Sum("volume"), amount=Sum("amount"))
    outstanding = OpenItem.objects.filter(account_id=account_id).aggregate(total=Sum("outstanding"))["total"]
    return BillsTab(
        rows=tuple(
            AccountBill(
                bill_no=row.bill_no,
                yyyymm=row.yyyymm,
                kind=row.kind,
                from_date=row.from_date,
                to_date=row.to_date,
                volume=row.volume,
                amount=row.amount,
                outstanding=None if row.pk in reversed_ids else owed.get(row.pk),
                due_date=due_of.get(row.pk) or row.due_date,
                posting_date=row.posting_date,
                is_reversed=row.pk in reversed_ids,
                owed_by_item=parts.get(row.pk, ()),
            )
            for row in rows
        ),
        count=sums["count"],
        volume=sums["volume"] or Decimal(0),
        amount=sums["amount"] or ZERO_MONEY,
        outstanding=outstanding or ZERO_MONEY,
    )


def _owed_by_item(partly: QuerySet[OpenItem]) -> dict[int, tuple[ChargeOwed, ...]]:
    """By bill. One query for those that are cleared in part, three more where there are any."""
    ids = list(partly.order_by("id").values_list("id", flat=True))
    if not ids:
        return {}
    found = owed_items(open_item_ids=ids)
    charges = {row.pk: row for row in ChargeItem.objects.filter(id__in={key for one in found for key, _ in one.parts})}
    return {
        one.bill_id: tuple(
            ChargeOwed(charges[key].name, charges[key].name_en or charges[key].name, amount)
            for key, amount in one.parts
        )
        for one in found
        if one.bill_id is not None
    }


def payments_tab(account_id: int, *, limit: int = LIMIT) -> PaymentsTab:
    """Four queries."""
    sums = {
        row["payment_id"]: (row["total"], row["ahead"] or ZERO_MONEY)
        for row in PaymentPart.objects.filter(account_id=account_id)
        .values("payment_id")
        .annotate(total=Sum("amount"), ahead=Sum("amount", filter=Q(use="PREPAYMENT")))
        .order_by("-payment_id")[:limit]
    }
    payments = (
        Payment.objects.filter(id__any=list(sums))
        .select_related("unit", "taken_by", "void", "receipt")
        .order_by("-taken_at", "-id")
    )
    movements = PrepaymentMovement.objects.filter(prepayment__account_id=account_id).order_by("-id")
    return PaymentsTab(
        rows=tuple(
            AccountPayment(
                payment_no=row.payment_no,
                receipt_no=row.receipt.receipt_no if hasattr(row, "receipt") else "",
                taken_at=row.taken_at,
                value_date=row.value_date,
                channel=row.channel,
                unit_name=row.unit.short_name or row.unit.name,
                taken_by=row.taken_by.name if row.taken_by else "",
                amount=sums[row.pk][0],
                prepaid=sums[row.pk][1],
                void_reason=row.void.reason if hasattr(row, "void") else None,
            )
            for row in payments
        ),
        movements=tuple(PrepaymentRow(*row) for row in movements.values_list("kind", "amount", "value_date")[:limit]),
        count=PaymentPart.objects.filter(account_id=account_id).values("payment_id").distinct().count(),
    )

"""One payment (收款明细): tenders, where the money went per account and charge item, the receipt and its printings, the void."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qingyuan.domains.customers.models import Account, Customer
from qingyuan.domains.ledger.models import Clearing, OpenItem, PrepaymentMovement
from qingyuan.domains.payments.models import Payment, ReceiptPrint
from qingyuan.domains.payments.rules.states import SessionState
from qingyuan.domains.tariffs.models import ChargeItem
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.payment_list import cashier_name, within_reach


@dataclass(frozen=True, slots=True)
class TenderLine:
    """What was handed over."""

    kind: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class PartLine:
    """What the payment went to on one account: `use` RECEIVABLES or PREPAYMENT."""

    account_no: str
    name: str
    use: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ClearedLine:
    """What cleared one charge item of one receivable. `through` is PAYMENT, or PREPAYMENT for what a top-up cleared by
    itself; `amount` is negative where a void took it back.
    """

    account_no: str
    label: str
    bill_id: int | None
    yyyymm: int
    charge: str
    charge_en: str
    payee: str
    through: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One printing of the receipt."""

    print_no: int
    printed_by: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """A payment. `can_be_voided`: it stands and its shift is open."""

    payment_id: int
    payment_no: str
    unit_id: int
    unit_name: str
    session_no: str
    channel: str
    channel_serial: str
    payer_name: str
    value_date: date
    taken_at: datetime
    taken_by: str
    tendered: Decimal
    change_given: Decimal
    received: Decimal
    receipt_no: str
    tenders: tuple[TenderLine, ...]
    parts: tuple[PartLine, ...]
    cleared: tuple[ClearedLine, ...]
    prints: tuple[PrintLine, ...]
    void_reason: str
    voided_by: str
    voided_at: datetime | None
    can_be_voided: bool

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


def payment_page(actor: Actor, payment_no: str, *, on: date) -> PaymentPage:
    """One payment within the reach of payments.view, or taken by the actor. Raises NotFound. At most ten queries."""
    row = (
        Payment.objects.filter(within_reach(actor, on=on), payment_no=payment_no)
        .select_related("unit", "session__cashier", "taken_by", "receipt", "void", "void__voided_by")
        .first()
    )
    if row is None:
        raise NotFound(payment=payment_no)
    receipt = getattr(row, "receipt", None)
    void = getattr(row, "void", None)
    parts = list(row.parts.order_by("id").values_list("id", "account_id", "customer_id", "use", "amount"))
    numbers = dict(Account.objects.filter(id__in=[part[1] for part in parts]).values_list("id", "account_no"))
    names = dict(Customer.objects.filter(id__in=[part[2] for part in parts]).values_list("id", "name"))
    tenders = row.tenders.order_by("id").values_list("kind", "amount", "reference")
    return PaymentPage(
        payment_id=row.pk,
        payment_no=row.payment_no,
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        session_no="" if row.session is None else row.session.session_no,
        channel=row.channel,
        channel_serial=row.channel_serial or "",
        payer_name=row.payer_name,
        value_date=row.value_date,
        taken_at=row.taken_at,
        taken_by=cashier_name(row),
        tendered=row.tendered,
        change_given=row.change_given,
        received=row.received,
        receipt_no="" if receipt is None else receipt.receipt_no,
        tenders=tuple(TenderLine(*tender) for tender in tenders),
        parts=tuple(PartLine(numbers[one[1]], names[one[2]], one[3], one[4]) for one in parts),
        cleared=_cleared([part[0] for part in parts], numbers),
        prints=() if receipt is None else _prints(receipt.pk),
        void_reason="" if void is None else void.reason,
        voided_by="" if void is None or void.voided_by is None else void.voided_by.name,
        voided_at=None if void is None else void.voided_at,
        can_be_voided=void is None and row.session is not None and row.session.state == SessionState.OPEN,
    )


def payment_no_of_receipt(actor: Actor, receipt_no: str, *, on: date) -> str:
    """The payment of a receipt, within the same reach. Raises NotFound."""
    number = (
        Payment.objects.filter(within_reach(actor, on=on), receipt__receipt_no=receipt_no)
        .values_list("payment_no", flat=True)
        .first()
    )
    if number is None:
        raise NotFound(receipt=receipt_no)
    return number


def _cleared(part_ids: list[int], numbers: dict[int, str]) -> tuple[ClearedLine, ...]:
    """Clearings by the payment's parts, and by what its top-up cleared at once (same journal). Four queries."""
    rows = list(
        Clearing.objects.filter(source="PAYMENT", source_id__in=part_ids)
        .order_by("id")
        .values_list("open_item_id", "charge_item_id", "source", "amount")
    )
    journals = PrepaymentMovement.objects.filter(source_type="PAYMENT_PART", source_id__in=part_ids).values(
        "journal_id"
    )
    rows += list(
        Clearing.objects.filter(source="PREPAYMENT", journal_id__in=journals)
        .order_by("id")
        .values_list("open_item_id", "charge_item_id", "source", "amount")
    )
    items = {row.pk: row for row in OpenItem.objects.filter(id__in={row[0] for row in rows})}
    charges = {row.pk: row for row in ChargeItem.objects.filter(id__in={row[1] for row in rows})}
    lines = []
    for open_item_id, charge_id, source, amount in rows:
        owed, charge = items[open_item_id], charges[charge_id]
        lines.append(
            ClearedLine(
                account_no=numbers.get(owed.account_id, ""),
                label=owed.label,
                bill_id=owed.bill_id,
                yyyymm=owed.yyyymm,
                charge=charge.name,
                charge_en=charge.name_en,
                payee=charge.payee,
                through=source,
                amount=amount,
            )
        )
    return tuple(lines)


def _prints(receipt_id: int) -> tuple[PrintLine, ...]:
    rows = ReceiptPrint.objects.filter(receipt_id=receipt_id).order_by("print_no")
    return tuple(
        PrintLine(print_no, name or "", at)
        for print_no, name, at in rows.values_list("print_no", "printed_by__name", "printed_at")
    )

"""A bill as its page shows it (帐单查询): the bill, its lines, what it came from and what followed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.billing.models import Bill, BillLine, BillReversal
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a bill with the names of its charge item and usage class."""

    position: int
    kind: str
    charge_code: str
    charge_name: str
    charge_name_en: str
    usage_class: str
    tier: int | None
    volume: Decimal | None
    price: Decimal | None
    amount: Decimal
    tax_rate: Decimal | None
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class RelatedBill:
    """A bill that corrects or replaces another, or is corrected or replaced by it."""

    bill_id: int
    bill_no: str
    relation: str
    amount: Decimal
    posting_date: date


@dataclass(frozen=True, slots=True)
class BillDetail:
    """A bill. `reversed_on` is set when it was cancelled, with the reason."""

    id: int
    bill_no: str
    company_id: int
    unit_id: int
    run_no: str
    kind: str
    basis: str
    account_id: int
    account_no: str
    customer_name: str
    point_no: str
    book_id: int | None
    reading_item_id: int | None
    yyyymm: int
    round_no: int
    from_date: date
    to_date: date
    months: int
    volume: Decimal
    amount: Decimal
    tax_amount: Decimal
    posting_date: date
    due_date: date
    tier_position: int
    hash: str
    hash_format: str
    reversed_on: date | None
    reversal_reason: str
    lines: tuple[LineRow, ...]
    related: tuple[RelatedBill, ...]


def bill_id_of(bill_no: str) -> int:
    """The id of a bill by its number. Raises NotFound."""
    found = Bill.objects.filter(bill_no=bill_no).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(bill=bill_no)
    return found


def bill_detail(*, actor: Actor, bill_no: str, on: date) -> BillDetail:
    """One bill within the actor's reach (billing.view). Raises NotFound."""
    bill = Bill.objects.filter(bill_no=bill_no).first()
    if bill is None or not reach(actor, "billing.view", on=on).covers(bill.unit_id, book_id=bill.book_id):
        raise NotFound(bill=bill_no)
    names = rows_of(
        "SELECT a.account_no, c.name, COALESCE(p.point_no, ''), r.run_no FROM account a"
        " JOIN customer c ON c.id = %s LEFT JOIN service_point p ON p.id = %s JOIN billing_run r ON r.id = %s"
        " WHERE a.id = %s",
        [bill.customer_id, bill.point_id, bill.run_id, bill.account_id],
    )[0]
    reversal = BillReversal.objects.filter(bill_id=bill.pk).first()
    return BillDetail(
        id=bill.pk,
        bill_no=bill.bill_no,
        company_id=bill.company_id,
        unit_id=bill.unit_id,
        run_no=names[3],
        kind=bill.kind,
        basis=bill.basis,
        account_id=bill.account_id,
        account_no=names[0],
        customer_name=names[1],
        point_no=names[2],
        book_id=bill.book_id,
        reading_item_id=bill.reading_item_id,
        yyyymm=bill.yyyymm,
        round_no=bill.round_no,
        from_date=bill.from_date,
        to_date=bill.to_date,
        months=bill.months,
        volume=bill.volume,
        amount=bill.amount,
        tax_amount=bill.tax_amount,
        posting_date=bill.posting_date,
        due_date=bill.due_date,
        tier_position=bill.tier_position,
        hash=bill.hash,
        hash_format=bill.hash_format,
        reversed_on=None if reversal is None else reversal.posting_date,
        reversal_reason="" if reversal is None else reversal.reason,
        lines=_lines(bill.pk),
        related=_related(bill),
    )


def bills_of_account(account_id: int, *, limit: int = 60) -> tuple[RelatedBill, ...]:
    """The account's bills, newest tier position first; `relation` is LIVE, REVERSED or CORRECTION."""
    rows = rows_of(
        "SELECT b.id, b.bill_no, CASE WHEN r.id IS NOT NULL THEN 'REVERSED' WHEN b.corrects_bill_id IS NOT NULL"
        " THEN 'CORRECTION' ELSE 'LIVE' END, b.amount, b.posting_date FROM bill b"
        " LEFT JOIN bill_reversal r ON r.bill_id = b.id WHERE b.account_id = %s"
        " ORDER BY b.tier_position DESC, b.id DESC LIMIT %s",
        [account_id, limit],
    )
    return tuple(_related_row(row) for row in rows)


def _lines(bill_id: int) -> tuple[LineRow, ...]:
    lines = BillLine.objects.filter(bill_id=bill_id).select_related("charge_item", "usage_class").order_by("position")
    return tuple(
        LineRow(
            position=line.position,
            kind=line.kind,
            charge_code=line.charge_item.code,
            charge_name=line.charge_item.name,
            charge_name_en=line.charge_item.name_en,
            usage_class="" if line.usage_class is None else line.usage_class.name,
            tier=line.tier,
            volume=line.volume,
            price=line.price,
            amount=line.amount,
            tax_rate=line.tax_rate,
            tax_amount=line.tax_amount,
        )
        for line in lines
    )


def _related(bill: Bill) -> tuple[RelatedBill, ...]:
    rows = rows_of(
        "SELECT id, bill_no, 'CORRECTED_BY', amount, posting_date FROM bill WHERE corrects_bill_id = %s UNION ALL"
        " SELECT id, bill_no, 'REPLACED_BY', amount, posting_date FROM bill"
        " WHERE account_id = %s AND replaces_bill_id = %s UNION ALL"
        " SELECT id, bill_no, 'CORRECTS', amount, posting_date FROM bill WHERE id = %s UNION ALL"
        " SELECT id, bill_no, 'REPLACES', amount, posting_date FROM bill WHERE id = %s ORDER BY 1",
        [bill.pk, bill.account_id, bill.pk, bill.corrects_bill_id, bill.replaces_bill_id],
    )
    return tuple(_related_row(row) for row in rows)


def _related_row(row: tuple[Any, ...]) -> RelatedBill:
    return RelatedBill(*row)

"""Printing receipts (打印收据): each printing is counted; from the second on the paper says 补打."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.payments.models import Receipt, ReceiptPrint
from qingyuan.domains.payments.rules.receipt import pages
from qingyuan.domains.payments.rules.receipt_layout import LAYOUT_TEXT
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.printing.forms import render_forms
from qingyuan.platform.printing.layouts import read_layout
from qingyuan.platform.staff import operations as staff


@dataclass(frozen=True, slots=True)
class PrintedReceipt:
    """A PDF of the receipt's paper; `print_no` 1 is the first printing."""

    receipt_no: str
    print_no: int
    pdf: bytes


def print_receipt(*, actor: Actor, receipt_no: str, on: date) -> PrintedReceipt:
    """Print a receipt from what it froze, and count it. The first printing needs payments.take at its unit, every later
    one payments.reprint. Raises NotFound, NotPermitted.
    """
    receipt = Receipt.objects.filter(receipt_no=receipt_no).first()
    if receipt is None:
        raise NotFound(receipt=receipt_no)
    with transaction.atomic():
        hold(Rank.FORM_RANGE, Receipt, [receipt.id])
        print_no = ReceiptPrint.objects.filter(receipt=receipt).count() + 1
        permission = "payments.take" if print_no == 1 else "payments.reprint"
        staff.require(actor, permission, on=on, unit_id=receipt.unit_id)
        pdf = render_forms(read_layout(LAYOUT_TEXT), pages(receipt.content, print_no=print_no))
        ReceiptPrint.objects.create(receipt=receipt, print_no=print_no, printed_by_id=actor.staff_id)
        audit.record(
            actor=actor,
            action="payments.print_receipt",
            object_type="receipt",
            object_key=receipt_no,
            company_id=receipt.company_id,
            unit_id=receipt.unit_id,
            after={"print_no": print_no},
        )
    return PrintedReceipt(receipt_no, print_no, pdf)

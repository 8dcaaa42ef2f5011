"""A text of notices as a customer would read it (通知预览): filled from a real bill, nothing written."""

from dataclasses import dataclass
from datetime import date

from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.notifications.declarations import VIEW
from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.domains.notifications.rules.texts import FIELDS, taken_apart
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.bill_notices import ToldBill, bill_to_tell, latest_bill
from qingyuan.overviews.notice_fields import kind_of, values_of
from qingyuan.platform.staff.queries import Reach, reach
from qingyuan.workflows.queue_notices import desk_of

_KINDS = {
    NoticeKind.BILL_ISSUED: (BillKind.REGULAR, BillKind.FINAL, BillKind.ESTIMATED),
    NoticeKind.BILL_CORRECTED: (BillKind.BACK_BILL, BillKind.REFUND, BillKind.REGULAR),
    NoticeKind.FEE_CHARGED: (BillKind.OTHER,),
}


@dataclass(frozen=True, slots=True)
class PreviewedNotice:
    """The filled text, and of which bill; without any bill the fields show their names."""

    text: str
    bill_no: str


def preview_notice(
    *, actor: Actor, company_id: int, kind: NoticeKind, language: Language, text: str, bill_no: str, on: date
) -> PreviewedNotice:
    """The text filled from the bill named, else from the company's newest of the kind, within the actor's reach.

    Raises TextMissing, TextTooLong, FieldUnknown, BraceOpen.
    """
    apart = taken_apart(kind, text)
    desk = desk_of(company_id, on=on)
    bill = _bill(reach(actor, VIEW, on=on), company_id, kind, bill_no)
    if bill is None:
        names = {one.code: one.chinese if language is Language.CHINESE else one.code for one in FIELDS[kind]}
        return PreviewedNotice(apart.filled({code: f"〈{name}〉" for code, name in names.items()}), "")
    values = values_of(bill, kind, language, company=desk.company, hotline=desk.hotline)
    return PreviewedNotice(apart.filled(values), bill.bill_no)


def _bill(within: Reach, company_id: int, kind: NoticeKind, bill_no: str) -> ToldBill | None:
    """What lies out of reach is not shown."""
    asked = bill_to_tell(bill_no) if bill_no else None
    for bill in (asked, latest_bill(company_id, _KINDS[kind], corrections=kind is NoticeKind.BILL_CORRECTED)):
        if bill is None or bill.company_id != company_id or kind_of(bill) is not kind:
            continue
        if within.covers(bill.unit_id, bill.book_id):
            return bill
    return None

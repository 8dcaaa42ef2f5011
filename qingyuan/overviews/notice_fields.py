"""What stands in the fields of a bill's notice (通知字段取值). Amounts are the bill's, to the fen."""

from collections.abc import Mapping
from decimal import Decimal

from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.kernel.period import Month
from qingyuan.overviews.bill_notices import ToldBill


def kind_of(bill: ToldBill) -> NoticeKind:
    """What kind of notice a bill gets."""
    if bill.corrected_no or bill.kind in (BillKind.BACK_BILL, BillKind.REFUND):
        return NoticeKind.BILL_CORRECTED
    return NoticeKind.FEE_CHARGED if bill.kind is BillKind.OTHER else NoticeKind.BILL_ISSUED


def values_of(bill: ToldBill, kind: NoticeKind, language: Language, *, company: str, hotline: str) -> Mapping[str, str]:
    """The value of each field of the kind by its code."""
    values = {
        "company": company,
        "hotline": hotline,
        "name": bill.name,
        "account": bill.account_no,
        "address": bill.address,
        "bill": bill.bill_no,
        "amount": f"{bill.amount:.2f}",
        "due": bill.due_date.isoformat(),
    }
    if kind is NoticeKind.FEE_CHARGED:
        return values | {"fee": bill.fee}
    values["month"] = _month(bill.yyyymm, language)
    if kind is NoticeKind.BILL_CORRECTED:
        return values | {"corrected": bill.corrected_no}
    return values | {
        "start": bill.from_date.isoformat(),
        "end": bill.to_date.isoformat(),
        "volume": _volume(bill.volume),
    }


def _month(yyyymm: int, language: Language) -> str:
    year, month = divmod(yyyymm, 100)
    return f"{year}年{month}月" if language is Language.CHINESE else str(Month.from_number(yyyymm))


def _volume(volume: Decimal) -> str:
    text = f"{volume:.3f}"
    return text.rstrip("0").rstrip(".")

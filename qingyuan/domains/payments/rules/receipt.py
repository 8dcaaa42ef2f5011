"""What a receipt says (收据内容): frozen at the payment as plain data, printed from that alone ever after."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from qingyuan.domains.payments.rules.capitals import in_capitals
from qingyuan.domains.payments.rules.receipt_layout import ROWS_PER_PAGE
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import Tender

CONTENT_FORMAT = "qy-receipt/1"
CHARGES_PER_ROW = 3
PAYER_WIDTH = 40
"""So many full-width characters of who pays fit on the paper, in small print."""
NAME_WIDTH = 12
_TENDERS = {
    TenderKind.CASH: "现金",
    TenderKind.CARD: "刷卡",
    TenderKind.TRANSFER: "转账",
    TenderKind.CHANNEL: "银行代收",
}


class ReceiptBill(NamedTuple):
    """A bill that was cleared: `parts` are (charge item's name, amount)."""

    label: str
    yyyymm: int
    amount: Decimal
    parts: tuple[tuple[str, Decimal], ...]


class ReceiptAccount(NamedTuple):
    """What one account got: bills cleared by the money, and by its prepayment that this completed; what went into
    prepayment, what is in it and what is owed afterwards.
    """

    account_no: str
    name: str
    address: str
    amount: Decimal
    bills: tuple[ReceiptBill, ...]
    offset: tuple[ReceiptBill, ...]
    to_prepayment: Decimal
    balance: Decimal
    still_owed: Decimal


class ReceiptHead(NamedTuple):
    """Who took the money, when, where. `value_date` as ISO text."""

    receipt_no: str
    payment_no: str
    company_name: str
    unit_name: str
    cashier: str
    value_date: str
    payer_name: str


def group_payer(name: str, code: str) -> str:
    """Who pays for a payer group, as the payment keeps and the receipt prints it: the name, cut where the paper ends, and
    the group's code.
    """
    return f"{_cut(name, PAYER_WIDTH - 6 - (len(code) + 1) // 2)}（合收户 {code}）"


def content(
    head: ReceiptHead,
    accounts: Sequence[ReceiptAccount],
    tenders: Sequence[Tender],
    change: Decimal,
) -> dict[str, Any]:
    """The receipt as JSON data: amounts as text with two places, the sum in capitals too."""
    received = sum((account.amount for account in accounts), Decimal("0.00"))
    return {
        "format": CONTENT_FORMAT,
        **head._asdict(),
        "received": str(received),
        "capitals": in_capitals(received),
        "change": str(change),
        "tenders": [{"kind": row.kind.value, "amount": str(row.amount), "reference": row.reference} for row in tenders],
        "accounts": [
            {
                "account_no": row.account_no,
                "name": row.name,
                "address": row.address,
                "amount": str(row.amount),
                "bills": [_bill(bill) for bill in row.bills],
                "offset": [_bill(bill) for bill in row.offset],
                "to_prepayment": str(row.to_prepayment),
                "balance": str(row.balance),
                "still_owed": str(row.still_owed),
            }
            for row in accounts
        ],
    }


def pages(said: Mapping[str, Any], *, print_no: int) -> list[dict[str, Any]]:
    """The records that the layout prints, one per page: as many rows as a page holds, the sums on the last one.

    `print_no` 2 and later are marked 补打. Of several accounts each ends with its name and its sum, and the head says how
    many accounts and bills there are where one account has its address.
    """
    several = len(said["accounts"]) > 1
    rows = [row for account in said["accounts"] for row in _rows(account, several=several)]
    chunks = [rows[start : start + ROWS_PER_PAGE] for start in range(0, len(rows), ROWS_PER_PAGE)] or [[]]
    return [
        {
            "company_name": said["company_name"],
            "receipt_no": said["receipt_no"],
            "value_date": said["value_date"],
            "payment_no": said["payment_no"],
            "payer_name": _payer(said),
            **_place(said),
            "rows": chunk,
            "capitals": said["capitals"] if number == len(chunks) else "见末页",
            "received": f"¥{said['received']}" if number == len(chunks) else "",
            "tenders": _tenders(said) if number == len(chunks) else "",
            "unit_name": said["unit_name"],
            "cashier": said["cashier"],
            "page": f"{number}/{len(chunks)}" if len(chunks) > 1 else "",
            "reprint": f"补打 {print_no - 1}" if print_no > 1 else "",
        }
        for number, chunk in enumerate(chunks, start=1)
    ]


def _bill(bill: ReceiptBill) -> dict[str, Any]:
    return {
        "label": bill.label,
        "yyyymm": bill.yyyymm,
        "amount": str(bill.amount),
        "parts": [{"charge": charge, "amount": str(amount)} for charge, amount in bill.parts],
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _payer(said: Mapping[str, Any]) -> str:
    if said["payer_name"]:
        return str(said["payer_name"])
    first = said["accounts"][0]
    more = len(said["accounts"]) - 1
    return f"{first['account_no']} {first['name']}" + (f" 等 {more + 1} 户" if more else "")


def _place(said: Mapping[str, Any]) -> dict[str, str]:
    accounts = said["accounts"]
    if len(accounts) == 1:
        return {"place_label": "地址", "address": accounts[0]["address"]}
    bills = sum(len(account["bills"]) for account in accounts)
    return {"place_label": "合计", "address": f"{len(accounts)} 户，账单 {bills} 张"}


def _tenders(said: Mapping[str, Any]) -> str:
    taken = "，".join(f"{_TENDERS[TenderKind(row['kind'])]} {row['amount']}" for row in said["tenders"])
    return taken + (f"，找零 {said['change']}" if said["change"] != "0.00" else "")


def _rows(account: Mapping[str, Any], *, several: bool) -> list[dict[str, str]]:
    rows = [row for bill in account["bills"] for row in _bill_rows(account["account_no"], bill)]
    if account["to_prepayment"] != "0.00":
        rows.append(_note(account, "存入预存", account["to_prepayment"]))
    rows += [_note(account, f"预存抵扣 {bill['label']}", f"({bill['amount']})") for bill in account["offset"]]
    rows.append(_note(account, _of_several(account) if several else _standing(account), ""))
    return rows


def _standing(account: Mapping[str, Any]) -> str:
    return f"预存余额 {account['balance']}，尚欠 {account['still_owed']}"


def _of_several(account: Mapping[str, Any]) -> str:
    """Whose rows these are and what they come to; what is owed still or kept is told where there is any."""
    told = f"{_cut(account['name'], NAME_WIDTH)} 小计 {account['amount']}"
    if account["balance"] != "0.00":
        told += f"，预存余额 {account['balance']}"
    return told + (f"，尚欠 {account['still_owed']}" if account["still_owed"] != "0.00" else "")


def _bill_rows(account_no: str, bill: Mapping[str, Any]) -> list[dict[str, str]]:
    """A bill's first row carries its amount; charges that do not fit there follow below."""
    parts = [f"{part['charge']} {part['amount']}" for part in bill["parts"]]
    first = {
        "account_no": account_no,
        "label": bill["label"],
        "month": f"{bill['yyyymm'] // 100}-{bill['yyyymm'] % 100:02d}",
        "detail": "，".join(parts[:CHARGES_PER_ROW]),
        "amount": bill["amount"],
    }
    more = range(CHARGES_PER_ROW, len(parts), CHARGES_PER_ROW)
    blank = dict.fromkeys(first, "")
    return [first, *({**blank, "detail": "，".join(parts[start : start + CHARGES_PER_ROW])} for start in more)]


def _note(account: Mapping[str, Any], text: str, amount: str) -> dict[str, str]:
    return {"account_no": account["account_no"], "label": "", "month": "", "detail": text, "amount": amount}

"""What a receipt says, and how it is laid on its paper."""

from decimal import Decimal
from typing import Any

from qingyuan.domains.payments.rules.receipt import ReceiptAccount, ReceiptBill, ReceiptHead, content, pages
from qingyuan.domains.payments.rules.receipt_layout import LAYOUT_TEXT, ROWS_PER_PAGE
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, Tender, request_hash
from qingyuan.platform.printing.forms import render_forms
from qingyuan.platform.printing.layouts import read_layout

HEAD = ReceiptHead("01E-00000007", "P202510200000001", "演示供水有限公司", "东营业所", "收费员一", "2025-10-20", "")


def _said(bills: int = 1, charges: int = 2) -> dict[str, Any]:
    parts = tuple((f"演示费用{number}", Decimal("10.00")) for number in range(charges))
    listed = tuple(
        ReceiptBill(f"B{number:08d}", 202501 + number, Decimal(10 * charges), parts) for number in range(bills)
    )
    account = ReceiptAccount(
        "10010007", "演示户", "中山路阳光花园3栋", Decimal("123.45"), listed, (), Decimal("0.00"), Decimal("5.00"),
        Decimal("0.00"),
    )  # fmt: skip
    tenders = [Tender(TenderKind.CASH, Decimal("150.00"))]
    return content(HEAD, [account], tenders, Decimal("26.55"))


def test_content_is_plain_text_data() -> None:
    said = _said()

    assert (said["format"], said["received"], said["capitals"]) == (
        "qy-receipt/1",
        "123.45",
        "壹佰贰拾叁元肆角伍分",
    )
    assert said["accounts"][0]["bills"][0]["parts"][0] == {"charge": "演示费用0", "amount": "10.00"}
    assert said["tenders"] == [{"kind": "CASH", "amount": "150.00", "reference": ""}]


def test_one_page_carries_the_sums() -> None:
    (page,) = pages(_said(), print_no=1)

    assert (page["received"], page["page"], page["reprint"]) == ("¥123.45", "", "")
    assert page["tenders"] == "现金 150.00，找零 26.55"
    assert page["payer_name"] == "10010007 演示户"


def test_many_bills_go_on_on_the_next_page_and_sums_stand_on_the_last() -> None:
    found = pages(_said(bills=11), print_no=1)

    assert [page["page"] for page in found] == ["1/2", "2/2"]
    assert [page["received"] for page in found] == ["", "¥123.45"]
    assert len(found[0]["rows"]) == ROWS_PER_PAGE


def test_many_charges_take_more_rows_and_the_amount_once() -> None:
    (page,) = pages(_said(charges=7), print_no=1)

    assert [row["amount"] for row in page["rows"][:3]] == ["70", "", ""]
    assert page["rows"][1]["detail"] == "演示费用3 10.00，演示费用4 10.00，演示费用5 10.00"


def test_second_printing_says_so() -> None:
    assert [pages(_said(), print_no=number)[0]["reprint"] for number in (1, 2, 3)] == ["", "补打 1", "补打 2"]


def test_layout_prints_every_page() -> None:
    pdf = render_forms(read_layout(LAYOUT_TEXT), pages(_said(bills=11, charges=7), print_no=2))

    assert pdf.startswith(b"%PDF")


def test_request_hash_tells_requests_apart() -> None:
    def made(amount: str = "50.00", bills: tuple[int, ...] | None = None, change: str = "0.00") -> str:
        return request_hash(
            session="S1",
            lines=[PaymentLine(1, Decimal(amount), bills)],
            tenders=[Tender(TenderKind.CASH, Decimal("50.00"))],
            change=Decimal(change),
        )

    assert made() == made()
    assert len({made(), made("51.00"), made(bills=()), made(bills=(1,)), made(change="1.00")}) == 5

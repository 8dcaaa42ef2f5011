"""A clerk reads a group's bill of a period and of all that is owed, prints it and takes it out as a file."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill
from qingyuan.interfaces.office.payer_groups.paper import paper_data
from qingyuan.overviews.group_bill import group_bill
from tests.counting import LIST, questions
from tests.db.billing.test_cancel import day, pay
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, bill_month, make_billable_points, make_priced_town
from tests.factories.payer_groups import make_payer_group
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
ADDRESS = "/payer-groups/SCHOOLS/bill/"


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    priced = make_priced_town()
    first, second = make_billable_points(priced, 2)
    make_payer_group(priced, [account_of(first), account_of(second)])
    for month in (1, 2):
        bill_month(priced, day(month), {first: str(100 + 40 * month), second: str(100 + 60 * month)})
    pay(priced, account_of(first), "138.00")
    return priced


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("customers.view", "billing.view", unit_id=priced.company_id))


def sheet_of(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_the_page_says_what_each_bill_account_and_the_group_come_to(clerk: Client) -> None:
    assert ADDRESS in clerk.get("/payer-groups/SCHOOLS/").content.decode()

    owed = clerk.get(ADDRESS)
    assert [figure.text for figure in owed.context["page"].figures] == ["552.00", "0.00", "552.00"]
    assert len(owed.context["list"].rows) == 3
    month = clerk.get(f"{ADDRESS}?period=2025-01")
    assert [figure.text for figure in month.context["page"].figures] == ["345.00", "138.00", "207.00"]
    accounts = month.context["accounts"]
    assert [row[-3].text for row in accounts.rows] == ["138.00", "207.00"]
    assert [cell.text for cell in accounts.totals[-3:]] == ["345.00", "138.00", "207.00"]
    assert [cell.text for cell in month.context["list"].totals[-3:]] == ["345.00", "138.00", "207.00"]


def test_a_month_that_is_none_shows_its_message_and_no_money(clerk: Client) -> None:
    page = clerk.get(f"{ADDRESS}?period=13").content.decode()
    assert "2026-11" in page
    assert "207.00" not in page
    assert clerk.get(f"{ADDRESS}paper/?period=13")["Location"] == f"{ADDRESS}?period=13"


def test_it_is_printed(clerk: Client) -> None:
    for language in ("zh-hans", "en"):
        clerk.cookies["django_language"] = language
        answer = clerk.get(f"{ADDRESS}paper/?period=2025-01")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")

    found = group_bill(SYSTEM, "SCHOOLS", month=None, on=day(7))
    rows = paper_data(found, title="", rule="", on=day(7))["rows"]
    assert [row["kind"] for row in rows] == ["account", "bill", "sum", "account", "bill", "bill", "sum", "sum"]
    assert [row["cells"][-1] for row in rows if row["kind"] == "sum"] == ["138.00", "414.00", "552.00"]


def test_the_files_have_the_sums_of_the_bills(clerk: Client) -> None:
    sheets = sheet_of(clerk.get(f"{ADDRESS}?period=2025-01&format=xlsx").content)
    bills = Bill.objects.filter(yyyymm=202501)

    for title, rows in (("按户合计", 2), ("账单", 2)):
        heading, *body = sheets[title]
        place = heading.index("金额(元)")
        amounts = [Decimal(str(row[place])) for row in body]
        assert len(amounts) == rows + 1
        assert sum(amounts[:-1]) == amounts[-1] == sum(bill.amount for bill in bills) == Decimal("345")
    text = clerk.get(f"{ADDRESS}?period=2025-01&format=csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["金额(元)"] for line in lines] == ["138.00", "207.00"]


def test_few_questions(clerk: Client) -> None:
    assert len(questions(clerk, ADDRESS)) <= LIST
    assert len(questions(clerk, f"{ADDRESS}?period=2025-01")) <= LIST


def test_who_may_not_see_bills_gets_none(priced: PricedTown) -> None:
    viewer = signed_in_client(make_staff("customers.view", unit_id=priced.company_id, login="viewer"))
    west = signed_in_client(make_staff("billing.view", unit_id=priced.town.utility.west_id, login="west"))

    assert ADDRESS not in viewer.get("/payer-groups/SCHOOLS/").content.decode()
    assert viewer.get(ADDRESS).status_code == 403
    for address in (ADDRESS, f"{ADDRESS}paper/"):
        assert west.get(address).status_code == 404

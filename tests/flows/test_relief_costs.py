"""The report of what reliefs cost, and a scheme's page: filters, sums, file, reach."""

import io
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown
from tests.factories.reliefs import make_relieved_town

PATH = "/relief-costs/"


@pytest.fixture(scope="module")
def priced(module_db: str) -> PricedTown:
    return make_relieved_town()


@pytest.fixture
def clerk(priced: PricedTown, db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 4, 20))
    return signed_in_client(
        make_staff("billing.view", "billing.view_runs", "customers.change", unit_id=priced.company_id)
    )


def lines(client: Client, query: str = "") -> list[list[str]]:
    shown = client.get(f"{PATH}?{query}").context["list"]
    return [[cell.text for cell in row.cells] for row in shown.rows]


def test_report_shows_the_last_twelve_months_and_their_sum(clerk: Client) -> None:
    shown = clerk.get(PATH).context["list"]

    assert [[cell.text for cell in row.cells] for row in shown.rows] == [
        ["2025-03", "hero", "—", "供水企业", "—", "1", "-1", "-10", "-10.00"],
        ["2025-03", "低保减免", "市民政局", "政府", "—", "1", "1", "-16", "-18.00"],
        ["2025-02", "hero", "—", "供水企业", "—", "2", "2", "20", "20.00"],
        ["2025-02", "低保减免", "市民政局", "政府", "—", "3", "3", "30", "42.50"],
        ["2025-01", "hero", "—", "供水企业", "—", "2", "2", "40", "40.00"],
        ["2025-01", "低保减免", "市民政局", "政府", "—", "3", "3", "60", "85.00"],
    ]
    assert [cell.text for cell in shown.totals][-4:] == ["4", "8", "94", "159.50"]


def test_filters_narrow_and_the_file_holds_the_same(clerk: Client, priced: PricedTown) -> None:
    query = f"first=2025-02&last=2025-03&scheme=low&unit={priced.unit_id}&by=unit&sort=amount"

    told = lines(clerk, query)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(f"{PATH}?{query}&format=xlsx").content))

    assert [(row[0], row[-1]) for row in told] == [("2025-03", "-18.00"), ("2025-02", "42.50")]
    assert all(row[4] not in {"", "—"} for row in told)
    rows = sheet.get_sheet_by_index(0).to_python()
    assert [row[-1] for row in rows[1:]] == [-18.0, 42.5, 24.5]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=2025-03&last=2025-01", "截止月份早于起始月份"),
        ("first=2021-01&last=2025-01", "一次最多查询 36 个月"),
        ("first=x", "2026-11"),
    ],
)
def test_months_that_do_not_hold_are_told(clerk: Client, query: str, said: str) -> None:
    answer = clerk.get(f"{PATH}?{query}")

    assert said in answer.content.decode() and answer.context["list"].count == 0


def test_schemes_page_shows_its_own_cost_and_leads_to_the_report(clerk: Client) -> None:
    page = clerk.get("/relief-schemes/low/")

    (table,) = page.context["tables"]
    assert [row[-1].text for row in table.rows] == ["-18.00", "42.50", "85.00"]
    assert [cell.text for cell in table.totals][-4:] == ["3", "7", "74", "109.50"]
    assert "/relief-costs/?first=2024-05&amp;last=2025-04&amp;scheme=low" in page.content.decode()
    assert clerk.get("/relief-schemes/none/").status_code == 404


def test_pages_ask_little_and_only_who_may_see_bills(clerk: Client, priced: PricedTown) -> None:
    assert len(questions(clerk, f"{PATH}?by=unit")) <= LIST
    assert len(questions(clerk, "/relief-schemes/low/")) <= DETAIL
    counter = signed_in_client(make_staff("billing.view", login="counter", unit_id=priced.company_id))
    keeper = signed_in_client(make_staff("customers.change", login="keeper", unit_id=priced.company_id))

    assert counter.get(PATH).status_code == 403
    assert keeper.get(PATH).status_code == 403
    assert keeper.get("/relief-schemes/low/").context["tables"][0].rows == ()

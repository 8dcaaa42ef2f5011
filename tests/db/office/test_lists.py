"""The list component on the gallery's list: filter, order, pages, totals, column choice, export."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qingyuan.interfaces.office.gallery.samples import accounts
from qingyuan.interfaces.office.shell import exports
from qingyuan.interfaces.office.shell.exports import file_name, safe_text
from qingyuan.interfaces.office.shell.list_pages import ListView
from qingyuan.platform.audit.models import AuditEntry
from tests.db.office.people import make_staff, signed_in_client

pytestmark = pytest.mark.django_db

LIST = "/gallery/list/"


@pytest.fixture
def client() -> Client:
    return signed_in_client(make_staff())


def view_of(client: Client, query: str = "") -> ListView:
    view = client.get(f"{LIST}{query}").context["list"]
    assert isinstance(view, ListView)
    return view


def test_first_page_has_25_of_163_in_the_list_s_own_order(client: Client) -> None:
    view = view_of(client)

    assert [row.id for row in view.rows] == [f"{10010000 + place}" for place in range(25)]
    assert (view.page, view.pages, view.count) == (1, 7, 163)
    assert view.summary == "第 1/7 页，共 163 户"


def test_totals_are_of_the_whole_filter_and_not_of_the_page(client: Client) -> None:
    view = view_of(client, "?owing=on&page=2")

    owing = [row.owed for row in accounts() if row.owed > 0]
    assert view.totals is not None
    assert view.totals[-1].text == f"{sum(owing):,.2f}"
    assert view.count == len(owing)


def test_descending_sort_starts_with_the_largest_debt(client: Client) -> None:
    view = view_of(client, "?sort=-owed")

    assert view.rows[0].id == max(accounts(), key=lambda row: row.owed).account_no
    assert [heading.aria_sort for heading in view.headings if heading.key == "owed"] == ["descending"]


def test_unknown_sort_size_and_page_fall_back(client: Client) -> None:
    view = view_of(client, "?sort=password&size=100000&page=x")

    assert (view.page, view.size) == (1, 25)
    assert view.rows[0].id == "10010000"


def test_bad_filter_shows_its_message_and_no_rows(client: Client) -> None:
    response = client.get(f"{LIST}?opened_from=yesterday")

    assert response.context["list"].rows == ()
    assert "日期请按 2026-11-24 的格式填写" in response.content.decode()


def test_htmx_gets_the_region_alone(client: Client) -> None:
    response = client.get(LIST, headers={"HX-Request": "true", "HX-Target": "section#list-gallery"})

    text = response.content.decode()
    assert text.lstrip().startswith('<section id="list-gallery"')
    assert "<html" not in text


def test_column_choice_is_kept_with_the_person(client: Client) -> None:
    client.post("/lists/gallery/columns/", {"columns": ["owed", "opened_date"], "next": LIST})

    assert [heading.key for heading in view_of(client).headings] == ["account_no", "opened_date", "owed"]

    client.post("/lists/gallery/columns/", {"reset": "1", "next": LIST})

    assert "name" in [heading.key for heading in view_of(client).headings]


def test_csv_has_a_byte_order_mark_all_rows_and_masked_phones(client: Client) -> None:
    response = client.get(f"{LIST}?format=csv&owing=on")

    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][0] == "户号"
    assert len(rows) - 1 == sum(row.owed > 0 for row in accounts())
    assert all("****" in row[2] for row in rows[1:])
    assert "%E4%BB%85" not in response["Content-Disposition"].partition("filename*=")[0]


def test_xlsx_keeps_numbers_as_numbers_ids_as_text_and_tells_the_filter(client: Client) -> None:
    response = client.get(f"{LIST}?format=xlsx&owing=on")

    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rows, asked = book.worksheets
    owing = [row for row in accounts() if row.owed > 0]
    assert rows["A2"].value == owing[0].account_no
    assert rows["A2"].data_type == "s"
    headings = [cell.value for cell in rows[1]]
    debt = headings.index("欠费(元)")
    assert Decimal(str(rows[2][debt].value)) == owing[0].owed
    assert rows.max_row == len(owing) + 2
    assert Decimal(str(rows[rows.max_row][debt].value)) == sum(row.owed for row in owing)
    assert rows.freeze_panes == "B2"
    assert {line[0].value: line[1].value for line in asked.iter_rows()}["仅欠费"] == "是"


def test_export_is_put_on_record_with_filter_and_count(client: Client) -> None:
    client.get(f"{LIST}?format=csv&owing=on")

    entry = AuditEntry.objects.get(action="audit.list_exported")
    assert entry.object_key == "gallery"
    assert entry.after == {"rows": sum(row.owed > 0 for row in accounts()), "filters": {"仅欠费": "是"}, "kind": "csv"}


def test_export_of_too_many_rows_is_refused_and_not_recorded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAXIMUM_ROWS", 100)

    response = client.get(f"{LIST}?format=xlsx")

    assert response.status_code == 409
    assert "163" in response.content.decode()
    assert not AuditEntry.objects.filter(action="audit.list_exported").exists()


def test_rows_are_comfortable_when_the_person_wants_them_so(client: Client) -> None:
    assert 'class="comfortable"' not in client.get(LIST).content.decode()

    client.post("/density/", {"density": "comfortable", "next": LIST})

    assert 'class="comfortable"' in client.get(LIST).content.decode()


def test_list_page_asks_the_database_few_questions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        client.get(LIST)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe_text(text) == f"'{text}"


def test_file_name_has_title_scope_and_day_and_no_slashes() -> None:
    name = file_name("用户/清单", "B001 ..\\x")

    assert "/" not in name
    assert "\\" not in name
    assert name.startswith("用户_清单_B001_")

"""A run chosen by reading area and by cycle: which books it finds, what it says of the others, and what it fixes."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import BillingRun
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.meters.models import ServicePoint
from qingyuan.domains.routes.models import Book, ReadingArea
from qingyuan.interfaces.office.billing import run_scope
from qingyuan.workflows import run_billing
from tests.counting import DETAIL, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM
from tests.factories.readings import make_book, period_id, plan, read_and_approve

pytestmark = pytest.mark.django_db
ON = date(2025, 2, 20)


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    """Books 01-A (monthly, area N), 01-B (odd months, N1 within N), 01-C (even months, S), 01-D (even, S, nothing read)."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    priced = make_priced_town()
    company, unit = priced.company_id, priced.unit_id
    north = ReadingArea.objects.create(company_id=company, unit_id=unit, code="N", name="北片")
    inner = ReadingArea.objects.create(company_id=company, unit_id=unit, code="N1", name="北一片", parent=north)
    south = ReadingArea.objects.create(company_id=company, unit_id=unit, code="S", name="南片")
    make_book(company, unit, "01-B", months_interval=2, phase_month=1)
    make_book(company, unit, "01-C", months_interval=2, phase_month=6)
    make_book(company, unit, "01-D", months_interval=2, phase_month=2)
    for number, area in (("01-A", north), ("01-B", inner), ("01-C", south), ("01-D", south)):
        Book.objects.filter(book_no=number).update(area=area)
    return priced


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("billing.view_runs", "billing.run", unit_id=priced.company_id))


def book_id(number: str) -> int:
    return Book.objects.get(book_no=number).pk


def read(priced: PricedTown) -> int:
    """February's due books planned, two points in each; those of 01-A and 01-C read and approved. Returns the period."""
    for number in ("01-A", "01-B", "01-C", "01-D"):
        make_billable_points(priced, 2, prefix=number[-1], book_id=book_id(number))
    plan(priced.town, ON)
    for number in ("01-A", "01-C"):
        for position in (1, 2):
            read_and_approve(_point(number, position), ON, "150")
    return period_id(priced.town, 202502)


def _point(number: str, position: int) -> int:
    return ServicePoint.objects.get(point_no=f"{number[-1]}{position:06}").pk


def offered(client: Client, query: str) -> list[int]:
    """The books that the page offers for this address."""
    page = client.get(f"/billing/runs/new/?{query}")
    assert page.status_code == 200, page.content.decode()
    return [int(value) for value, _words in page.context["form"].fields["books"].choices]


def test_area_takes_the_books_of_the_areas_under_it(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)
    north = ReadingArea.objects.get(code="N")

    assert offered(clerk, f"period={period}") == [book_id("01-A"), book_id("01-C")]
    assert offered(clerk, f"period={period}&area={north.pk}") == [book_id("01-A")]
    assert offered(clerk, f"period={period}&area={ReadingArea.objects.get(code='S').pk}") == [book_id("01-C")]


def test_cycle_takes_the_books_read_in_the_same_months(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)

    assert offered(clerk, f"period={period}&cycle=1-1") == [book_id("01-A")]
    assert offered(clerk, f"period={period}&cycle=2-2") == [book_id("01-C")]
    page = clerk.get(f"/billing/runs/new/?period={period}").content.decode()
    assert "每 2 个月（2/4/6/8/10/12 月）" in page
    assert "1/3/5" not in page  # no book of that cycle is read in February


@pytest.mark.parametrize("query", ["area=999999", "cycle=2-1", "cycle=x", "unit=999999", "period=999999"])
def test_what_cannot_be_chosen_is_not_found(clerk: Client, priced: PricedTown, query: str) -> None:
    read(priced)

    assert clerk.get(f"/billing/runs/new/?{query}").status_code == 404


def test_page_says_what_stands_in_another_run_and_what_is_not_approved(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)
    run_billing.calculate(
        actor=SYSTEM,
        unit_id=priced.unit_id,
        period_id=period,
        purpose=RunPurpose.REAL,
        business_date=ON,
        book_ids=[book_id("01-A")],
    )
    run_no = BillingRun.objects.get().run_no

    page = clerk.get(f"/billing/runs/new/?period={period}")

    text = page.content.decode()
    assert "本账期应抄 3 册，可开账 1 册 2 户。" in text
    assert f"1 册已在未签发的批次中，不再列入：01-A ({run_no})。" in text
    assert "没有已审核待开账抄表的册：01-D。" in text
    assert "有 2 户尚未审核" in text
    assert page.context["form"].initial["books"] == [str(book_id("01-C"))]


def test_book_is_looked_for_by_a_part_of_its_number_or_name(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)
    Book.objects.filter(book_no="01-C").update(name="滨江50%")

    assert offered(clerk, f"period={period}&q=01-a") == [book_id("01-A")]
    assert offered(clerk, f"period={period}&q=江50%25") == [book_id("01-C")]
    assert offered(clerk, f"period={period}&q=nothing") == []


def test_more_books_than_are_listed_are_said_and_can_all_be_taken(
    clerk: Client, priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = read(priced)
    monkeypatch.setattr(run_scope, "MOST", 1)
    url = f"/billing/runs/new/?period={period}"

    page = clerk.get(url)
    assert offered(clerk, f"period={period}") == [book_id("01-A")]
    assert "可开账 2 册，只列出前 1 册" in page.content.decode()
    assert "其他批次未占用的全部 2 册，含未列出的" in page.content.decode()
    given = {"purpose": "REHEARSAL", "business_date": "2025-02-20"}
    assert "请至少选择一个抄表册" in clerk.post(url, given).content.decode()
    assert clerk.post(url, {**given, "all_books": "on"}).status_code == 302

    assert BillingRun.objects.get().selection["books"] == [book_id("01-A"), book_id("01-C")]


def test_book_taken_in_another_period_is_shown_as_taken(clerk: Client, priced: PricedTown) -> None:
    february = read(priced)
    plan(priced.town, date(2025, 3, 20))
    run_billing.calculate(
        actor=SYSTEM, unit_id=priced.unit_id, period_id=february, purpose=RunPurpose.REAL, business_date=ON
    )
    for position in (1, 2):
        read_and_approve(_point("01-A", position), date(2025, 3, 20), "160")

    page = clerk.get(f"/billing/runs/new/?period={period_id(priced.town, 202503)}")

    assert page.context["form"].initial["books"] == []
    assert f"01-A ({BillingRun.objects.get().run_no})" in page.content.decode()


def test_due_book_without_a_task_is_named(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)
    make_book(priced.company_id, priced.unit_id, "01-E", months_interval=2, phase_month=4)
    make_book(priced.company_id, priced.unit_id, "01-F", months_interval=2, phase_month=3)

    text = clerk.get(f"/billing/runs/new/?period={period}").content.decode()

    assert "按抄表周期本月应抄、但未生成抄表任务的册：01-E。" in text


def test_books_of_the_choice_are_fixed_in_the_run(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)
    url = f"/billing/runs/new/?period={period}&cycle=2-2"

    given = {
        "purpose": "REHEARSAL",
        "business_date": "2025-02-20",
        "books": offered(clerk, f"period={period}&cycle=2-2"),
    }
    assert clerk.post(url, given).status_code == 302

    run = BillingRun.objects.get()
    assert run.selection["books"] == [book_id("01-C")]
    assert run.scope_count == 2


def test_book_outside_the_choice_is_refused(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)

    given = {"purpose": "REHEARSAL", "business_date": "2025-02-20", "books": [book_id("01-A")]}
    answer = clerk.post(f"/billing/runs/new/?period={period}&cycle=2-2", given)

    assert answer.status_code in {200, 422}
    assert not BillingRun.objects.exists()


def test_page_asks_few_questions(clerk: Client, priced: PricedTown) -> None:
    period = read(priced)

    assert len(questions(clerk, f"/billing/runs/new/?period={period}&cycle=2-2")) <= DETAIL

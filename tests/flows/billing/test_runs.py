"""A billing run through the browser's door: rehearse, run, check, issue, discard, compare; refusals; foreign ids."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, BillingRun, RunChunk
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.domains.routes.models import Book
from qingyuan.kernel.errors import NotPermitted
from qingyuan.workflows import run_billing
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import (
    PricedTown,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.platform import make_person
from tests.factories.readings import period_id, plan

pytestmark = pytest.mark.django_db
ALL = ("billing.view", "billing.view_runs", "billing.run", "billing.check", "billing.issue", "billing.release")
JANUARY = date(2025, 1, 20)
FEBRUARY = date(2025, 2, 20)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    """The office's date lies in an open accounting period of the town."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: FEBRUARY)
    return FEBRUARY


@pytest.fixture
def priced(db: None, today: date) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*ALL, unit_id=priced.company_id))


def read(priced: PricedTown, on: date) -> int:
    """Two points read in the month: 160 and 460 m³; returns the period."""
    one, other = make_billable_points(priced, 2)
    return read_month(priced, on, {one: "260", other: "560"})


def start(client: Client, priced: PricedTown, period: int, purpose: RunPurpose) -> BillingRun:
    """Fill in the form, then let the run be worked here."""
    url = f"/billing/runs/new/?unit={priced.unit_id}&period={period}"
    books = [str(choice[0]) for choice in client.get(url).context["form"].fields["books"].choices]
    given = {"purpose": str(purpose), "business_date": "2025-02-20", "books": books}
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()
    run = BillingRun.objects.latest("id")
    assert answer["Location"] == f"/billing/runs/{run.pk}/"
    return run


def test_rehearsal_run_check_and_issue(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    rehearsal = start(clerk, priced, period, RunPurpose.REHEARSAL)
    under_way = clerk.get(f"/billing/runs/{rehearsal.pk}/").content.decode()
    assert f'hx-get="/billing/runs/{rehearsal.pk}/progress/" hx-trigger="every 2s"' in under_way
    run_billing.work_here(run_id=rehearsal.pk)
    assert "data-reload-now" in clerk.get(f"/billing/runs/{rehearsal.pk}/progress/").content.decode()
    assert not Bill.objects.exists()

    run = start(clerk, priced, period, RunPurpose.REAL)
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    rehearsal.refresh_from_db()
    assert run.result_hash == rehearsal.result_hash
    compared = clerk.get(f"/billing/runs/{run.pk}/compare/", {"with": rehearsal.pk}).content.decode()
    assert "两个批次结果指纹相同" in compared and "两个批次逐户一致" in compared

    clerk.post(f"/billing/runs/{run.pk}/check/")
    total = run.totals["amount"]
    wrong = clerk.post(f"/billing/runs/{run.pk}/issue/", {"typed": "1.00"}, follow=True)
    assert "确认内容不符" in wrong.content.decode()
    run.refresh_from_db()
    assert run.state == "CHECKED"

    clerk.post(f"/billing/runs/{run.pk}/issue/", {"typed": f"{Decimal(total):,.2f}"})
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, Bill.objects.count()) == ("ISSUED", 2)
    text = clerk.get(f"/billing/runs/{run.pk}/").content.decode()
    assert "已签发" in text and "作废批次" not in text


def test_totals_stand_beside_the_last_period(clerk: Client, priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    first = read_month(priced, JANUARY, {one: "150", other: "160"})
    issue_run(calculated_run(priced, first, JANUARY), JANUARY)
    second = read_month(priced, FEBRUARY, {one: "250", other: "260"})
    run = calculated_run(priced, second, FEBRUARY)

    answer = clerk.get(f"/billing/runs/{run.pk}/totals/")

    rows = [[cell.text for cell in row] for row in answer.context["tables"][0].rows]
    # water 200 × 1.92 against 110 × 1.92; sewage 200 × 0.9 × 1.70 against 110 × 0.9 × 1.70
    assert rows[0] == ["water", "RESIDENTIAL", "200", "384.00", "211.20", "+81.8%", "—"]
    assert rows[1] == ["sewage", "RESIDENTIAL", "180", "306.00", "168.30", "+81.8%", "—"]
    assert len(questions(clerk, f"/billing/runs/{run.pk}/totals/")) <= DETAIL


def test_exceptions_say_why_by_their_money(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    account = ReadingItem.objects.filter(period_id=period).order_by("id")[0].account
    assert account is not None
    account.state = "SUSPENDED"
    account.save(update_fields=["state"])
    run = calculated_run(priced, period, JANUARY)

    answer = clerk.get(f"/billing/runs/{run.pk}/exceptions/")

    (row,) = answer.context["table"].rows
    assert row[0].text == account.account_no
    assert row[-1].text == "该户不是正常状态。"


def test_book_of_another_unit_is_no_choice_and_refused(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    elsewhere = make_priced_town("02")
    plan(elsewhere.town, JANUARY)
    stranger_period = period_id(elsewhere.town, 202501)
    foreign = Book.objects.filter(company_id=elsewhere.company_id).first()
    assert foreign is not None
    url = f"/billing/runs/new/?unit={priced.unit_id}&period={period}"

    given = {"purpose": "REAL", "business_date": "2025-02-20", "books": [str(foreign.pk)]}
    assert clerk.post(url, given).status_code == 422
    assert clerk.get(f"/billing/runs/new/?unit={elsewhere.unit_id}").status_code == 404
    assert clerk.get(f"/billing/runs/new/?unit={priced.unit_id}&period={stranger_period}").status_code == 404
    assert not BillingRun.objects.exists()


def test_operation_refuses_a_book_that_the_person_does_not_reach(priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    neighbour = make_person(priced.town.utility.west_id, *ALL, login="neighbour")

    with pytest.raises(NotPermitted):
        run_billing.calculate(
            actor=neighbour,
            unit_id=priced.town.utility.west_id,
            period_id=period,
            purpose=RunPurpose.REHEARSAL,
            business_date=JANUARY,
        )

    assert not BillingRun.objects.exists()


def test_books_taken_by_an_unissued_run_are_a_message_at_the_books(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    taken = start(clerk, priced, period, RunPurpose.REAL)
    url = f"/billing/runs/new/?unit={priced.unit_id}&period={period}"
    page = clerk.get(url)
    (choice,) = page.context["form"].fields["books"].choices
    assert taken.run_no in choice[1]

    answer = clerk.post(url, {"purpose": "REAL", "business_date": "2025-02-20", "books": [choice[0]]})

    assert answer.status_code == 422
    assert taken.run_no in str(answer.context["form"].errors["books"])


def test_discard_needs_a_reason_and_frees_the_books(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    run = start(clerk, priced, period, RunPurpose.REAL)

    clerk.post(f"/billing/runs/{run.pk}/discard/", {"reason": " "})
    run.refresh_from_db()
    assert run.state == "CALCULATING"
    clerk.post(f"/billing/runs/{run.pk}/discard/", {"reason": "选错账期"})

    run.refresh_from_db()
    assert (run.state, run.books.count()) == ("DISCARDED", 0)


def test_failed_chunk_is_told_and_resumed(clerk: Client, priced: PricedTown) -> None:
    run = start(clerk, priced, read(priced, JANUARY), RunPurpose.REAL)
    RunChunk.objects.filter(run=run).update(state="FAILED", error_code="billing.chunk_failed", error_detail="断电")

    text = clerk.get(f"/billing/runs/{run.pk}/").content.decode()
    assert f"/billing/runs/{run.pk}/resume/" in text and "处理失败" in text
    assert "第 1 块：程序出错：断电。请点“继续”重做" in text
    RunChunk.objects.filter(run=run).update(error_code="billing.book_taken", error_detail="billing.book_taken(run=R7)")
    assert "[billing.book_taken(run=R7)]" in clerk.get(f"/billing/runs/{run.pk}/").content.decode()
    assert "every 2s" not in text
    clerk.post(f"/billing/runs/{run.pk}/resume/")

    assert set(RunChunk.objects.filter(run=run).values_list("state", flat=True)) == {"WAITING"}


def test_run_of_single_accounts_by_their_numbers(clerk: Client, priced: PricedTown) -> None:
    period = read(priced, JANUARY)
    url = f"/billing/runs/new/?unit={priced.unit_id}&period={period}"
    books = [str(choice[0]) for choice in clerk.get(url).context["form"].fields["books"].choices]
    given = {"purpose": "REAL", "business_date": "2025-02-20", "books": books}

    unknown = clerk.post(url, {**given, "accounts": "AP000002，AP000009"})
    assert unknown.status_code == 422
    assert "没有已审核抄表：AP000009" in str(unknown.context["form"].errors["accounts"])
    assert not BillingRun.objects.exists()
    clerk.post(url, {**given, "accounts": " AP000002\nAP000002 "})

    run = BillingRun.objects.get()
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    assert (run.scope_count, run.totals["bills"]) == (1, 1)


def test_pause_stops_the_asking_and_go_on_takes_it_up(clerk: Client, priced: PricedTown) -> None:
    run = start(clerk, priced, read(priced, JANUARY), RunPurpose.REAL)
    url = f"/billing/runs/{run.pk}/"

    clerk.post(f"{url}pause/")
    text = clerk.get(url).content.decode()
    assert "批次已暂停" in text and "继续处理" in text and "every 2s" not in text
    clerk.post(f"{url}continue/")

    assert "every 2s" in clerk.get(url).content.decode()
    run.refresh_from_db()
    assert not run.is_paused


def test_undo_types_the_issued_total_and_gives_a_reason(clerk: Client, priced: PricedTown) -> None:
    run = issue_run(calculated_run(priced, read(priced, JANUARY), JANUARY), JANUARY)
    url = f"/billing/runs/{run.pk}/"
    total = f"{Decimal(run.totals['issued_amount']):,.2f}"
    assert "撤销签发" not in clerk.get(url).content.decode()
    supervisor = signed_in_client(make_staff(*ALL, "billing.undo", unit_id=priced.company_id, login="supervisor"))
    assert "撤销签发" in supervisor.get(url).content.decode()

    assert clerk.post(f"{url}undo/", {"typed": total, "reason": "价格导错"}).status_code == 403
    supervisor.post(f"{url}undo/", {"typed": "1.00", "reason": "价格导错"})
    supervisor.post(f"{url}undo/", {"typed": total, "reason": " "})
    run.refresh_from_db()
    assert run.state == "ISSUED"
    supervisor.post(f"{url}undo/", {"typed": total, "reason": "价格导错"})
    assert "撤销中" in supervisor.get(url).content.decode()
    run_billing.work_here(run_id=run.pk)

    text = supervisor.get(url).content.decode()
    assert "批次已撤销" in text and "价格导错" in text and "撤销签发</button>" not in text


GETS = ("", "progress/", "totals/", "exceptions/", "review/", "workbook/", "compare/")
POSTS = ("check/", "issue/", "recalculate/", "resume/", "discard/", "hold/", "release/", "undo/", "pause/", "continue/")


def test_run_of_another_company_is_not_found(priced: PricedTown) -> None:
    run = calculated_run(priced, read(priced, JANUARY), JANUARY)
    stranger = signed_in_client(
        make_staff(*ALL, "billing.undo", unit_id=make_priced_town("02").company_id, login="stranger")
    )
    url = f"/billing/runs/{run.pk}/"

    assert [stranger.get(url + path).status_code for path in GETS] == [404] * len(GETS)
    answers = [stranger.post(url + path, {"typed": "1", "reason": "x"}).status_code for path in POSTS]

    assert answers == [404] * len(POSTS)
    run.refresh_from_db()
    assert run.state == "CALCULATED"


def test_viewer_has_no_buttons_and_is_refused(priced: PricedTown) -> None:
    run = calculated_run(priced, read(priced, JANUARY), JANUARY)
    viewer = signed_in_client(make_staff("billing.view_runs", unit_id=priced.company_id, login="viewer"))

    page = viewer.get(f"/billing/runs/{run.pk}/")

    assert page.context["buttons"] == []
    assert viewer.post(f"/billing/runs/{run.pk}/check/").status_code == 403
    assert viewer.get("/billing/runs/new/").status_code == 403


def test_list_and_run_page_need_few_queries(clerk: Client, priced: PricedTown) -> None:
    run = calculated_run(priced, read(priced, JANUARY), JANUARY)

    assert run.run_no in clerk.get("/billing/runs/").content.decode()
    assert len(questions(clerk, "/billing/runs/")) <= LIST
    assert len(questions(clerk, f"/billing/runs/{run.pk}/")) <= DETAIL

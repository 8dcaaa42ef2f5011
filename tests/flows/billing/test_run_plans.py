"""Plans of billing runs through the browser's door: made with a look at their next starts, failed and tried again, paused."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import BillingRun, RunPlan, ScheduledStart
from qingyuan.interfaces.tasks import run_plans as task
from qingyuan.workflows import scheduled_runs
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, make_billable_points, make_priced_town, read_month
from tests.factories.run_plans import local, make_run_plan

pytestmark = pytest.mark.django_db
JANUARY = date(2025, 1, 20)
NOW = local(date(2025, 2, 3), 9)


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_priced_town()


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("billing.view_runs", "billing.run", unit_id=priced.company_id))


def filled(priced: PricedTown, **changes: str) -> dict[str, str]:
    return {
        "name": "月度开账",
        "unit": str(priced.unit_id),
        "purpose": "REAL",
        "timing": "LAST",
        "day": "5",
        "hour": "6",
        "on_workdays": "on",
        "with_earlier": "on",
        "business_date_rule": "START_DAY",
        "active_from": "2025-02-03",
        **changes,
    }


def test_plan_is_made_from_the_form_and_shows_its_next_starts(clerk: Client, priced: PricedTown) -> None:
    fresh = clerk.get("/billing/plans/new/").content.decode()
    assert "2025-03-03 06:00 星期一" in fresh  # by what the form says at first: the 1st is a Saturday

    answer = clerk.post("/billing/plans/new/", filled(priced, books="01-A"))

    plan = RunPlan.objects.get()
    assert answer["Location"] == f"/billing/plans/{plan.pk}/"
    assert plan.book_ids == [priced.town.book_id] and plan.purpose == "REAL"
    page = clerk.get(answer["Location"]).content.decode()
    assert "2025-02-05 06:00 星期三" in page and "账期 2025-01" in page
    assert page.count("账期 2025-") >= 6
    listed = clerk.get("/billing/plans/").content.decode()
    assert (
        "月度开账" in listed and "每月 5 日 06:00，开上月账期，遇节假日顺延" in listed and "2025-02-05 06:00" in listed
    )


def test_preview_follows_the_form(clerk: Client, priced: PricedTown) -> None:
    typed = filled(priced, timing="AFTER_PERIOD", day="2", plan="0", name="")

    page = clerk.get("/billing/plans/preview/", typed).content.decode()
    short = clerk.get("/billing/plans/preview/", filled(priced, last_date="2025-03-31")).content.decode()
    unknown = clerk.get("/billing/plans/preview/", {**typed, "day": "40"}).content.decode()

    assert "2025-02-04 06:00 星期二" in page and "2025-07-02 06:00 星期三" in page
    assert short.count("<li>") == 2
    assert "<li>" not in unknown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"books": "01-A 99-X"}, "该机构没有以下抄表册：99-X。"),
        ({"timing": "AFTER_READING", "day": "24"}, "最多 23 个工作日。"),
        ({"last_date": "2025-02-02"}, "止日早于起日。"),
        ({"name": ""}, "请填写"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field(
    clerk: Client, priced: PricedTown, changes: dict[str, str], message: str
) -> None:
    answer = clerk.post("/billing/plans/new/", filled(priced, **changes))

    assert answer.status_code == 422 and message in answer.content.decode()
    assert not RunPlan.objects.exists()


def test_failed_start_is_a_card_and_a_notice_until_it_is_tried_again(clerk: Client, priced: PricedTown) -> None:
    point = make_billable_points(priced, 1)[0]
    plan_id = make_run_plan(priced.unit_id)
    task.start_plans(timestamp=0)

    start_page = clerk.get("/").content.decode()
    page = clerk.get(f"/billing/plans/{plan_id}/").content.decode()
    assert "未能启动的出账计划" in start_page and "/billing/plans/?state=waiting" in start_page
    assert "尚无账期 2025-01，请先生成该账期的抄表任务，再重试。" in page and "重试" in page
    assert "月度试算" in clerk.get("/billing/plans/?state=waiting").content.decode()

    refused = clerk.post(f"/billing/plans/{plan_id}/start/202501/", follow=True)
    assert "尚无账期 2025-01" in refused.content.decode()
    read_month(priced, JANUARY, {point: "150"})
    tried = clerk.post(f"/billing/plans/{plan_id}/start/202501/")

    run = BillingRun.objects.get()
    assert tried["Location"] == f"/billing/runs/{run.pk}/"
    assert "未能启动的出账计划" not in clerk.get("/").content.decode()
    assert run.run_no in clerk.get(f"/billing/plans/{plan_id}/").content.decode()
    assert "月度试算" in clerk.get(f"/billing/runs/{run.pk}/").content.decode()


def test_failed_start_is_left_at_that(clerk: Client, priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)
    scheduled_runs.start_due(now=NOW)

    page = clerk.post(f"/billing/plans/{plan_id}/leave/202501/", follow=True).content.decode()

    assert ScheduledStart.objects.get().state == "LEFT"
    assert "不再启动" in page and "立即启动" in page  # it may still be started from the history


def test_pause_and_resume(clerk: Client, priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)

    paused = clerk.post(f"/billing/plans/{plan_id}/pause/", follow=True).content.decode()
    assert RunPlan.objects.get().is_paused and "计划已暂停" in paused
    clerk.post(f"/billing/plans/{plan_id}/resume/")

    assert not RunPlan.objects.get().is_paused


def test_edit_shows_what_is_stored_and_a_stale_one_both_values(clerk: Client, priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id, book_ids=[priced.town.book_id])
    url = f"/billing/plans/{plan_id}/edit/"
    form = clerk.get(url).context["form"]
    assert (form.initial["books"], form.initial["timing"], form.initial["version"]) == ("01-A", "LAST", 1)

    changed = clerk.post(url, filled(priced, version="1"))
    stale = clerk.post(url, filled(priced, name="又改", version="1"))

    assert changed.status_code == 302
    assert stale.status_code == 422 and "又改" in stale.content.decode()
    assert RunPlan.objects.get().name == "月度开账"


def test_plan_of_another_unit_is_not_found_and_reading_needs_the_permission(priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)
    west = priced.town.utility.west_id
    stranger = signed_in_client(make_staff("billing.view_runs", "billing.run", unit_id=west))
    viewer = signed_in_client(make_staff("billing.view_runs", unit_id=priced.unit_id, login="viewer"))

    for url in (f"/billing/plans/{plan_id}/", f"/billing/plans/{plan_id}/edit/"):
        assert stranger.get(url).status_code == 404
    for act in ("pause", "resume", "start/202501", "leave/202501"):
        assert stranger.post(f"/billing/plans/{plan_id}/{act}/").status_code == 404
        assert viewer.post(f"/billing/plans/{plan_id}/{act}/").status_code == 403
    seen = viewer.get(f"/billing/plans/{plan_id}/").content.decode()
    assert "月度试算" in seen and "/pause/" not in seen and "/start/" not in seen
    assert viewer.get("/billing/plans/new/").status_code == 403
    assert "月度试算" not in stranger.get("/billing/plans/").content.decode()
    assert stranger.post(f"/billing/plans/{plan_id}/start/209913/").status_code == 404


def test_pages_ask_few_questions_however_many_plans_there_are(clerk: Client, priced: PricedTown) -> None:
    plans = [make_run_plan(priced.unit_id, name=f"计划{number}") for number in range(12)]

    assert len(questions(clerk, "/billing/plans/")) <= LIST
    assert len(questions(clerk, f"/billing/plans/{plans[0]}/")) <= DETAIL
    assert len(questions(clerk, "/billing/plans/new/")) <= DETAIL


def test_task_goes_by_the_clock_and_not_by_the_minute_it_was_queued_for(priced: PricedTown) -> None:
    read_month(priced, JANUARY, {make_billable_points(priced, 1)[0]: "150"})
    make_run_plan(priced.unit_id)
    queued: datetime = local(date(2025, 1, 5), 6)

    task.start_plans(timestamp=int(queued.timestamp()))

    assert ScheduledStart.objects.get().settled_at == NOW

"""The start page: what waits for whom, counted within reach; first steps; the filling of the demo for everybody."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qingyuan.kernel.actor import system_actor
from qingyuan.overviews import workbench
from qingyuan.overviews.workbench_counters import COUNTERS, counted
from qingyuan.platform import registry
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.staff.queries import permissions_of, reaches
from tests.counting import questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import Utility, actor_at, make_person, make_utility

pytestmark = pytest.mark.django_db


@pytest.fixture
def utility() -> Utility:
    return make_utility()


def _client(*permissions: str, unit_id: int, login: str = "clerk") -> Client:
    return signed_in_client(make_staff(*permissions, login=login, unit_id=unit_id))


def _start_filling(company_id: int) -> int:
    with transaction.atomic():
        return jobs.start(
            actor=system_actor("demo", company_id=company_id),
            kind="demo.fill",
            title="演示数据",
            arguments={},
            task_name="audit.seal",
            total=14,
        )


def test_every_counter_names_a_declared_permission_and_runs(utility: Utility) -> None:
    actor = make_person(utility.east_id, "staff.view", book_ids=[7])
    today = timezone.localdate()
    asked = list(COUNTERS.values())
    needed = {one.permission for one in asked if one.permission}

    found = counted(asked, reaches(actor, needed, on=today), actor, on=today, since=timezone.now())

    assert needed <= set(registry.permissions.all())
    assert set(found) == set(COUNTERS)


def test_counts_stay_within_reach(utility: Utility) -> None:
    for number in range(3):
        make_person(utility.west_id, login=f"west{number}")
    client = _client("staff.view", "roles.assign", unit_id=utility.east_id)
    everywhere = _client("staff.view", "roles.assign", unit_id=utility.company_id, login="chief")

    near, far = client.get("/"), everywhere.get("/")

    assert [task.count for task in near.context["tasks"]] == []
    assert [(task.label, task.count) for task in far.context["tasks"]] == [("未授权员工", "3")]
    assert [figure.text for figure in far.context["figures"]] == ["5"]


def test_first_steps_are_shown_until_there_is_an_account(utility: Utility) -> None:
    client = _client("organisation.edit", "company.edit", "staff.edit", unit_id=utility.company_id)

    steps = client.get("/").context["steps"]

    assert [(step.done, bool(step.url)) for step in steps][:3] == [(True, True), (False, True), (False, True)]
    assert not steps[-1].done
    assert not steps[-1].url


def test_filling_of_the_demo_is_watched_by_everybody_and_ends_the_asking(utility: Utility) -> None:
    cashier = _client("payments.take", unit_id=utility.east_id)
    stranger = _client("payments.take", unit_id=make_utility("02").east_id, login="stranger")
    job_id = _start_filling(utility.company_id)
    jobs.progress(job_id, 7, message="2026-05 抄表")

    page = cashier.get("/")
    asked = cashier.get("/workbench/jobs/").content.decode()

    assert [job.percent for job in page.context["jobs"]] == [50]
    assert page.context["steps"] == ()
    assert "every 2s" in asked
    assert "2026-05 抄表" in asked
    assert stranger.get("/").context["jobs"] == []

    jobs.finish(job_id)
    ended = cashier.get("/workbench/jobs/").content.decode()
    assert "every 2s" not in ended
    assert "data-reload-now" in ended


def test_cashier_sees_that_no_shift_is_open(utility: Utility) -> None:
    client = _client("payments.take", "payments.close_shift", unit_id=utility.east_id)

    tasks = client.get("/").context["tasks"]

    assert [task.label for task in tasks] == ["本人未开班"]


def test_person_without_a_role_is_told_whom_to_ask(utility: Utility) -> None:
    client = _client(unit_id=utility.east_id)

    page = client.get("/")

    assert page.status_code == 200
    assert "您尚未分配角色" in page.content.decode()
    assert page.context["tasks"] == ()


def test_refused_sign_ins_lead_the_auditor_to_their_entries(utility: Utility) -> None:
    make_person(utility.east_id, login="target")
    Client().post("/sign-in/", {"login": "target", "password": "wrong"})
    client = _client("audit.view", unit_id=utility.company_id)

    tasks = client.get("/").context["tasks"]

    assert [(task.label, task.count) for task in tasks] == [("今日登录失败", "1")]
    assert client.get(tasks[0].url).context["list"].count == 1


def test_start_page_of_whoever_may_do_everything_asks_little(utility: Utility) -> None:
    supervising = {"audit.view"}
    actor = make_person(utility.company_id, *(code for code in registry.permissions.all() if code not in supervising))
    held = permissions_of(actor, on=timezone.localdate())

    with CaptureQueriesContext(connection) as asked:
        page = workbench.workbench(actor, held, on=timezone.localdate(), since=timezone.now())

    assert len(asked) <= 12
    assert page.counts["owed"].amount == Decimal(0)
    assert page.counts["staff_active"].count == 1


def test_system_actor_counts_everything(utility: Utility) -> None:
    actor = actor_at(utility.company_id, staff_id=0)
    system = system_actor("tests", company_id=actor.company_id)

    page = workbench.workbench(
        system, permissions_of(system, on=timezone.localdate()), on=timezone.localdate(), since=timezone.now()
    )

    assert set(page.counts) == set(COUNTERS)


PAGES = {
    "/organisation/": 12,
    "/organisation/01E/": 20,
    "/company/01/": 20,
    "/staff/": 12,
    "/staff/chief/": 20,
    "/staff/chief/permissions/": 20,
    "/staff/chief/history/": 20,
    "/roles/": 12,
    "/roles/who-may/?permission=staff.view": 12,
    "/parameters/": 12,
    "/parameters/billing.due_days/": 20,
    "/dictionary/": 12,
    "/calendar/": 12,
    "/jobs/": 12,
}


@pytest.mark.parametrize(("path", "limit"), PAGES.items())
def test_pages_ask_no_more_for_many_rows(utility: Utility, path: str, limit: int) -> None:
    supervising = {"audit.view"}
    client = _client(
        *(code for code in registry.permissions.all() if code not in supervising),
        unit_id=utility.company_id,
        login="chief",
    )
    for number in range(5):
        make_person(utility.east_id, "staff.view", login=f"person{number}")

    asked = questions(client, path)

    assert len(asked) <= limit, [one[:90] for one in asked]

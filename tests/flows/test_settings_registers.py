"""Parameters, dictionary, calendar, audit trail and jobs through the pages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from qingyuan.kernel.actor import system_actor
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.calendar.models import CalendarDay
from qingyuan.platform.dictionary.models import DictionaryEntry
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.parameters import operations, queries
from qingyuan.platform.parameters.models import ParameterValue
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import SYSTEM, Utility, make_person, make_utility

pytestmark = pytest.mark.django_db
DAYS = "billing.due_days"
RIGHTS = ("organisation.view", "parameters.view", "parameters.edit", "dictionary.edit", "calendar.edit", "jobs.view")


@pytest.fixture
def utility() -> Utility:
    return make_utility()


@pytest.fixture
def admin(utility: Utility) -> Client:
    return signed_in_client(make_staff(*RIGHTS, login="admin", unit_id=utility.company_id))


@pytest.fixture
def east(utility: Utility) -> Client:
    return signed_in_client(make_staff(*RIGHTS, login="east", unit_id=utility.east_id))


def _in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_parameter_is_changed_from_a_day_on_and_its_history_stays(admin: Client, utility: Utility) -> None:
    today, later = timezone.localdate(), _in_days(10)
    fields = {"value": "45", "unit": utility.company_id, "from_date": today, "reason": "文件〔2026〕1号"}

    admin.post(f"/parameters/{DAYS}/set/", fields)
    admin.post(f"/parameters/{DAYS}/set/", {**fields, "value": "60", "from_date": later})

    assert queries.integer(DAYS, unit_id=utility.east_id, on=today) == 45
    page = admin.get(f"/parameters/{DAYS}/?unit=01E")
    assert page.context["page"].figures[0].text == "45"
    assert [row[1].text for row in page.context["history"].rows] == ["60", "45"]
    shown = admin.get("/parameters/?changed=on").context["list"].rows
    assert [row.cells[2].text for row in shown] == ["45"]
    assert shown[0].cells[-1].text == f"{later} 起：60"


def test_coming_value_is_withdrawn_and_one_in_force_is_not(admin: Client, utility: Utility) -> None:
    on = timezone.localdate()
    rows = [
        operations.set_value(
            actor=SYSTEM,
            code=DAYS,
            unit_id=utility.company_id,
            from_date=on + timedelta(days=days),
            value=40 + days,
            reason="文件",
            on=on,
        )
        for days in (0, 10)
    ]

    answers = [admin.post(f"/parameters/{DAYS}/withdraw/{row}/", {"reason": "撤销"}).status_code for row in rows]

    assert answers == [422, 302]
    assert list(ParameterValue.objects.values_list("pk", flat=True)) == [rows[0]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "0"}, "value"),
        ({"value": "很多"}, "value"),
        ({"reason": ""}, "reason"),
        ({"from_date": "x"}, "from_date"),
    ],
)
def test_value_that_does_not_fit_is_told_at_its_field(
    admin: Client, utility: Utility, change: dict[str, str], field: str
) -> None:
    fields = {"value": "45", "unit": utility.company_id, "from_date": "2026-11-01", "reason": "文件", **change}
    if change == {"value": "0"}:
        fields["value"] = "-1"

    response = admin.post(f"/parameters/{DAYS}/set/", fields)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not ParameterValue.objects.exists()


def test_parameters_of_another_unit_are_not_found(east: Client, utility: Utility) -> None:
    row = operations.set_value(
        actor=SYSTEM,
        code=DAYS,
        unit_id=utility.west_id,
        from_date=timezone.localdate() + timedelta(days=10),
        value=50,
        reason="文件",
        on=timezone.localdate(),
    )
    fields = {"value": "45", "unit": utility.west_id, "from_date": "2026-11-01", "reason": "x"}

    answers = [
        east.get("/parameters/?unit=01W").status_code,
        east.get(f"/parameters/{DAYS}/?unit=01W").status_code,
        east.post(f"/parameters/{DAYS}/set/?unit=01W", fields).status_code,
        east.post(f"/parameters/{DAYS}/withdraw/{row}/", {"reason": "x"}).status_code,
    ]
    elsewhere = east.post(f"/parameters/{DAYS}/set/", fields)

    assert answers == [404, 404, 404, 404]
    assert "unit" in elsewhere.context["form"].errors
    assert ParameterValue.objects.count() == 1


def test_dictionary_entry_is_added_renamed_and_retired(admin: Client) -> None:
    admin.post("/dictionary/new/", {"set_code": "floor", "code": "F1", "name": "一楼", "position": 1})
    again = admin.post("/dictionary/floor/new/", {"code": "F1", "name": "一层", "position": 2})

    admin.post("/dictionary/floor/F1/edit/", {"name": "首层", "name_en": "First", "position": 1, "version": 1})

    row = DictionaryEntry.objects.get(set_code="floor")
    assert "code" in again.context["form"].errors
    assert (row.name, row.is_active) == ("首层", False)
    assert admin.get("/dictionary/floor/").context["list"].count == 0
    assert admin.get("/dictionary/floor/?retired=on").context["list"].count == 1
    assert admin.get("/dictionary/none/").status_code == 404


def test_day_is_set_and_follows_the_week_again(admin: Client, utility: Utility) -> None:
    admin.post("/calendar/day/", {"date": "2026-10-01", "kind": "HOLIDAY", "name": "国庆节"})
    page = admin.get("/calendar/?year=2026")

    assert "国庆节" in page.content.decode()
    assert CalendarDay.objects.get().company_id == utility.company_id
    assert page.context["sheet"].workdays == 260

    admin.post("/calendar/day/", {"date": "2026-10-01", "kind": "PATTERN"})
    assert not CalendarDay.objects.exists()


def test_year_is_imported_after_a_look_and_a_bad_line_stops_it(admin: Client) -> None:
    good = SimpleUploadedFile("y.csv", "date,kind,name\n2027-02-06,HOLIDAY,春节\n".encode())
    bad = SimpleUploadedFile("y.csv", "2027-02-06,HOLIDAY,春节\n2027-02-06,HOLIDAY,春节\n".encode())
    encoded = SimpleUploadedFile("y.csv", "2027-02-06,HOLIDAY,春节\n".encode("gb18030"))

    refused = admin.post("/calendar/import/", {"file": bad})
    unread = admin.post("/calendar/import/", {"file": encoded})
    seen = admin.post("/calendar/import/", {"file": good})
    assert not CalendarDay.objects.exists()
    admin.post("/calendar/import/", {"token": seen.context["token"], "name": "y.csv"})

    assert (refused.status_code, unread.status_code) == (422, 422)
    assert [row.name for row in CalendarDay.objects.all()] == ["春节"]


def test_hall_sets_no_day_of_the_company_and_none_for_all(east: Client, admin: Client) -> None:
    fields = {"date": "2026-10-01", "kind": "HOLIDAY", "name": "国庆节"}

    answers = [
        east.post("/calendar/day/", fields).status_code,
        admin.post("/calendar/day/", {**fields, "for_all": "on"}).status_code,
    ]

    assert answers == [403, 403]
    assert not CalendarDay.objects.exists()


def test_audit_shows_what_was_before_and_after_within_reach(utility: Utility, admin: Client) -> None:
    auditor = signed_in_client(make_staff("audit.view", login="auditor", unit_id=utility.company_id))
    at_east = signed_in_client(make_staff("audit.view", login="eastaudit", unit_id=utility.east_id))
    fields = {"value": "45", "unit": utility.company_id, "from_date": "2026-11-01", "reason": "文件〔2026〕1号"}
    admin.post(f"/parameters/{DAYS}/set/", fields)
    entry = AuditEntry.objects.get(action="parameters.value_set")

    found = auditor.get(f"/audit/?kind=parameter&key={DAYS}").context["list"]
    page = auditor.get(f"/audit/{entry.pk}/")

    assert found.count == 1
    assert "文件〔2026〕1号" in [cell.text for cell in found.rows[0].cells]
    changes = {row[0].text: (row[1].text, row[2].text) for row in page.context["changes"].rows}
    assert changes["取值"] == ("30", "45")
    assert at_east.get(f"/audit/{entry.pk}/").status_code == 404
    assert at_east.get(f"/audit/?kind=parameter&key={DAYS}").context["list"].count == 0


def test_audit_is_searched_by_person_action_and_days(utility: Utility) -> None:
    auditor = signed_in_client(make_staff("audit.view", login="auditor", unit_id=utility.company_id))
    make_person(utility.east_id, login="someone")
    today = timezone.localdate().isoformat()

    def count(query: str) -> int:
        return int(auditor.get(f"/audit/?{query}").context["list"].count)

    assert count("action=staff.created&key=someone") == 1
    assert count(f"key=someone&from_date={today}&to_date={today}&who=tests") == 1
    assert count("key=someone&to_date=2026-01-01") == 0
    assert auditor.get("/audit/?from_date=x").context["list"].count == 0


def test_chain_is_whole_until_a_sealed_entry_is_gone(utility: Utility) -> None:
    auditor = signed_in_client(make_staff("audit.view", login="auditor", unit_id=utility.company_id))
    first = AuditEntry.objects.order_by("id").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (from_id, to_id, entry_count, hash, previous_hash) VALUES (%s, %s, 1, 'x', %s)",
            [first, first + 1, "0" * 64],
        )

    untouched = auditor.get("/audit/chain/")
    checked = auditor.post("/audit/chain/")

    assert untouched.context["state"] is None
    assert not checked.context["state"].is_whole
    assert len(checked.context["breaches"].rows) == 1


def _job(unit_id: int | None, company_id: int) -> int:
    with transaction.atomic():
        return jobs.start(
            actor=system_actor("tests", company_id=company_id),
            kind="tests",
            title="夜间作业",
            arguments={"months": 2},
            task_name="audit.seal",
            total=4,
            unit_id=unit_id,
        )


def test_job_is_watched_until_it_fails_and_says_why(admin: Client, utility: Utility) -> None:
    job_id = _job(None, utility.company_id)
    jobs.progress(job_id, 1, message="第一册")

    running = admin.get(f"/jobs/{job_id}/progress/").content.decode()
    jobs.fail(job_id, "jobs.broke", "ValueError: 演示")
    ended = admin.get(f"/jobs/{job_id}/progress/").content.decode()
    page = admin.get(f"/jobs/{job_id}/").content.decode()

    assert "every 2s" in running
    assert "第一册" in running
    assert "every 2s" not in ended
    assert "ValueError: 演示" in page
    assert admin.get("/jobs/?state=FAILED").context["list"].count == 1


def test_jobs_of_another_unit_are_not_found(east: Client, utility: Utility) -> None:
    job_id = _job(utility.west_id, utility.company_id)

    assert east.get(f"/jobs/{job_id}/").status_code == 404
    assert east.get(f"/jobs/{job_id}/progress/").status_code == 404
    assert east.get("/jobs/").context["list"].count == 0

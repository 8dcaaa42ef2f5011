"""Founding a company, for real and for the demo."""

from datetime import date

import pytest
from django.contrib.auth.hashers import check_password

from qingyuan.domains.ledger.models import AccountingPeriod, ChartAccount
from qingyuan.interfaces.commands import entry
from qingyuan.kernel.actor import system_actor
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.jobs.models import Job
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.organisation.operations import CodeTaken
from qingyuan.platform.staff import queries as people
from qingyuan.platform.staff.models import Staff
from qingyuan.tools.demo import company, first_start
from qingyuan.workflows.found_company import Branch, FirstPerson, FoundedCompany, found_company
from tests.jobs import waiting_jobs

TODAY = date(2026, 3, 2)


def _found(code: str = "01", login: str = "sysadmin", role: str = "system_admin") -> FoundedCompany:
    return found_company(
        actor=system_actor("tests"),
        code=code,
        name="东江水司",
        group_name="东江集团",
        branches=[Branch(f"{code}E", "城东营业所")],
        first_people=[FirstPerson(login, f"{code}-1", "系统管理员", role)],
        on=TODAY,
        first_period=202603,
    )


def test_company_has_its_books_its_people_and_an_open_period(db: None) -> None:
    founded = _found()

    top = units.root()
    assert top is not None
    assert (top.name, [one.code for one in units.companies()]) == ("东江集团", ["01"])
    ((login, password),) = founded.passwords
    row = Staff.objects.get(login=login)
    assert check_password(password, row.password)
    assert row.must_change_password
    actor = people.actor_of(row, origin="127.0.0.1")
    assert people.role_codes_of(actor, on=TODAY) == {"system_admin"}
    assert ChartAccount.objects.filter(company_id=founded.company_id).count() > 5
    assert list(AccountingPeriod.objects.values_list("yyyymm", flat=True)) == [202603]


def test_second_company_hangs_under_the_same_group(db: None) -> None:
    _found()
    _found("02", login="second")

    assert OrgUnit.objects.filter(parent__isnull=True).count() == 1
    assert [one.code for one in units.companies()] == ["01", "02"]


def test_code_taken_changes_nothing(db: None) -> None:
    _found()

    with pytest.raises(CodeTaken):
        _found("01", login="another")

    assert OrgUnit.objects.count() == 3
    assert Staff.objects.count() == 1


def test_role_that_does_not_ship_changes_nothing(db: None) -> None:
    with pytest.raises(LookupError):
        _found(role="no_such_role")

    assert OrgUnit.objects.count() == 0


def test_demo_company_is_founded_once_and_its_city_deferred(db: None) -> None:
    first = first_start.begin(on=TODAY)
    second = first_start.begin(on=TODAY)

    assert (first, second) == (True, False)
    assert company.is_there()
    assert waiting_jobs() == [("demo.fill", {"job_id": Job.objects.get().pk})]
    cashier = people.actor_of(Staff.objects.get(login="shoufei1"), origin="127.0.0.1")
    assert people.role_codes_of(cashier, on=TODAY) == {"cashier"}


def test_demo_leaves_a_database_with_a_company_alone(db: None) -> None:
    _found()

    begun = first_start.begin(on=TODAY)

    assert not begun
    assert not company.is_there()
    assert waiting_jobs() == []


def test_init_prints_the_one_time_passwords_of_three_separated_people(
    committed_db: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qingyuan.config.database.is_embedded", lambda: False)

    status = entry.main(["init", "--name", "东江水司"])

    assert status == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines()[1:])
    assert set(printed) == {"sysadmin", "secadmin", "auditor"}
    for login, password in printed.items():
        assert check_password(password, Staff.objects.get(login=login).password)


def test_a_filling_that_failed_is_deferred_again_at_the_next_start(db: None) -> None:
    first_start.begin(on=TODAY)
    jobs.fail(Job.objects.get().pk, "demo.refused", "planted")

    begun = first_start.begin(on=TODAY)

    assert begun
    assert [name for name, _ in waiting_jobs()] == ["demo.fill", "demo.fill"]
    assert sorted(Job.objects.values_list("state", flat=True)) == ["FAILED", "WAITING"]

"""Signing in, passwords, lockout."""

from datetime import UTC, date, datetime, timedelta

import pytest

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import SignInAttempt, Staff
from qingyuan.platform.staff.operations.passwords import PasswordCommon, PasswordUnchanged
from qingyuan.workflows.change_password import change_password
from qingyuan.workflows.sign_in import Session, sign_in
from tests.factories.platform import PASSWORD, SYSTEM, Utility, make_person, make_utility

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


@pytest.fixture
def cashier(utility: Utility, db: None) -> Actor:
    actor = make_person(utility.east_id, login="cash01")
    Staff.objects.filter(pk=actor.staff_id or 0).update(password_changed_at=NOW - timedelta(days=1))
    return actor


def _sign_in(login: str = "cash01", password: str = PASSWORD, address: str = "10.0.0.1", at: datetime = NOW) -> Session:
    return sign_in(login=login, password=password, address=address, at=at, on=TODAY)


@pytest.mark.parametrize("login", ["cash01", " CASH01 ", "cash01-no"])
def test_sign_in_by_login_or_staff_number(cashier: Actor, login: str) -> None:
    session = _sign_in(login)

    assert session == Session(staff_id=cashier.staff_id or 0, must_change_password=False, idle_minutes=30)
    assert AuditEntry.objects.filter(action="staff.signed_in", actor_id=cashier.staff_id).count() == 1
    assert Staff.objects.get(pk=cashier.staff_id or 0).last_login == NOW


@pytest.mark.parametrize(("login", "password"), [("cash01", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_sign_in_says_the_same_whatever_is_wrong(cashier: Actor, login: str, password: str) -> None:
    with pytest.raises(staff.SignInRefused) as refused:
        _sign_in(login, password)

    assert refused.value.params == {}
    assert SignInAttempt.objects.filter(succeeded=False).count() == 1


def test_sign_in_is_refused_when_the_person_is_not_active(cashier: Actor) -> None:
    Staff.objects.filter(pk=cashier.staff_id or 0).update(is_active=False)

    with pytest.raises(staff.SignInRefused):
        _sign_in()


@pytest.mark.parametrize("login", ["cash01", "nobody"])
def test_sign_in_is_locked_after_five_wrong_passwords(cashier: Actor, login: str) -> None:
    for _ in range(5):
        with pytest.raises(staff.SignInRefused):
            _sign_in(login, "wrong")

    with pytest.raises(staff.SignInLocked) as locked:
        _sign_in(login)
    assert locked.value.params == {"minutes": 15}


def test_lockout_leaves_another_address_alone_and_ends(cashier: Actor) -> None:
    for _ in range(5):
        with pytest.raises(staff.SignInRefused):
            _sign_in(password="wrong")

    assert _sign_in(address="10.0.0.2").staff_id == cashier.staff_id
    with pytest.raises(staff.SignInLocked):
        _sign_in(at=NOW + timedelta(minutes=14, seconds=59))
    assert _sign_in(at=NOW + timedelta(minutes=15)).staff_id == cashier.staff_id


def test_lockout_is_counted_across_login_and_staff_number(cashier: Actor) -> None:
    for login in ("cash01", "cash01-no", "cash01", "cash01-no", "CASH01"):
        with pytest.raises(staff.SignInRefused):
            _sign_in(login, "wrong")

    with pytest.raises(staff.SignInLocked):
        _sign_in("cash01-no")


def test_lockout_starts_over_after_a_success(cashier: Actor) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(staff.SignInRefused):
                _sign_in(password="wrong")
        assert _sign_in().staff_id == cashier.staff_id


def test_lockout_and_session_follow_the_parameters(cashier: Actor, utility: Utility) -> None:
    for code, unit, value in (
        ("staff.lockout_attempts", None, 3),
        ("staff.session_minutes", utility.company_id, 60),
    ):
        parameters.set_value(actor=SYSTEM, code=code, unit_id=unit, from_date=TODAY, value=value, reason="等保整改")

    assert _sign_in().idle_minutes == 60
    for _ in range(3):
        with pytest.raises(staff.SignInRefused):
            _sign_in(password="wrong")
    with pytest.raises(staff.SignInLocked):
        _sign_in()


@pytest.mark.parametrize(
    ("days", "profile", "must_change"), [(90, "dengbao-3", True), (89, "dengbao-3", False), (900, "asvs", False)]
)
def test_password_grows_old_only_where_the_profile_says_so(
    cashier: Actor, days: int, profile: str, must_change: bool
) -> None:
    Staff.objects.filter(pk=cashier.staff_id or 0).update(password_changed_at=NOW - timedelta(days=days))
    parameters.set_value(
        actor=SYSTEM, code="staff.password_profile", unit_id=None, from_date=TODAY, value=profile, reason="策略"
    )

    assert _sign_in().must_change_password is must_change


def test_change_password_lets_the_new_one_in_and_not_the_old(cashier: Actor) -> None:
    change_password(actor=cashier, old=PASSWORD, new="Bei-2027-jiang", at=NOW, on=TODAY)

    assert _sign_in(password="Bei-2027-jiang").must_change_password is False
    with pytest.raises(staff.SignInRefused):
        _sign_in()
    entry = AuditEntry.objects.get(action="staff.password_changed")
    assert (entry.before, entry.after) == (None, None)


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ("Ab1-", staff.PasswordRefused),
        ("abcdefgh1", staff.PasswordRefused),
        ("Cash01-2026", staff.PasswordRefused),
        (PASSWORD, PasswordUnchanged),
        ("P@ssw0rd", PasswordCommon),
    ],
)
def test_change_password_refuses_a_weak_one(cashier: Actor, new: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        change_password(actor=cashier, old=PASSWORD, new=new, at=NOW, on=TODAY)

    assert _sign_in().staff_id == cashier.staff_id


def test_change_password_refuses_when_the_old_one_is_wrong(cashier: Actor) -> None:
    with pytest.raises(staff.WrongPassword):
        change_password(actor=cashier, old="wrong", new="Bei-2027-jiang", at=NOW, on=TODAY)

    assert _sign_in().staff_id == cashier.staff_id
    assert SignInAttempt.objects.filter(succeeded=False, address="127.0.0.1").count() == 1


def test_reset_gives_a_password_that_must_be_changed(cashier: Actor, utility: Utility) -> None:
    assert cashier.staff_id is not None
    admin = make_person(utility.company_id, "staff.view", "staff.edit")

    fresh = staff.reset_password(actor=admin, staff_id=cashier.staff_id, on=TODAY, at=NOW, reason="忘记密码")

    assert _sign_in(password=fresh).must_change_password is True
    with pytest.raises(staff.SignInRefused):
        _sign_in()


def test_reset_of_a_separated_admin_is_refused(cashier: Actor, utility: Utility) -> None:
    admin = make_person(utility.company_id, "staff.view", "staff.edit")
    auditor = make_person(utility.company_id, "audit.view", login="auditor")
    assert auditor.staff_id is not None

    with pytest.raises(staff.ResetNeedsCommand):
        staff.reset_password(actor=admin, staff_id=auditor.staff_id, on=TODAY, at=NOW, reason="")

    assert _sign_in("auditor").staff_id == auditor.staff_id
    assert _sign_in(
        "auditor", staff.reset_password(actor=SYSTEM, staff_id=auditor.staff_id, on=TODAY, at=NOW, reason="")
    ).must_change_password


def test_reset_is_refused_without_the_permission(cashier: Actor, utility: Utility) -> None:
    assert cashier.staff_id is not None
    viewer = make_person(utility.company_id, "staff.view")

    with pytest.raises(NotPermitted):
        staff.reset_password(actor=viewer, staff_id=cashier.staff_id, on=TODAY, at=NOW, reason="")

    assert queries.person(SYSTEM, cashier.staff_id, on=TODAY).must_change_password is False

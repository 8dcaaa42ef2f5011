"""Signing in (登录): one answer for all that is wrong, and a lockout per login and network address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.staff.models import SignInAttempt, Staff
from qingyuan.platform.staff.rules.lockout import LockoutPolicy, locked_until
from qingyuan.platform.staff.rules.passwords import PasswordPolicy, is_expired


class SignInRefused(DomainError):
    """Login or password is wrong, or the person is not active: which one is not said (登录号或密码不正确)."""

    code = "staff.sign_in_refused"


class SignInLocked(DomainError):
    """Too many wrong passwords for this login from this address (登录失败次数过多，已暂时锁定)."""

    code = "staff.sign_in_locked"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and whether the password must be changed before anything else."""

    staff_id: int
    must_change_password: bool


def sign_in(
    *, login: str, password: str, address: str, at: datetime, lockout: LockoutPolicy, passwords: PasswordPolicy
) -> SignedIn:
    """Check a password; `login` may be the staff number. The attempt is on record whatever comes of it.

    Raises SignInRefused (the same, and after the same work, for an unknown login) and SignInLocked(minutes).
    """
    typed = login.strip().lower()[:40]
    row = Staff.objects.select_related("unit").filter(identifiers__value=typed).first()
    key = row.login.lower() if row else typed
    with transaction.atomic():
        # Attempts of one login from one address wait for each other: parallel guessing gains nothing.
        hold_name(f"sign-in {key} {address}")
        until = locked_until(lockout, _failures(key, address, lockout, at), at)
        succeeded = until is None and _is_right(row, password)
        if until is None:
            SignInAttempt.objects.create(login=key, address=address[:64], succeeded=succeeded, attempted_at=at)
        if row is not None:
            _tell(row, address, succeeded=succeeded, at=at)
    if until is not None:
        raise SignInLocked(minutes=ceil((until - at) / timedelta(minutes=1)))
    if row is None or not succeeded:
        raise SignInRefused()
    must_change = row.must_change_password or is_expired(passwords, row.password_changed_at or row.created_at, at)
    return SignedIn(staff_id=row.pk, must_change_password=must_change)


def sign_out(*, actor: Actor) -> None:
    """Put on record that the person signed out."""
    with transaction.atomic():
        audit.record(actor=actor, action="staff.signed_out", object_type="staff", object_key=actor.name)


def _is_right(row: Staff | None, password: str) -> bool:
    if row is None:
        make_password(password)  # the same work as for a known login, so that the time tells nothing
        return False
    return check_password(password, row.password) and row.is_active


def _failures(key: str, address: str, lockout: LockoutPolicy, at: datetime) -> list[datetime]:
    """The newest failures since the last success, newest first, as many as matter."""
    attempts = SignInAttempt.objects.filter(
        login=key, address=address[:64], attempted_at__gt=at - timedelta(minutes=2 * lockout.minutes)
    ).order_by("-attempted_at", "-id")[: lockout.attempts]
    failures: list[datetime] = []
    for attempt in attempts:
        if attempt.succeeded:
            break
        failures.append(attempt.attempted_at)
    return failures


def _tell(row: Staff, address: str, *, succeeded: bool, at: datetime) -> None:
    if succeeded:
        Staff.objects.filter(pk=row.pk).update(last_login=at)
    audit.record(
        actor=Actor(
            staff_id=row.pk, name=row.name, company_id=row.unit.company_id, unit_id=row.unit_id, origin=address
        ),
        action="staff.signed_in" if succeeded else "staff.sign_in_refused",
        object_type="staff",
        object_key=row.login,
        unit_id=row.unit_id,
    )

"""Signing in (登录) under the parameters in force."""

from dataclasses import dataclass
from datetime import date, datetime

from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries as people


@dataclass(frozen=True, slots=True)
class Session:
    """A person who may come in: idle minutes the session lasts, and whether the password must be changed first."""

    staff_id: int
    must_change_password: bool
    idle_minutes: int


def sign_in(*, login: str, password: str, address: str, at: datetime, on: date) -> Session:
    """Check a password. The lockout is the installation's, the same for unknown logins; the rest is the unit's.

    Raises staff.operations.SignInRefused (whatever is wrong) and SignInLocked(minutes).
    """
    lockout = staff.LockoutPolicy(
        attempts=parameters.integer("staff.lockout_attempts", unit_id=None, on=on),
        minutes=parameters.integer("staff.lockout_minutes", unit_id=None, on=on),
    )
    unit_id = people.unit_id_by_login(login)
    profile = parameters.text("staff.password_profile", unit_id=unit_id, on=on)
    signed_in = staff.sign_in(
        login=login, password=password, address=address, at=at, lockout=lockout, passwords=staff.PROFILES[profile]
    )
    return Session(
        staff_id=signed_in.staff_id,
        must_change_password=signed_in.must_change_password,
        idle_minutes=parameters.integer("staff.session_minutes", unit_id=unit_id, on=on),
    )

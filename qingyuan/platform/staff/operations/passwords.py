"""Changing and resetting passwords (改密、密码重置)."""

from datetime import date, datetime

from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff.models import SignInAttempt, Staff
from qingyuan.platform.staff.operations.people import one_time_password
from qingyuan.platform.staff.operations.require import require
from qingyuan.platform.staff.queries import id_by_login, permissions_of, person
from qingyuan.platform.staff.rules.passwords import PasswordPolicy, PasswordRefused, check_password
from qingyuan.platform.staff.rules.separation import is_separated


class WrongPassword(DomainError):
    """The present password is not right (原密码不正确)."""

    code = "staff.wrong_password"


class PasswordUnchanged(PasswordRefused):
    """The new password is the old one (新密码与原密码相同)."""

    code = "staff.password_unchanged"


class PasswordCommon(PasswordRefused):
    """Everybody uses it (密码过于常见)."""

    code = "staff.password_common"


class ResetNeedsCommand(DomainError):
    """A separated admin's password is reset on the server only: else one of the three could act as another (三员)."""

    code = "staff.reset_needs_command"


def change_password(*, actor: Actor, old: str, new: str, policy: PasswordPolicy, at: datetime) -> None:
    """Change one's own password; every other session of the person ends.

    Raises WrongPassword, PasswordRefused, NotFound for an actor that is no person.
    """
    row = None if actor.staff_id is None else Staff.objects.filter(pk=actor.staff_id, is_active=True).first()
    if row is None:
        raise NotFound(staff=actor.staff_id)
    if not matches(old, row.password):
        # Counts towards the lockout: a session left open is no place to guess from.
        SignInAttempt.objects.create(
            login=row.login.lower(), address=actor.origin[:64], succeeded=False, attempted_at=at
        )
        raise WrongPassword()
    if new == old:
        raise PasswordUnchanged()
    check_password(policy, new, own_names=(row.login, row.staff_no))
    try:
        CommonPasswordValidator().validate(new)
    except ValidationError as error:
        raise PasswordCommon() from error
    with transaction.atomic():
        _set(row.pk, new, must_change=False, at=at)
        _audit(actor, "staff.password_changed", row)


def reset_password(*, actor: Actor, staff_id: int, on: date, at: datetime, reason: str) -> str:
    """Give a person a one-time password, and return it to be shown once.

    Raises NotPermitted without staff.edit at the person's unit, NotFound, ResetNeedsCommand.
    """
    found = person(actor, staff_id, on=on)
    require(actor, "staff.edit", on=on, unit_id=found.unit_id)
    target = Actor(staff_id=staff_id, name=found.name, company_id=found.company_id, unit_id=found.unit_id)
    if not actor.is_system and is_separated(permissions_of(target, on=on)):
        raise ResetNeedsCommand(login=found.login)
    fresh = one_time_password()
    with transaction.atomic():
        row = Staff.objects.get(pk=staff_id)
        _set(staff_id, fresh, must_change=True, at=at)
        _audit(actor, "staff.password_reset", row, reason=reason)
    return fresh


def reset_password_by_login(*, actor: Actor, login: str, on: date, at: datetime, reason: str) -> str:
    """`reset_password` for the person with this login or staff number. Raises as it does."""
    return reset_password(actor=actor, staff_id=id_by_login(login), on=on, at=at, reason=reason)


def _set(staff_id: int, password: str, *, must_change: bool, at: datetime) -> None:
    Staff.objects.filter(pk=staff_id).update(
        password=make_password(password),
        must_change_password=must_change,
        password_changed_at=at,
        version=F("version") + 1,
    )


def _audit(actor: Actor, action: str, row: Staff, *, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="staff",
        object_key=row.login,
        unit_id=row.unit_id,
        reason=reason,
    )

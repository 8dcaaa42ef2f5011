"""Making and revoking API tokens (接口令牌的签发与吊销). Who gives roles gives tokens: both let somebody act."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff.models import ApiToken
from qingyuan.platform.staff.operations.require import require
from qingyuan.platform.staff.operations.roles import SelfAssignment
from qingyuan.platform.staff.queries import permissions_of, person
from qingyuan.platform.staff.queries.people import Person
from qingyuan.platform.staff.rules.separation import is_separated
from qingyuan.platform.staff.rules.tokens import LONGEST_DAYS, PREFIX, digest_of, span_holds

GIVING = "roles.assign"
_SECRET_BYTES = 32
_NOTED_EVERY = timedelta(minutes=1)


class TokenHolderInactive(DomainError):
    """A person who is not active gets no token (人员已停用，不能签发令牌)."""

    code = "staff.token_holder_inactive"


class TokenHolderApart(DomainError):
    """Administrators and auditors have no tokens: who makes one could act as them (三员不得持有接口令牌)."""

    code = "staff.token_holder_apart"


class TokenSpanRefused(DomainError):
    """The token would end before tomorrow or live longer than a year (令牌有效期不符合要求)."""

    code = "staff.token_span_refused"


def make_token(*, actor: Actor, staff_id: int, name: str, to_date: date, on: date) -> str:
    """Let programs act as this person until the day before `to_date`; returns the secret, which is kept nowhere.

    The token carries no rights of its own: what the person may do at the time of the call, it may. Raises NotFound,
    NotPermitted without roles.assign at the person's unit, SelfAssignment, TokenHolderInactive, TokenHolderApart,
    TokenSpanRefused.
    """
    holder = _givable(actor, staff_id, on)
    if not holder.is_active:
        raise TokenHolderInactive(login=holder.login)
    if is_separated(permissions_of(_as_actor(holder), on=on)):
        raise TokenHolderApart(login=holder.login)
    if not span_holds(on, to_date):
        raise TokenSpanRefused(to_date=to_date, days=LONGEST_DAYS)
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    with transaction.atomic():
        row = ApiToken.objects.create(
            staff_id=staff_id, name=name, digest=digest_of(secret), from_date=on, to_date=to_date
        )
        _audit(actor, "staff.token_made", holder, after={"token": row.pk, "name": name, "to_date": to_date})
    return secret


def revoke_token(*, actor: Actor, staff_id: int, token_id: int, reason: str, on: date, at: datetime) -> None:
    """The token opens nothing from now on. Raises NotFound (also for one revoked before), NotPermitted."""
    holder = person(actor, staff_id, on=on)
    require(actor, GIVING, on=on, unit_id=holder.unit_id)
    with transaction.atomic():
        revoked = ApiToken.objects.filter(pk=token_id, staff_id=staff_id, revoked_at__isnull=True).update(revoked_at=at)
        if not revoked:
            raise NotFound(token=token_id)
        _audit(actor, "staff.token_revoked", holder, after={"token": token_id}, reason=reason)


def note_use(*, token_id: int, used_at: datetime | None, at: datetime) -> None:
    """Keep when the token was used last, to the minute: `used_at` is what is kept, and not every call writes."""
    if used_at is None or at - used_at >= _NOTED_EVERY:
        ApiToken.objects.filter(pk=token_id).update(used_at=at)


def _givable(actor: Actor, staff_id: int, on: date) -> Person:
    holder = person(actor, staff_id, on=on)
    require(actor, GIVING, on=on, unit_id=holder.unit_id)
    if staff_id == actor.staff_id:
        raise SelfAssignment()
    return holder


def _as_actor(holder: Person) -> Actor:
    return Actor(staff_id=holder.id, name=holder.name, company_id=holder.company_id, unit_id=holder.unit_id)


def _audit(actor: Actor, action: str, holder: Person, *, after: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="staff",
        object_key=holder.login,
        company_id=holder.company_id,
        unit_id=holder.unit_id,
        after=after,
        reason=reason,
    )

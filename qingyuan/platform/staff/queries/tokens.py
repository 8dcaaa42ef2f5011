"""Reads of API tokens (接口令牌): whose a secret is, and which tokens a person has."""

from dataclasses import dataclass
from datetime import date, datetime

from qingyuan.platform.staff.models import ApiToken, Staff
from qingyuan.platform.staff.queries.held import held_assignments
from qingyuan.platform.staff.rules.separation import is_separated
from qingyuan.platform.staff.rules.tokens import LONGEST_SECRET, PREFIX, digest_of, is_valid

LIMIT = 200


@dataclass(frozen=True, slots=True)
class Bearer:
    """The person as whom a token acts."""

    token_id: int
    staff: Staff
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of a person, without its secret. `is_valid` on the day asked for."""

    id: int
    name: str
    from_date: date
    to_date: date
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    is_valid: bool


def bearer_of(secret: str, *, on: date) -> Bearer | None:
    """Whose token it is; None for one that is unknown, over or revoked, and for a person who is not active.

    None, too, for a person who has become an administrator or auditor since: whoever made the token could act as them.
    Two queries.
    """
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    row = ApiToken.objects.select_related("staff__unit").filter(digest=digest_of(secret), staff__is_active=True).first()
    if row is None or not is_valid(on, to_date=row.to_date, revoked=row.revoked_at is not None):
        return None
    held = held_assignments(row.staff_id, on=on)
    if is_separated(code for one in held for code in one.permissions):
        return None
    return Bearer(row.pk, row.staff, row.used_at)


def tokens_of(staff_id: int, *, on: date) -> tuple[TokenRow, ...]:
    """The tokens of a person, the newest first."""
    rows = ApiToken.objects.filter(staff_id=staff_id).order_by("-id")[:LIMIT]
    return tuple(
        TokenRow(
            id=row.pk,
            name=row.name,
            from_date=row.from_date,
            to_date=row.to_date,
            created_at=row.created_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
            is_valid=is_valid(on, to_date=row.to_date, revoked=row.revoked_at is not None),
        )
        for row in rows
    )

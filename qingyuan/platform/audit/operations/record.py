"""Writing an audit entry (审计留痕), in the transaction of what it tells of."""

from collections.abc import Mapping

from django.db import connection

from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.audit.rules.changes import differing

_REASON_LENGTH = 200


def record(
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_key: str,
    company_id: int | None = None,
    unit_id: int | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> int:
    """Write one entry and return its id.

    `action` is a declared AUDIT_ACTIONS code, `object_key` the key people know the object by (account_no, code).
    With both `before` and `after` only the fields that differ are kept. Without `company_id` the actor's stands.
    Raises LookupError for an undeclared action and RuntimeError outside a transaction (programming errors).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry belongs to the transaction of the write it tells of")
    registry.audit_actions.get(action)
    old, new = differing(before, after)
    entry = AuditEntry.objects.create(
        actor_id=actor.staff_id,
        actor_name=actor.name[:60],
        origin=actor.origin[:64],
        request_id=actor.request_id[:64],
        action=action,
        company_id=actor.company_id if company_id is None else company_id,
        unit_id=unit_id,
        object_type=object_type,
        object_key=object_key,
        before=old,
        after=new,
        # Forms allow as much; a longer one is cut visibly rather than the write it tells of refused.
        reason=reason if len(reason) <= _REASON_LENGTH else f"{reason[: _REASON_LENGTH - 1]}…",
    )
    return entry.pk


def record_bulk(
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_keys_hash: str,
    count: int,
    company_id: int | None = None,
    unit_id: int | None = None,
    details: Mapping[str, object] | None = None,
    reason: str = "",
) -> int:
    """One entry for a set-wise operation: how many objects, and the hash of their sorted keys. Raises as `record`."""
    return record(
        actor=actor,
        action=action,
        object_type=object_type,
        object_key=f"#{object_keys_hash[:64]}",
        company_id=company_id,
        unit_id=unit_id,
        after={**(details or {}), "count": count, "keys_sha256": object_keys_hash},
        reason=reason,
    )

"""Reads of the audit trail (审计查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from qingyuan.kernel.actor import Actor
from qingyuan.platform import authority
from qingyuan.platform.audit.models import AuditEntry, AuditSeal

PAGE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the trail. `is_sealed`: the hash chain covers it."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    origin: str
    request_id: str
    action: str
    company_id: int | None
    unit_id: int | None
    object_type: str
    object_key: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    reason: str
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; every part that is None or empty asks for all. `to_at` is exclusive."""

    actor_id: int | None = None
    action: str = ""
    object_type: str = ""
    object_key: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None
    company_id: int | None = None
    actor_text: str = ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some of the entries asked for, and how many there are."""

    rows: tuple[Entry, ...]
    count: int


def entries_page(
    actor: Actor, asked: Filter, *, on: date, descending: bool = True, offset: int = 0, limit: int = 50
) -> EntryPage:
    """`entries` by page number, oldest first where not `descending`. Raises NotPermitted without audit.view."""
    rows = _filtered(asked).filter(_visible(actor, on))
    shown = rows.order_by("-id" if descending else "id")[offset : offset + limit]
    return EntryPage(_rows(shown), rows.count())


def entries(
    actor: Actor, asked: Filter, *, on: date, before_id: int | None = None, limit: int = PAGE_LIMIT
) -> tuple[Entry, ...]:
    """Entries newest first; `before_id` (the last id of the page before) asks for the next page.

    Only what lies in the units that the actor's audit.view reaches; what belongs to no unit is seen by who reaches
    everything. Raises NotPermitted without audit.view.
    """
    rows = _filtered(asked).filter(_visible(actor, on))
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _rows(rows.order_by("-id")[: min(limit, PAGE_LIMIT)])


def entry(actor: Actor, entry_id: int, *, on: date) -> Entry | None:
    """One entry, None if there is none within reach. Raises NotPermitted."""
    found = _rows(AuditEntry.objects.filter(_visible(actor, on), pk=entry_id))
    return found[0] if found else None


def history(object_type: str, object_key: str, *, limit: int = PAGE_LIMIT) -> tuple[Entry, ...]:
    """What was done to one object, newest first, for its own page: the caller has checked that the object may be seen."""
    rows = AuditEntry.objects.filter(object_type=object_type, object_key=object_key)
    return _rows(rows.order_by("-id")[: min(limit, PAGE_LIMIT)])


def _visible(actor: Actor, on: date) -> Q:
    authority.require(actor, "audit.view", on=on)
    return authority.reach(actor, "audit.view", on=on).condition()


def _filtered(asked: Filter) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.all()
    for column in ("actor_id", "action", "object_type", "object_key", "company_id"):
        value = getattr(asked, column)
        if value not in (None, ""):
            rows = rows.filter(**{column: value})
    if asked.actor_text:
        rows = rows.filter(actor_name__icontains=asked.actor_text)
    if asked.from_at is not None:
        rows = rows.filter(at__gte=asked.from_at)
    if asked.to_at is not None:
        rows = rows.filter(at__lt=asked.to_at)
    return rows


def _rows(rows: QuerySet[AuditEntry]) -> tuple[Entry, ...]:
    sealed_to = AuditSeal.objects.order_by("-to_id").values_list("to_id", flat=True).first() or 0
    return tuple(
        Entry(
            id=row.pk,
            at=row.at,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            origin=row.origin,
            request_id=row.request_id,
            action=row.action,
            company_id=row.company_id,
            unit_id=row.unit_id,
            object_type=row.object_type,
            object_key=row.object_key,
            before=row.before,
            after=row.after,
            reason=row.reason,
            is_sealed=row.pk < sealed_to,
        )
        for row in rows
    )

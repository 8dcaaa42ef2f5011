"""Proof of the audit chain (审计链校验): each sealed entry is there as it was sealed, and the seals follow each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from django.db.models import Min

from qingyuan.platform.audit.models import AuditEntry, AuditSeal
from qingyuan.platform.audit.rules.chain import FIRST, LinkHash

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class ChainBreach:
    """A link that does not hold. `reason`: order (it does not follow the one before), count or hash."""

    seal_id: int
    from_id: int
    to_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """What `verify_chain` found. `unsealed_count`: entries that no seal covers yet."""

    seal_count: int
    sealed_count: int
    unsealed_count: int
    breaches: tuple[ChainBreach, ...]

    @property
    def is_whole(self) -> bool:
        return not self.breaches


def verify_chain() -> ChainState:
    """Compute every link again from the entries. Reads all of them, some tens of thousands a second."""
    breaches: list[ChainBreach] = []
    seal_count = sealed_count = 0
    previous_hash, expected_from = FIRST, AuditEntry.objects.aggregate(first=Min("id"))["first"]
    for seal in AuditSeal.objects.order_by("from_id").iterator():
        reason = _fault(seal, previous_hash, expected_from if seal_count else min(expected_from or 1, seal.from_id))
        if reason is not None:
            breaches.append(ChainBreach(seal.pk, seal.from_id, seal.to_id, reason))
        previous_hash, expected_from = seal.hash, seal.to_id
        seal_count += 1
        sealed_count += seal.entry_count
    unsealed = AuditEntry.objects.filter(id__gte=expected_from) if seal_count else AuditEntry.objects.all()
    return ChainState(seal_count, sealed_count, unsealed.count(), tuple(breaches))


def link_hash(from_id: int, to_id: int, previous_hash: str) -> LinkHash:
    """The hash over the entries with from_id <= id < to_id as they are now."""
    return LinkHash(previous_hash).add(_plain_entries(from_id, to_id))


def _fault(seal: AuditSeal, previous_hash: str, expected_from: int) -> str | None:
    if seal.previous_hash != previous_hash or seal.from_id != expected_from:
        return "order"
    link = link_hash(seal.from_id, seal.to_id, seal.previous_hash)
    if link.count != seal.entry_count:
        return "count"
    return None if link.hexadecimal == seal.hash else "hash"


def _plain_entries(from_id: int, to_id: int) -> Iterator[dict[str, object]]:
    rows = AuditEntry.objects.filter(id__gte=from_id, id__lt=to_id).order_by("id")
    for row in rows.iterator(chunk_size=_BATCH):
        yield {
            "id": row.pk,
            "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_id": row.actor_id,
            "actor_name": row.actor_name,
            "origin": row.origin,
            "request_id": row.request_id,
            "action": row.action,
            "company_id": row.company_id,
            "unit_id": row.unit_id,
            "object_type": row.object_type,
            "object_key": row.object_key,
            "before": row.before,
            "after": row.after,
            "reason": row.reason,
        }

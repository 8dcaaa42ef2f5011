"""Sealing audit entries (审计封存): a link of the hash chain over everything that can no longer change.

An entry's id is drawn when it is written, its transaction ends later; so a smaller id may become visible after a
larger one. A range of ids may only be sealed once every transaction that may have drawn one of them has ended. A
statement trigger gives each writing transaction its number (xid) *before* an id is drawn. So: note the last id drawn,
then take a transaction number of one's own (the horizon). Every writer of an id up to there has a smaller number, and
once no transaction with a smaller number runs, the range is final: what is not in it was rolled back.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from qingyuan.platform.audit.models import AuditHorizon, AuditSeal
from qingyuan.platform.audit.queries.chain import link_hash
from qingyuan.platform.audit.rules.chain import FIRST
from qingyuan.platform.locking.door import hold_name


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one call sealed."""

    seal_id: int
    from_id: int
    to_id: int
    entry_count: int


def seal(*, up_to: int | None = None) -> Sealed | None:
    """Seal what is final, at most the entries with id < `up_to`. None when there is nothing new that is final.

    Meant to run every minute, never inside another transaction. While older transactions run, the horizon is kept, and
    a later call seals up to it.
    """
    with transaction.atomic(durable=True):
        hold_name("audit chain")
        kept = AuditHorizon.objects.filter(pk=1).first()
        last_id, own, oldest = _last_id_and_transactions()
        if oldest >= own:
            AuditHorizon.objects.filter(pk=1).delete()
            final_id = last_id
        elif kept is not None and oldest < kept.transaction_no:
            return None
        else:
            AuditHorizon.objects.update_or_create(pk=1, defaults={"last_id": last_id, "transaction_no": own})
            final_id = kept.last_id if kept is not None else 0
        return _link(final_id + 1 if up_to is None else min(final_id + 1, up_to))


def _last_id_and_transactions() -> tuple[int, int, int]:
    """(last entry id drawn, own transaction's number, the oldest running one's), read in this order one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_entry_id_seq")
        (last_id,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (own,) = cursor.fetchone()
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (oldest,) = cursor.fetchone()
    return last_id, own, oldest


def _link(to_id: int) -> Sealed | None:
    latest = AuditSeal.objects.order_by("-to_id").first()
    from_id = latest.to_id if latest else 1
    previous_hash = latest.hash if latest else FIRST
    if to_id <= from_id:
        return None
    link = link_hash(from_id, to_id, previous_hash)
    if not link.count:
        return None
    made = AuditSeal.objects.create(
        from_id=from_id,
        to_id=to_id,
        entry_count=link.count,
        hash=link.hexadecimal,
        previous_hash=previous_hash,
    )
    return Sealed(made.pk, from_id, to_id, link.count)

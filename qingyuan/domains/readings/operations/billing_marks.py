"""What billing tells readings, inside its own transaction: items billed, bills undone, changes handled (开账标记)."""

from collections.abc import Sequence

from django.db import connection

from qingyuan.domains.readings.queries.field_facts import array_text
from qingyuan.kernel.errors import DomainError


class NotApproved(DomainError):
    """An item that is to be billed is not approved, or one that is to be unbilled is not billed (抄表项状态不符)."""

    code = "readings.not_approved"


def mark_billed(*, reading_item_ids: Sequence[int]) -> None:
    """APPROVED → BILLED for all of them, in the caller's transaction. Raises NotApproved when one stands elsewhere."""
    _move(reading_item_ids, "APPROVED", "BILLED")


def mark_unbilled(*, reading_item_ids: Sequence[int]) -> None:
    """BILLED → APPROVED for all of them (a bill was cancelled). Raises NotApproved when one stands elsewhere."""
    _move(reading_item_ids, "BILLED", "APPROVED")


def _move(reading_item_ids: Sequence[int], before: str, after: str) -> None:
    wanted = sorted(set(reading_item_ids))
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item SET state = %s, version = version + 1 WHERE id = ANY(%s::bigint[]) AND state = %s",
            [after, array_text(wanted), before],
        )
        if cursor.rowcount != len(wanted):
            raise NotApproved(wanted=len(wanted), found=cursor.rowcount)


def mark_changes_answered(*, reading_item_ids: Sequence[int], reference: str) -> None:
    """Note what billing made of the usage of these items as it stands now: a bill or a correction takes the newest usage, and
    so answers all that had changed before. What was answered before keeps its first reference.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [reference, array_text(sorted(set(reading_item_ids)))])


_ANSWER = """
    INSERT INTO consumption_change_handling (change_id, reference)
    SELECT ch.id, %s FROM reading_item i
    JOIN consumption_change ch ON ch.point_id = i.point_id
    JOIN consumption new ON new.id = ch.new_consumption_id AND new.reading_item_id = i.id
    WHERE i.id = ANY(%s::bigint[]) ON CONFLICT DO NOTHING
"""


def mark_change_unhandled(*, change_ids: Sequence[int]) -> None:
    """The outcome was undone: the changes wait again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consumption_change_handling WHERE change_id = ANY(%s)", [sorted(set(change_ids))])

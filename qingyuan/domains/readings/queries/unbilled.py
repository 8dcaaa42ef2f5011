"""Reading items that still wait for their bill (未开账), for closing accounts."""

from collections.abc import Iterable, Mapping

from qingyuan.domains.readings.queries.field_facts import rows_of


def unbilled_items(account_ids: Iterable[int]) -> Mapping[int, int]:
    """By account: how many items are neither billed nor skipped, points that are never billed left out. Accounts without
    any are left out. One query."""
    sql = """
        SELECT account_id, count(*) FROM reading_item
        WHERE account_id = ANY(%s) AND state IN ('PENDING', 'READ', 'HELD', 'APPROVED') AND NOT never_billed
        GROUP BY account_id
    """
    return {int(account_id): int(count) for account_id, count in rows_of(sql, [list(account_ids)])}

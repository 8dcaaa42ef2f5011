"""AccountBalance (账户余额): the stored figures, kept by every posting and proved by `verify`."""

from collections.abc import Sequence

from django.db import connection

from qingyuan.domains.ledger.operations.fen import ids_text
from qingyuan.kernel.errors import NotFound


def open_balances(account_ids: Sequence[int]) -> int:
    """Make the balance rows of accounts, with 0.00 where there is none; returns how many were made.

    Raises NotFound when an account does not exist.
    """
    wanted = sorted(set(account_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account WHERE id = ANY(%s::bigint[])", [ids_text(wanted)])
        if cursor.fetchone()[0] != len(wanted):
            raise NotFound(kind="account")
        cursor.execute(
            "INSERT INTO account_balance (account_id, company_id, owed, open_count, prepaid)"
            " SELECT id, company_id, 0, 0, 0 FROM account WHERE id = ANY(%s::bigint[]) ORDER BY id"
            " ON CONFLICT (account_id) DO NOTHING",
            [ids_text(wanted)],
        )
        return int(cursor.rowcount)


def refresh_balances(account_ids: Sequence[int]) -> None:
    """Work out the balances of accounts again from their open items and prepayments.

    Locks the rows first and reads afterwards: of two transactions that touch one account, the later one counts what the
    earlier one committed. The rows of all accounts are locked in the order of their ids, as the last locks of a posting.
    """
    wanted = sorted(set(account_ids))
    if not wanted:
        return
    open_balances(wanted)
    hold_balances(wanted)
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [ids_text(wanted)])


def hold_balances(account_ids: Sequence[int]) -> None:
    """Lock balance rows in the order of their accounts: a posting that writes them in two steps takes all of them first,
    or two postings with accounts in common could wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM account_balance WHERE account_id = ANY(%s::bigint[])"
            " ORDER BY account_id FOR NO KEY UPDATE",
            [ids_text(sorted(set(account_ids)))],
        )


def add_new_items(
    *, lowest_id: int, highest_id: int, journal_ids: Sequence[int], except_accounts: Sequence[int]
) -> None:
    """Add freshly posted open items to the balances, without looking at older ones: the bulk way of the billing run."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [lowest_id, highest_id, ids_text(journal_ids), ids_text(except_accounts)])


_REFRESH = """
UPDATE account_balance b SET owed = n.owed, oldest_due_date = n.oldest, open_count = n.items, prepaid = n.prepaid
  FROM (
    SELECT a.id AS account_id, coalesce(o.owed, 0) AS owed, o.oldest, coalesce(o.items, 0) AS items,
           coalesce(p.prepaid, 0) AS prepaid
      FROM unnest(%s::bigint[]) AS a(id)
      LEFT JOIN LATERAL (
        SELECT sum(outstanding) AS owed, min(due_date) AS oldest, count(*) AS items
          FROM open_item WHERE account_id = a.id AND outstanding > 0
      ) o ON true
      LEFT JOIN LATERAL (SELECT sum(balance) AS prepaid FROM prepayment WHERE account_id = a.id) p ON true
  ) n
 WHERE b.account_id = n.account_id
"""
_ADD = """
INSERT INTO account_balance AS b (account_id, company_id, owed, oldest_due_date, open_count, prepaid)
SELECT account_id, min(company_id), sum(outstanding), min(due_date), count(*), 0
  FROM open_item
 WHERE id BETWEEN %s AND %s AND journal_id = ANY(%s::bigint[]) AND outstanding > 0 AND account_id <> ALL(%s::bigint[])
 GROUP BY account_id ORDER BY account_id
ON CONFLICT (account_id) DO UPDATE SET
  owed = b.owed + EXCLUDED.owed,
  oldest_due_date = least(b.oldest_due_date, EXCLUDED.oldest_due_date),
  open_count = b.open_count + EXCLUDED.open_count
"""

"""The one door through which rows are locked (锁).

Two transactions that lock the same rows in different orders wait for each other for ever. Here the order is fixed:
by rank (rank.py), and within one call by id. What a transaction holds is remembered in Django's own list of commit
hooks, since that list forgets exactly when PostgreSQL does: at the end of the transaction, and what was locked since a
savepoint when it rolls back to that savepoint.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction

from qingyuan.kernel.errors import NotFound
from qingyuan.platform.locking.rank import Rank


class LockOrderError(RuntimeError):
    """A rank was asked for while a later one is held: a programming error, found before it becomes a deadlock."""


class NoTransactionError(RuntimeError):
    """A lock outside a transaction would be let go at once: a programming error."""


class _Held:
    """The mark in the list of commit hooks that says what is held; called at commit it does nothing."""

    def __init__(self, rank: Rank, table: str, ids: frozenset[int], shared: bool) -> None:
        self.rank = rank
        self.table = table
        self.ids = ids
        self.shared = shared

    def __call__(self) -> None:
        """Nothing is left to do: the commit let the locks go."""


def hold(rank: Rank, model: type[models.Model], ids: Iterable[int], *, shared: bool = False) -> None:
    """Lock the rows of `model` with these ids until the transaction ends, waiting for others, in the order of the ids.

    FOR NO KEY UPDATE lets foreign keys to the rows be made meanwhile; `shared` (FOR SHARE) lets others share too.
    The same rank may be taken again, and rows that are held already may be asked for at any time, so that an operation
    may be called by one that holds more. Raises LockOrderError, NoTransactionError, and NotFound where a row is missing.
    """
    _refuse_outside_transaction()
    marks = _marks()
    asked = frozenset(ids)
    for mark in marks:
        if (mark.rank, mark.table) == (rank, model._meta.db_table) and (shared or not mark.shared):
            asked -= mark.ids
    if not asked:
        return
    latest = max((mark.rank for mark in marks), default=None)
    if latest is not None and rank < latest:
        raise LockOrderError(f"{rank.name} after {latest.name}: see the order in qingyuan.platform.locking.rank")
    wanted = sorted(asked)
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    strength = "SHARE" if shared else "NO KEY UPDATE"
    with connection.cursor() as cursor:
        literal = f"{{{','.join(map(str, wanted))}}}"  # one value instead of thousands
        rows = f"SELECT {key} FROM {table} WHERE {key} = ANY(%s) ORDER BY {key} FOR {strength}"
        cursor.execute(f"SELECT count(*) FROM ({rows}) AS held", [literal])
        found = cursor.fetchone()[0]
    if found != len(wanted):
        raise NotFound(table=model._meta.db_table, missing=len(wanted) - found)
    transaction.on_commit(_Held(rank, model._meta.db_table, asked, shared))


def hold_name(name: str) -> None:
    """Lock a name for which there is no row yet (a login being tried, the chain of seals) until the transaction ends.

    Names come before all ranks. Raises LockOrderError where a rank is held, and NoTransactionError.
    """
    _refuse_outside_transaction()
    latest = held_rank()
    if latest is not None:
        raise LockOrderError(f"the name {name} after {latest.name}: names come first")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def held_rank() -> Rank | None:
    """The latest rank that the present transaction holds; None if it holds nothing."""
    return max((mark.rank for mark in _marks()), default=None)


def _marks() -> list[_Held]:
    inside = _savepoint_of_tested_call()
    hooks: list[Any] = connection.run_on_commit  # (savepoints, hook, is robust)
    return [
        hook for savepoints, hook, *_ in hooks if isinstance(hook, _Held) and (inside is None or inside in savepoints)
    ]


def _refuse_outside_transaction() -> None:
    blocks: list[Any] = connection.atomic_blocks
    if not blocks or (blocks[0]._from_testcase and len(blocks) == 1):
        raise NoTransactionError("a lock needs a transaction: wrap the operation in transaction.atomic()")


def _savepoint_of_tested_call() -> str | None:
    """Under a test that is rolled back, a call's own outermost block is only a savepoint: the one to count from."""
    blocks: list[Any] = connection.atomic_blocks
    if blocks and blocks[0]._from_testcase and connection.savepoint_ids:
        return str(connection.savepoint_ids[0])
    return None

"""After each step: what the database says against what the model says."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from qingyuan.overviews.verify.every import verify_all
from tests.factories.book_checks import breaches
from tests.machine.plain_money import ZERO
from tests.machine.world import World, rows_of

CHEAP = (2, 4, 5, 10, 12)
"""Invariants looked at after each step; at the end all are."""

ROOM_MOVED, FACTS_CHANGED = "ROOM_MOVED", "FACTS_CHANGED"


class Waiting(NamedTuple):
    """An open proposal."""

    id: int
    bill_id: int
    amount: Decimal
    reason: str


def compare(world: World) -> None:
    """Raises AssertionError for the first thing in which the copies differ."""
    _same("balances", _balances(world), _balances_of_database())
    _same("receivables", _owed(world), _owed_of_database())
    _same("bills", _live(world), _live_of_database())
    _same("readings", _reads(world), _reads_of_database(world))
    _same("tier use", _used(world), _used_of_database())
    _compare_proposals(world)
    _verify(CHEAP)


def compare_at_the_end(world: World) -> None:
    """All invariants, and the books' by the tests' own statements."""
    compare(world)
    _verify(())
    assert breaches() == {}, breaches()


def _same(what: str, model: Mapping[Any, object], database: Mapping[Any, object]) -> None:
    keys = sorted({*model, *database}, key=repr)
    differing = [(key, model.get(key), database.get(key)) for key in keys if model.get(key) != database.get(key)]
    told = "".join(f"\n  {key}: model {mine}, database {found}" for key, mine, found in differing)
    assert not differing, f"{what} differ{told}"


def _verify(numbers: Collection[int]) -> None:
    broken = [each for each in verify_all(numbers) if not each.holds]
    assert not broken, broken


def open_proposals() -> list[Waiting]:
    """The proposals that wait, the oldest first."""
    found = rows_of(
        "SELECT id, bill_id, amount, detail->>'reason' FROM rerate_proposal WHERE state = 'OPEN' ORDER BY id"
    )
    return [Waiting(*row) for row in found]


def _balances(world: World) -> dict[int, tuple[object, ...]]:
    return {
        account_id: (
            purse.owes,
            len(purse.open),
            min((each.due for each in purse.open), default=None),
            purse.prepaid,
        )
        for account_id, purse in world.purses.items()
    }


def _balances_of_database() -> dict[int, tuple[object, ...]]:
    rows = rows_of("SELECT account_id, owed, open_count, oldest_due_date, prepaid FROM account_balance")
    return {row[0]: row[1:] for row in rows}


def _owed(world: World) -> dict[int, tuple[object, ...]]:
    return {
        each.bill_id: (account_id, each.amount, each.outstanding, each.due)
        for account_id, purse in world.purses.items()
        for each in purse.owed.values()
    }


def _owed_of_database() -> dict[int, tuple[object, ...]]:
    rows = rows_of(
        "SELECT o.bill_id, o.account_id, o.amount, o.outstanding, o.due_date FROM open_item o"
        " WHERE o.bill_id NOT IN (SELECT bill_id FROM bill_reversal)"
    )
    return {row[0]: row[1:] for row in rows}


def _live(world: World) -> dict[int, tuple[object, ...]]:
    return {
        bill.bill_id: (
            bill.point,
            bill.terms.yyyymm,
            bill.place,
            bill.amount,
            bill.standing.amount,
            bill.standing.volume,
            sorted(bill.corrections),
        )
        for bill in world.bills.live.values()
    }


def _live_of_database() -> dict[int, tuple[object, ...]]:
    rows = rows_of("""
        SELECT b.id, b.point_id, b.yyyymm, b.tier_position, b.tier_sequence, b.amount,
               b.amount + coalesce(sum(c.amount), 0), b.volume + coalesce(sum(c.volume), 0),
               coalesce(array_agg(c.id ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), '{}')
        FROM bill_live l JOIN bill b ON b.id = l.bill_id
        LEFT JOIN bill c ON c.corrects_bill_id = b.id AND c.id NOT IN (SELECT bill_id FROM bill_reversal)
        GROUP BY b.id
    """)
    return {row[0]: (row[1], row[2], (row[3], row[4]), *row[5:]) for row in rows}


def _reads(world: World) -> dict[tuple[int, int], tuple[object, ...]]:
    return {
        (point.key, read.yyyymm): (read.state, point.volume(read) if read.is_taken else None)
        for point in world.points.values()
        for read in point.reads.values()
    }


def _reads_of_database(world: World) -> dict[tuple[int, int], tuple[object, ...]]:
    rows = rows_of("""
        SELECT i.point_id, p.yyyymm, i.state, c.volume, i.usage_volume FROM reading_item i
        JOIN reading_period p ON p.id = i.period_id LEFT JOIN consumption c ON c.id = i.consumption_id
    """)
    known = {(point.key, month) for point in world.points.values() for month in point.reads}
    found: dict[tuple[int, int], tuple[object, ...]] = {}
    for point_id, yyyymm, state, volume, usage in rows:
        if (point_id, yyyymm) in known:
            found[point_id, yyyymm] = (state, volume)
            assert volume is None or volume == usage
        else:
            assert state == "SKIPPED", (point_id, yyyymm, state)
    return found


def _used(world: World) -> dict[tuple[int, object], Decimal]:
    used: dict[tuple[int, object], Decimal] = {}
    for bill in world.bills.live.values():
        cycle = world.bills.cycle(bill.terms)
        if cycle is not None and bill.standing.volume:
            key = (bill.terms.group_id, cycle)
            used[key] = used.get(key, ZERO) + bill.standing.volume
    return used


def _used_of_database() -> dict[tuple[int, object], Decimal]:
    rows = rows_of(
        "SELECT group_id, cycle_start_date, sum(volume) FROM tier_entry GROUP BY 1, 2 HAVING sum(volume) <> 0"
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _compare_proposals(world: World) -> None:
    """A proposal about moved room says what the model says; who is not proposed has nothing to be corrected."""
    waiting = {each.bill_id: each for each in open_proposals()}
    gone = set(waiting) - set(world.bills.live)
    assert not gone, f"proposed of bills that are gone: {gone}"
    world.waiting = len(waiting)
    for bill in world.bills.live.values():
        moved = world.bills.moved(bill)
        proposal = waiting.get(bill.bill_id)
        if proposal is not None and proposal.reason == ROOM_MOVED:
            _same("proposals", {bill.bill_id: (moved.amount, moved.moved)}, {bill.bill_id: (proposal.amount, True)})
        if proposal is None and moved.moved and moved.amount and bill.dismissed_at != moved.after.used:
            point = world.points[bill.point]
            terms = world.terms(point, point.reads[bill.terms.yyyymm])
            by_facts = world.bills.changed(bill, world.pieces(bill), terms)
            assert not by_facts.amount, f"bill {bill.bill_id} should be corrected by {moved.amount}"

"""What earlier bills say to a calculation: how they stand billed now, what a re-bill replaces, fees and carries taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot, parse


@dataclass(frozen=True, slots=True)
class LiveBill:
    """A live bill that is no correction. `snapshot` is its own; `standing` that of its newest live correction, or its own."""

    bill_id: int
    bill_no: str
    reading_item_id: int | None
    group_id: int | None
    account_id: int
    customer_id: int
    point_id: int
    book_id: int
    unit_id: int
    yyyymm: int
    round_no: int
    tier_position: int
    tier_sequence: int
    standing: Snapshot


COLUMNS = """
    b.id, b.bill_no, b.reading_item_id, b.group_id, b.account_id, b.customer_id, b.point_id, b.book_id, b.unit_id,
    b.yyyymm, b.round_no, b.tier_position, b.tier_sequence, b.snapshot, b.hash_format
"""


def live_bills_of_items(reading_item_ids: Sequence[int]) -> dict[int, LiveBill]:
    """The live bill of each reading item that has one."""
    sql = f"""
        SELECT {COLUMNS} FROM reading_item i
        JOIN reading_period p ON p.id = i.period_id
        JOIN bill_live l ON l.point_id = i.point_id AND l.yyyymm = p.yyyymm AND l.round_no = p.round_no
        JOIN bill b ON b.id = l.bill_id
        WHERE i.id = ANY(%s)
    """
    return {bill.reading_item_id: bill for bill in live_bills_by(sql, [list(reading_item_ids)]) if bill.reading_item_id}


def live_bills_after(group_id: int, position: int, sequence: int, *, including: bool = False) -> list[LiveBill]:
    """The live bills of a group with a later tier position, in tier order."""
    sql = f"""
        SELECT {COLUMNS} FROM bill b JOIN bill_live l ON l.bill_id = b.id
        WHERE b.account_id IN (SELECT account_id FROM tier_group_member WHERE group_id = %s) AND b.group_id = %s
          AND (b.tier_position, b.tier_sequence) {">=" if including else ">"} (%s, %s)
        ORDER BY b.tier_position, b.tier_sequence, b.id
    """
    return live_bills_by(sql, [group_id, group_id, position, sequence])


def live_bills_of_mains(changed: Sequence[tuple[int, int, int]]) -> list[LiveBill]:
    """The live bills that were made less one of these subs: (sub's point, month, round)."""
    sql = f"""
        SELECT DISTINCT ON (b.id) {COLUMNS} FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS c(sub_id, yyyymm, round_no)
        JOIN meter_link k ON k.sub_id = c.sub_id AND k.kind IN ('DEDUCT', 'ALLOCATE')
        JOIN bill_live l ON l.point_id = k.main_id AND l.yyyymm = c.yyyymm AND l.round_no = c.round_no
        JOIN bill b ON b.id = l.bill_id
        WHERE k.from_date < b.to_date AND (k.to_date IS NULL OR k.to_date >= b.to_date)
        ORDER BY b.id
    """
    return live_bills_by(sql, [[each[place] for each in changed] for place in range(3)])


def live_bills_since(account_ids: Sequence[int], yyyymm: int) -> list[LiveBill]:
    """The live bills from that month on of the tier groups that billed these accounts from that month on, in tier order."""
    sql = f"""
        SELECT {COLUMNS} FROM bill b JOIN bill_live l ON l.bill_id = b.id
        WHERE b.yyyymm >= %(month)s AND b.account_id IN (
            SELECT account_id FROM tier_group_member WHERE group_id IN (
                SELECT group_id FROM bill WHERE account_id = ANY(%(accounts)s) AND yyyymm >= %(month)s))
          AND b.group_id IN (SELECT group_id FROM bill WHERE account_id = ANY(%(accounts)s) AND yyyymm >= %(month)s)
        ORDER BY b.group_id, b.tier_position, b.tier_sequence, b.id
    """
    return live_bills_by(sql, {"month": yyyymm, "accounts": list(account_ids)})


def live_bill(bill_id: int) -> LiveBill | None:
    """One live bill; None when it is reversed, or a correction, or not there."""
    found = live_bills_by(
        f"SELECT {COLUMNS} FROM bill b JOIN bill_live l ON l.bill_id = b.id WHERE b.id = %s", [bill_id]
    )
    return found[0] if found else None


def replaced_places(reading_item_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By reading item that was billed and cancelled: (bill last cancelled, its tier sequence)."""
    sql = """
        SELECT DISTINCT ON (r.reading_item_id) r.reading_item_id, b.id, b.tier_sequence
        FROM bill_reversal r JOIN bill b ON b.id = r.bill_id
        WHERE r.reading_item_id = ANY(%s) ORDER BY r.reading_item_id, r.id DESC
    """
    return {row[0]: (row[1], row[2]) for row in rows_of(sql, [list(reading_item_ids)])}


def accounts_billed(account_ids: Sequence[int], months: Sequence[int]) -> set[tuple[int, int]]:
    """(account, month) pairs that have a live bill, whose account fees are taken therefore."""
    sql = """
        SELECT DISTINCT b.account_id, b.yyyymm FROM bill b JOIN bill_live l ON l.bill_id = b.id
        WHERE b.account_id = ANY(%s) AND b.yyyymm = ANY(%s)
    """
    return {(row[0], row[1]) for row in rows_of(sql, [list(account_ids), list(months)])}


def carries(point_ids: Sequence[int], *, before_month: int) -> dict[int, Decimal]:
    """The remainder that each point's last live bill before the month left for the next."""
    sql = """
        SELECT DISTINCT ON (l.point_id) l.point_id, b.carry_after FROM bill_live l JOIN bill b ON b.id = l.bill_id
        WHERE l.point_id = ANY(%s) AND l.yyyymm < %s ORDER BY l.point_id, l.yyyymm DESC, l.round_no DESC
    """
    return {row[0]: row[1] for row in rows_of(sql, [list(point_ids), before_month])}


def recent_means(point_ids: Sequence[int], *, bills: int = 6) -> dict[int, Decimal]:
    """The mean amount of each point's last live bills; points without any have no entry."""
    sql = """
        SELECT p.id, round(avg(recent.amount), 2) FROM unnest(%s::bigint[]) AS p(id)
        JOIN LATERAL (SELECT b.amount FROM bill_live l JOIN bill b ON b.id = l.bill_id
                      WHERE l.point_id = p.id ORDER BY l.yyyymm DESC, l.round_no DESC LIMIT %s) AS recent ON true
        GROUP BY p.id
    """
    return {row[0]: row[1] for row in rows_of(sql, [list(point_ids), bills])}


def live_bills_by(sql: str, params: Sequence[object] | Mapping[str, object]) -> list[LiveBill]:
    """The bills of a statement that gives COLUMNS of `bill b`, in its order."""
    rows = rows_of(sql, params)
    newest = _newest_corrections([row[0] for row in rows])
    made = []
    for row in rows:
        text, of_format = newest.get(row[0], (row[-2], row[-1]))
        values: list[Any] = [*row[:-2], parse(text, hash_format=of_format)]
        made.append(LiveBill(*values))
    return made


def _newest_corrections(bill_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    sql = """
        SELECT DISTINCT ON (c.corrects_bill_id) c.corrects_bill_id, c.snapshot, c.hash_format FROM bill c
        WHERE c.corrects_bill_id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = c.id)
        ORDER BY c.corrects_bill_id, c.id DESC
    """
    return {row[0]: (row[1], row[2]) for row in rows_of(sql, [list(bill_ids)])}

"""The facts of a chunk's usual readings, gathered set-wise by the database (成批取数): the bulk of a run never becomes objects.

A usual reading has one part, one share, one tier group of its own in the chunk and nothing that waits for it (corrections,
holds, subs ...). It is described by two texts: `key`, all that its bill depends on (terms, volume, tier use before), of which
a chunk has few different ones, and `usage`, its evidence. Calculation prices each key once; issue gathers the facts again by
the same statement, composes the canonical input again and compares fingerprints. What is not usual is calculated one by one
(cases.py), and what this statement gives is the same, byte for byte, as that would give (a test compares the two).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.billing.queries.statements import array_literal, rows_of

PARTS, FIELDS, ITEMS = "\x1d", "\x1e", ","
"""What separates the parts of a key, the fields of its terms, and several values of one field."""


class Scope(NamedTuple):
    """Where to look: a chunk's readings with their accounts, points and tier groups as they were planned."""

    reading_item_ids: Sequence[int]
    account_ids: Sequence[int]
    point_ids: Sequence[int]
    group_ids: Sequence[int]


_CREATE = """
    CREATE TEMP TABLE IF NOT EXISTS bulk_usage (
        reading_item_id bigint, account_id bigint, customer_id bigint, point_id bigint, book_id bigint, unit_id bigint,
        group_id bigint, account_no text, point_no text, group_no text, yyyymm int, round_no int, revision int, kind text,
        from_date date, to_date date, months int, natural_key text COLLATE "C", usage text, key text, is_usual boolean
    ) ON COMMIT DELETE ROWS;
    DELETE FROM bulk_usage
"""
"""Emptied at the end of the transaction, and here for a second chunk within one."""

_GATHER = """
    INSERT INTO bulk_usage
    WITH used AS MATERIALIZED (
        SELECT i.id AS reading_item_id, i.company_id, c.id AS consumption_id, c.account_id, c.point_id, c.book_id,
               c.unit_id, p.yyyymm, p.round_no, make_date(p.yyyymm / 100, p.yyyymm %% 100, 1) AS month_start,
               p.yyyymm * 100 + p.round_no AS position, c.revision, c.is_estimated, c.months, c.from_date, c.to_date
        FROM reading_item i
        JOIN reading_period p ON p.id = i.period_id
        JOIN consumption c ON c.id = i.consumption_id
        WHERE i.id = ANY(%(items)s::bigint[]) AND c.reading_item_id {items}),
    place AS MATERIALIZED (
        SELECT m.account_id, m.point_id, m.from_date, m.to_date, g.id AS group_id, g.group_no
        FROM tier_group_member m JOIN tier_group g ON g.id = m.group_id
        WHERE m.account_id {accounts} AND g.id {groups}),
    counted AS (
        SELECT e.group_id, u.reading_item_id, e.counter, e.cycle_start_date, sum(e.volume) AS volume,
               bool_or(e.position > u.position) AS has_later
        FROM tier_entry e
        JOIN (SELECT DISTINCT account_id, group_id FROM place) AS member ON member.group_id = e.group_id
        JOIN used u ON u.account_id = member.account_id
        WHERE e.group_id {groups} AND e.cycle_start_date > least(u.month_start, u.from_date) - 400
        GROUP BY e.group_id, u.reading_item_id, e.counter, e.cycle_start_date),
    room AS (
        SELECT group_id, reading_item_id, bool_or(has_later) AS has_later,
               string_agg(counter || '/' || cycle_start_date || '/' || volume, ','
                          ORDER BY counter COLLATE "C", cycle_start_date) AS used
        FROM counted GROUP BY group_id, reading_item_id)
    SELECT u.reading_item_id, u.account_id, holder.customer_id, u.point_id, u.book_id, u.unit_id, place.group_id,
           a.account_no, sp.point_no, place.group_no, u.yyyymm, u.round_no, u.revision,
           COALESCE(%(kind)s::text, CASE WHEN u.is_estimated THEN 'ESTIMATED' ELSE 'REGULAR' END),
           u.from_date, u.to_date, u.months,
           concat_ws(' ', place.group_no, a.account_no, sp.point_no, u.yyyymm, to_char(u.round_no, 'FM00')),
           concat('["', cp.from_date, '","', cp.to_date, '","', cp.volume, '",[[', to_json(cp.kind), ',"', cp.volume, '",',
                  to_json(concat(cp.meter_no, '/' || cp.register_no)), ',', COALESCE('"' || cp.start_value || '"', 'null'),
                  ',', COALESCE('"' || cp.end_value || '"', 'null'), ',',
                  COALESCE('"' || cp.multiplier || '"', 'null'), ']]]'),
           concat(u.unit_id, {field}, u.from_date, {field}, u.to_date, {field}, u.yyyymm, {field}, u.months, {field},
                  share.usage_class_id, '/', share.kind, '/', share.value, {field},
                  option.charge_item_id || '/' || COALESCE(option.plan_id::text, ''), {field},
                  people.from_date || '/' || people.people, {field}, relief.scheme, {field},
                  COALESCE(of_point.from_date || '/' || of_point.volume, of_account.from_date || '/' || of_account.volume),
                  {field}, sp.calibre, {field}, a.tier_anchor, {field},
                  CASE WHEN a.opened_date > u.from_date - 400 THEN a.opened_date END, {field}, a.closed_date, {part},
                  '"', cp.from_date, '","', cp.to_date, '","', cp.volume, '"', {part}, room.used),
           a.state IN ('ACTIVE', 'CLOSING') AND cp.kind <> 'ITEM_ADJUSTMENT' AND NOT COALESCE(room.has_later, false)
           AND u.account_id NOT IN (SELECT account_id FROM account_hold
                WHERE account_id {accounts} AND activity = 'BILLING'
                  AND from_date <= %(on)s AND (to_date IS NULL OR %(on)s < to_date))
           AND u.account_id NOT IN (SELECT account_id FROM point_account
                WHERE account_id {accounts} AND from_date <= %(on)s
                  AND (to_date IS NULL OR %(on)s < to_date) GROUP BY account_id HAVING count(*) > 1)
           AND u.account_id NOT IN (SELECT account_id FROM account_tax WHERE account_id {accounts})
           AND u.point_id NOT IN (SELECT main_id FROM meter_link
                WHERE main_id {points} AND kind IN ('DEDUCT', 'ALLOCATE'))
           AND u.point_id NOT IN (SELECT sub_id FROM meter_link WHERE sub_id {points} AND kind = 'ALLOCATE')
           AND u.point_id NOT IN (SELECT point_id FROM consumption_change ch
                WHERE point_id {points} AND reason = 'TRUE_UP'
                  AND NOT EXISTS (SELECT 1 FROM consumption_change_handling h WHERE h.change_id = ch.id))
           AND u.reading_item_id NOT IN (SELECT reading_item_id FROM bill_reversal
                WHERE reading_item_id {items})
    FROM used u
    JOIN account a ON a.id = u.account_id AND a.company_id = u.company_id AND a.id {accounts}
    JOIN service_point sp ON sp.id = u.point_id AND sp.id {points}
    JOIN consumption_part cp ON cp.consumption_id = u.consumption_id
         AND cp.consumption_id = ANY(ARRAY(SELECT consumption_id FROM used))
    JOIN account_holder holder ON holder.account_id = u.account_id AND holder.account_id {accounts}
         AND holder.from_date <= u.to_date AND (holder.to_date IS NULL OR u.to_date < holder.to_date)
    JOIN place ON place.account_id = u.account_id AND (place.point_id IS NULL OR place.point_id = u.point_id)
         AND place.from_date <= u.month_start AND (place.to_date IS NULL OR u.month_start < place.to_date)
    JOIN usage_share share ON share.point_id = u.point_id AND share.point_id {points}
         AND share.from_date <= u.from_date AND (share.to_date IS NULL OR u.from_date < share.to_date)
    LEFT JOIN room ON room.group_id = place.group_id AND room.reading_item_id = u.reading_item_id
    LEFT JOIN household_size people ON people.account_id = u.account_id AND people.account_id {accounts}
         AND (people.to_date IS NULL OR u.from_date < people.to_date)
    LEFT JOIN account_relief relief ON relief.account_id = u.account_id AND relief.account_id {accounts}
         AND relief.from_date <= u.from_date AND (relief.to_date IS NULL OR u.from_date < relief.to_date)
    LEFT JOIN item_option option ON option.point_id = u.point_id AND option.point_id {points}
         AND option.from_date <= u.from_date AND (option.to_date IS NULL OR u.from_date < option.to_date)
    LEFT JOIN quota of_point ON of_point.point_id = u.point_id AND of_point.point_id {points}
         AND (of_point.to_date IS NULL OR u.from_date < of_point.to_date)
    LEFT JOIN quota of_account ON of_account.account_id = u.account_id
         AND of_account.account_id {accounts}
         AND (of_account.to_date IS NULL OR u.from_date < of_account.to_date)
"""

_CROWDED = """
    UPDATE bulk_usage SET is_usual = false
    WHERE is_usual AND (
        group_id IN (SELECT group_id FROM bulk_usage GROUP BY group_id HAVING count(*) > 1)
        OR reading_item_id IN (SELECT reading_item_id FROM bulk_usage GROUP BY reading_item_id HAVING count(*) > 1))
"""
"""Several rows of one group: its usages depend on each other. Several of one reading: the joins found two of something (parts,
also one that gives a charge item a volume of its own, shares, people, a group of the account and one of the point).
"""

INPUT = """
    concat('{"account":', to_json(u.account_no), ',"group":', to_json(u.group_no), ',"input":', k.input_before, '[', u.usage,
           ']', k.input_after, ',"kind":"', u.kind, '","period":', u.yyyymm, ',"point":', to_json(u.point_no),
           ',"revision":', u.revision, ',"round":', u.round_no, '}')
"""
"""The canonical input of a bill by its usage `u` (bulk_usage) and pricing `k` (run_pricing): rules/calculate.py in SQL."""

_INPUTS = f"""
    SELECT u.reading_item_id, k.pricing_no, {INPUT} FROM bulk_usage u
    JOIN run_pricing k ON k.run_id = %(run)s AND k.chunk_no = %(chunk)s AND k.key = u.key
    WHERE u.is_usual
"""
FINGERPRINT = "hashtextextended({input}, 0)"
"""By what issue sees that an input is the one that was calculated: the bill's own hash takes ten times as long, and the lines
follow from the key.
"""


def gather(scope: Scope, *, on: date, kind: str | None) -> None:
    """Fill `bulk_usage`, a table of this transaction, with the usages of a chunk as they are now; `on` is the run's business
    date, `kind` overrides REGULAR and ESTIMATED. Readings with something unusual are not in it, or not `is_usual`.
    """
    sql = _GATHER.format(
        part="E'\\x1d'",
        field="E'\\x1e'",
        items=_among(scope.reading_item_ids),
        accounts=_among(scope.account_ids),
        points=_among(scope.point_ids),
        groups=_among(scope.group_ids),
    )
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with hashing():
            cursor.execute(sql, {"items": array_literal(scope.reading_item_ids), "on": on, "kind": kind})
        cursor.execute(_CROWDED)


@contextmanager
def hashing() -> Iterator[None]:
    """Joins by hashing: each table gives some thousand rows by one index scan. The planner takes dates for more selective than
    they are, and knows nothing of rows written a moment ago: it would look every row up in every table.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def inputs(run_id: int, chunk_no: int) -> list[tuple[int, int, str]]:
    """(reading item, pricing, canonical input) of the usual readings whose key has a pricing."""
    return [(row[0], row[1], row[2]) for row in rows_of(_INPUTS, {"run": run_id, "chunk": chunk_no})]


def keys() -> list[str]:
    """The different keys of the usual readings gathered."""
    return [row[0] for row in rows_of("SELECT DISTINCT key FROM bulk_usage WHERE is_usual", [])]


def _among(ids: Sequence[int]) -> str:
    """The condition that finds these ids first: their range where they lie together, as those of a book do, since the planner
    weighs each element of a long list by itself. What else lies in the range falls out of the joins.
    """
    first, last = (min(ids), max(ids)) if ids else (0, -1)
    if last - first < 3 * len(ids):
        return f"BETWEEN {first:d} AND {last:d}"
    return f"= ANY('{array_literal(ids)}'::bigint[])"

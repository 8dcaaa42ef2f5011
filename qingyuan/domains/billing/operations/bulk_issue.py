"""Issuing the usual readings of a chunk set-wise (成批签发): facts gathered and inputs composed again, compared by hash, then
inserted from what the chunk's pricings hold.

What does not come to the same is left where it is, for `issue` to look at one by one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.operations.bulk_calculation import scope_of
from qingyuan.domains.billing.queries import bulk_facts
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.snapshot import FORMAT
from qingyuan.domains.ledger.operations.bulk_receivables import ReceivableSource, post_bulk_receivables
from qingyuan.domains.ledger.operations.desk import Desk
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.kernel.actor import Actor


class IssuedBulk(NamedTuple):
    """Bills inserted, and their readings."""

    bills: int
    reading_item_ids: Sequence[int]


def insert_bills(run: BillingRun, chunk: RunChunk, numbers: Sequence[str]) -> IssuedBulk:
    """Insert the bills of the chunk's bulk items whose facts still come to the same hash, with their lines and tier use.

    `numbers` are bill numbers in the order of the run. The caller holds the tier groups, accounts and reading items. The
    bills stay in `bulk_bill`, a table of this transaction, for posting.
    """
    assert run.posting_date is not None and run.due_date is not None
    bulk_facts.gather(scope_of(chunk), on=run.business_date, kind=run.selection.get("kind"))
    given: dict[str, Any] = {
        "run": run.pk,
        "chunk": chunk.chunk_no,
        "company": run.company_id,
        "numbers": " ".join(numbers),
        "offset": chunk.bill_offset or 0,
        "posting": run.posting_date,
        "due": run.due_date,
        "format": FORMAT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with bulk_facts.hashing():
            cursor.execute(_COMPARE, given)
        count = cursor.rowcount
        if count:
            for statement in (_BILLS, _LINES, _LIVE, _ENTRIES):
                cursor.execute(statement, given)
    ids = [row[0] for row in rows_of("SELECT reading_item_id FROM bulk_bill", [])]
    return IssuedBulk(count, ids)


def post_bulk(actor: Actor, run: BillingRun, chunk_no: int, desk: Desk) -> None:
    """Post the bills just inserted; `desk` is what `hold_money` gave for the chunk."""
    assert run.posting_date is not None and run.due_date is not None
    post_bulk_receivables(
        actor=actor,
        company_id=run.company_id,
        posting_date=run.posting_date,
        due_date=run.due_date,
        source=PostingSource(run.pk, chunk_no),
        receivables=_source(run.pk, chunk_no),
        desk=desk,
    )


def _source(run_id: int, chunk_no: int) -> ReceivableSource:
    return ReceivableSource(
        items="""
            SELECT bill_id, bill_no AS label, unit_id, account_id, customer_id, yyyymm, amount, pricing_no AS parts_no
            FROM bulk_bill WHERE amount > 0
        """,
        parts=f"""
            SELECT k.pricing_no AS parts_no, (part->>0)::bigint AS charge_item_id, (part->>1)::numeric AS amount
            FROM run_pricing k CROSS JOIN LATERAL jsonb_array_elements(k.parts) AS part
            WHERE k.run_id = {run_id:d} AND k.chunk_no = {chunk_no:d}
        """,
    )


_CREATE = """
    CREATE TEMP TABLE IF NOT EXISTS bulk_bill (
        bill_id bigint, bill_no text, place int, pricing_no int, reading_item_id bigint, account_id bigint, customer_id bigint,
        point_id bigint, book_id bigint, unit_id bigint, group_id bigint, yyyymm int, round_no int, kind text,
        from_date date, to_date date, months int, volume numeric(14,3), amount numeric(14,2), tax_amount numeric(14,2),
        hash text, snapshot text
    ) ON COMMIT DELETE ROWS;
    DELETE FROM bulk_bill
"""

_COMPARE = f"""
    INSERT INTO bulk_bill
    SELECT nextval('bill_id_seq'), number.text, %(offset)s + same.place, same.pricing_no, same.reading_item_id,
           same.account_id, same.customer_id, same.point_id, same.book_id, same.unit_id, same.group_id, same.yyyymm,
           same.round_no, same.kind, same.from_date, same.to_date, same.months, same.volume, same.amount, same.tax_amount,
           same.hash, same.snapshot
    FROM (SELECT fresh.*, row_number() OVER (ORDER BY fresh.position) AS place
          FROM (SELECT u.*, r.position, r.hash, r.fingerprint, k.pricing_no, k.volume, k.amount, k.tax_amount,
                       {bulk_facts.INPUT} AS snapshot
                FROM bulk_usage u
                JOIN run_pricing k ON k.run_id = %(run)s AND k.chunk_no = %(chunk)s AND k.key = u.key
                JOIN run_item r ON r.run_id = %(run)s AND r.chunk_no = %(chunk)s AND r.state = 'CALCULATED'
                     AND r.reading_item_id = u.reading_item_id AND r.pricing_no = k.pricing_no
                WHERE u.is_usual OFFSET 0) AS fresh
          WHERE {bulk_facts.FINGERPRINT.format(input="fresh.snapshot")} = fresh.fingerprint ORDER BY place) AS same
    JOIN unnest(string_to_array(%(numbers)s, ' ')) WITH ORDINALITY AS number(text, place) ON number.place = same.place
"""
"""OFFSET 0: the input is composed once, not once for the row and once for its hash."""

_BILLS = """
    INSERT INTO bill (id, bill_no, company_id, unit_id, run_id, run_position, kind, basis, account_id, customer_id, point_id,
                      book_id, reading_item_id, group_id, yyyymm, round_no, tier_position, tier_sequence, from_date, to_date,
                      months, volume, amount, tax_amount, posting_date, due_date, carry_after, hash_format, hash, snapshot)
    SELECT bill_id, bill_no, %(company)s, unit_id, %(run)s, place, kind, 'METERED', account_id, customer_id, point_id, book_id,
           reading_item_id, group_id, yyyymm, round_no, yyyymm * 100 + round_no, bill_id, from_date, to_date, months, volume,
           amount, tax_amount, %(posting)s, %(due)s, 0, %(format)s, hash, snapshot
    FROM bulk_bill
"""

_LINES = """
    INSERT INTO bill_line (bill_id, position, kind, charge_item_id, price_version_id, usage_class_id, tier, volume,
                           metered_volume, price, amount, tax_rate, tax_amount, counts)
    SELECT b.bill_id, l.position, l.kind, l.charge_item_id, l.price_version_id, l.usage_class_id, l.tier, l.volume,
           l.metered_volume, l.price, l.amount, l.tax_rate, l.tax_amount, l.counts
    FROM bulk_bill b
    JOIN (SELECT k.pricing_no, line.* FROM run_pricing k
          CROSS JOIN LATERAL jsonb_to_recordset(k.line_rows) AS line(
               position int, kind text, charge_item_id bigint, price_version_id bigint, usage_class_id bigint, tier int,
               volume numeric, metered_volume numeric, price numeric, amount numeric, tax_rate numeric, tax_amount numeric,
               counts boolean)
          WHERE k.run_id = %(run)s AND k.chunk_no = %(chunk)s OFFSET 0) AS l ON l.pricing_no = b.pricing_no
"""

_LIVE = """
    INSERT INTO bill_live (bill_id, point_id, yyyymm, round_no, from_date, to_date)
    SELECT bill_id, point_id, yyyymm, round_no, from_date, to_date FROM bulk_bill
    WHERE kind IN ('REGULAR', 'FINAL', 'ESTIMATED')
"""

_ENTRIES = """
    INSERT INTO tier_entry (group_id, counter, cycle_start_date, position, sequence, volume, source, bill_id, note)
    SELECT b.group_id, e.counter, e.cycle_start_date, b.yyyymm * 100 + b.round_no, b.bill_id, e.volume, 'BILL', b.bill_id, ''
    FROM bulk_bill b
    JOIN (SELECT k.pricing_no, entry->>0 AS counter, (entry->>1)::date AS cycle_start_date, (entry->>2)::numeric AS volume
          FROM run_pricing k CROSS JOIN LATERAL jsonb_array_elements(k.entries) AS entry
          WHERE k.run_id = %(run)s AND k.chunk_no = %(chunk)s OFFSET 0) AS e ON e.pricing_no = b.pricing_no
"""

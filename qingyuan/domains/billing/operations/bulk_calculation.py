"""Calculating the usual readings of a chunk set-wise (成批计算): the keys are priced in Python, the rest is the database's."""

from functools import partial
from typing import Any

from django.db import connection

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.operations.bulk_pricing import copy_pricings
from qingyuan.domains.billing.queries import bulk_facts
from qingyuan.domains.billing.queries.bill_facts import recent_means
from qingyuan.domains.billing.queries.bulk_facts import Scope
from qingyuan.domains.billing.queries.statements import array_literal, rows_of
from qingyuan.domains.billing.queries.terms import terms_maker
from qingyuan.domains.billing.rules.calculate import item_hash
from qingyuan.domains.billing.rules.notices import rules_of
from qingyuan.domains.billing.rules.states import BILL_SHOCK, OVER_LIMIT, ZERO_BILL
from qingyuan.domains.tariffs.queries.catalogue import PriceList
from qingyuan.domains.tariffs.rules.rate import rate


def scope_of(chunk: RunChunk) -> Scope:
    """Where the facts of the chunk's readings are looked for."""
    return Scope(chunk.reading_item_ids, chunk.account_ids, chunk.point_ids, chunk.group_ids)


def calculate_bulk(run: BillingRun, chunk: RunChunk, prices: PriceList) -> int:
    """Write the run items and pricings of the chunk's usual readings; returns how many (their positions are 1 to it).

    Pricings may be more than items and are numbered from 1 too.
    """
    bulk_facts.gather(scope_of(chunk), on=run.business_date, kind=run.selection.get("kind"))
    lines = copy_pricings(
        run.pk,
        chunk.chunk_no,
        bulk_facts.keys(),
        maker=terms_maker(prices),
        prices=prices,
        rate=partial(rate, catalogue=prices.catalogue),
    )
    composed = bulk_facts.inputs(run.pk, chunk.chunk_no)
    rules = rules_of(run.selection)
    given: dict[str, Any] = {
        "run": run.pk,
        "chunk": chunk.chunk_no,
        "items": array_literal(row[0] for row in composed),
        "hashes": "{" + ",".join([item_hash(text, lines[number - 1]) for _, number, text in composed]) + "}",
        "zero": ZERO_BILL,
        "shock": BILL_SHOCK,
        "large": OVER_LIMIT,
        "least": rules.least,
        "factor": rules.shock_factor,
        "hold_factor": rules.hold_factor,
        "hold_from": rules.hold_from,
    }
    with bulk_facts.hashing():
        dear = rows_of(_DEAR, given)
    means = recent_means([point_id for _, point_id in dear])
    usual = [(reading_item_id, means[point_id]) for reading_item_id, point_id in dear if point_id in means]
    given["usual_items"] = array_literal(reading_item_id for reading_item_id, _ in usual)
    given["usual_means"] = "{" + ",".join([str(mean) for _, mean in usual]) + "}"
    with bulk_facts.hashing(), connection.cursor() as cursor:
        cursor.execute(_ITEMS, given)
        return int(cursor.rowcount)


def left_over(run_id: int, chunk: RunChunk, done: int) -> list[int]:
    """The chunk's readings that have no run item yet: those to be calculated one by one."""
    if done == len(chunk.reading_item_ids):
        return []
    sql = """
        SELECT id FROM unnest(%s::bigint[]) AS wanted(id) WHERE id NOT IN (
            SELECT reading_item_id FROM run_item WHERE run_id = %s AND chunk_no = %s) ORDER BY id
    """
    return [row[0] for row in rows_of(sql, [chunk.reading_item_ids, run_id, chunk.chunk_no])]


_ITEMS = f"""
    INSERT INTO run_item (run_id, chunk_no, position, natural_key, state, kind, group_id, account_id, point_id,
                          reading_item_id, book_id, volume, amount, exception_code, exception_params, pricing_no, fingerprint, hash)
    SELECT %(run)s, %(chunk)s, row_number() OVER (ORDER BY u.natural_key), u.natural_key,
           CASE WHEN usual.mean * %(hold_factor)s::numeric < k.amount OR %(hold_from)s::numeric <= k.amount
                THEN 'HELD' ELSE 'CALCULATED' END, u.kind, u.group_id,
           u.account_id, u.point_id, u.reading_item_id, u.book_id, k.volume, k.amount,
           CASE WHEN k.amount = 0 THEN %(zero)s WHEN usual.mean * %(factor)s < k.amount THEN %(shock)s
                WHEN %(hold_from)s::numeric <= k.amount THEN %(large)s ELSE '' END,
           CASE WHEN usual.mean * %(factor)s < k.amount
                THEN jsonb_build_object('amount', k.amount::text, 'mean', usual.mean::text)
                WHEN k.amount = 0 THEN '{{}}'
                WHEN %(hold_from)s::numeric <= k.amount
                THEN jsonb_build_object('amount', k.amount::text, 'limit', (%(hold_from)s::numeric)::text) END,
           k.pricing_no, {bulk_facts.FINGERPRINT.format(input=bulk_facts.INPUT)}, hashed.hash
    FROM bulk_usage u
    JOIN run_pricing k ON k.run_id = %(run)s AND k.chunk_no = %(chunk)s AND k.key = u.key
    JOIN unnest(%(items)s::bigint[], %(hashes)s::text[]) AS hashed(reading_item_id, hash)
      ON hashed.reading_item_id = u.reading_item_id
    LEFT JOIN unnest(%(usual_items)s::bigint[], %(usual_means)s::numeric[]) AS usual(reading_item_id, mean)
      ON usual.reading_item_id = u.reading_item_id
    WHERE u.is_usual
"""
# Those whose amount is worth a look. Their last bills are looked up apart, by index: joined by hashing, each of them would
# read all bills.
_DEAR = """
    SELECT u.reading_item_id, u.point_id FROM bulk_usage u
    JOIN run_pricing k ON k.run_id = %(run)s AND k.chunk_no = %(chunk)s AND k.key = u.key
    WHERE u.is_usual AND k.amount >= %(least)s AND k.amount > 0 ORDER BY u.reading_item_id
"""

"""Two runs side by side (批次对比): the accounts that differ."""

from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.billing.queries.statements import rows_of


@dataclass(frozen=True, slots=True)
class RunDifference:
    """One point and period that two runs do not agree on; None where a run has no amount for it."""

    account_no: str
    point_no: str
    yyyymm: int
    natural_key: str
    amount_a: Decimal | None
    amount_b: Decimal | None
    volume_a: Decimal | None
    volume_b: Decimal | None
    code_a: str
    code_b: str


def compare_runs(a: int, b: int, *, limit: int = 1000) -> tuple[RunDifference, ...]:
    """What runs `a` and `b` (ids) do not agree on, by natural key; equal runs give nothing."""
    sql = """
        SELECT split_part(key, ' ', 2), split_part(key, ' ', 3), split_part(key, ' ', 4)::int, key,
               amount_a, amount_b, volume_a, volume_b, COALESCE(code_a, ''), COALESCE(code_b, '')
        FROM (SELECT COALESCE(x.natural_key, y.natural_key) AS key, x.hash AS hash_a, y.hash AS hash_b,
                     CASE WHEN x.state <> 'EXCEPTION' THEN x.amount END AS amount_a,
                     CASE WHEN y.state <> 'EXCEPTION' THEN y.amount END AS amount_b,
                     CASE WHEN x.state <> 'EXCEPTION' THEN x.volume END AS volume_a,
                     CASE WHEN y.state <> 'EXCEPTION' THEN y.volume END AS volume_b,
                     x.exception_code AS code_a, y.exception_code AS code_b
              FROM (SELECT * FROM run_item WHERE run_id = %s) AS x
              FULL JOIN (SELECT * FROM run_item WHERE run_id = %s) AS y ON y.natural_key = x.natural_key) AS pairs
        WHERE hash_a IS DISTINCT FROM hash_b ORDER BY key COLLATE "C" LIMIT %s
    """
    return tuple(RunDifference(*row) for row in rows_of(sql, [a, b, limit]))

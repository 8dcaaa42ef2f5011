"""Bills of a run that a person should look at before issue (试算复核): by reason, in the order of their money."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import BILL_SHOCK, OVER_LIMIT


class Why(StrEnum):
    """Why a bill is looked at. Several may hold for one bill."""

    NOTICED = "noticed"  # anything that the rules noticed, or that waits
    HELD = "held"  # 暂缓签发
    SHOCK = "shock"  # 突增
    LARGE = "large"  # 大额
    ZERO = "zero"  # 零帐单
    FIRST = "first"  # 首张
    NEGATIVE = "negative"  # 负数
    NEW_PRICE = "new-price"  # 价格版本变化
    ESTIMATED = "estimated"  # 估抄
    TOP_TIER = "top-tier"  # 进入第三阶梯
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A bill of the run. `usual`: the mean of the point's last bills before this run (None: it had none). `code` with `params`
    says what the rules noticed.
    """

    chunk_no: int
    position: int
    account_no: str
    customer_name: str
    point_no: str
    book_no: str
    state: str
    kind: str
    code: str
    params: Mapping[str, Any]
    volume: Decimal
    amount: Decimal
    usual: Decimal | None

    @property
    def key(self) -> str:
        """Names the bill within its run."""
        return f"{self.chunk_no}:{self.position}"

    @property
    def change(self) -> Decimal | None:
        """The change as a share of what is usual."""
        return (self.amount - self.usual) / self.usual if self.usual else None


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """How many bills of the run have this reason, and what they come to."""

    why: Why
    bills: int
    amount: Decimal


SORTS = {"amount": "abs(r.amount)", "volume": "r.volume", "account_no": "r.natural_key"}

_PRICED = """
    priced AS MATERIALIZED (
        SELECT k.chunk_no, k.pricing_no, bool_or((l->>2)::int >= 3) AS is_top, max((l->>12)::date) AS newest
        FROM run_pricing k CROSS JOIN LATERAL jsonb_array_elements(k.lines::jsonb) AS l
        WHERE k.run_id = %(run)s GROUP BY 1, 2)
"""
"""Of each pricing: whether it reaches the third tier, and the date of its newest price version."""

_LAST = """
    FROM bill_live l JOIN bill x ON x.id = l.bill_id
    WHERE l.point_id = r.point_id AND x.run_id <> r.run_id AND (l.yyyymm, l.round_no) < (t.yyyymm, t.round_no)
"""
_CONDITIONS: Mapping[Why, str] = {
    Why.NOTICED: "(r.exception_code <> '' OR r.state = 'HELD')",
    Why.HELD: "r.state = 'HELD'",
    Why.SHOCK: f"r.exception_code = '{BILL_SHOCK}'",
    Why.LARGE: f"r.exception_code = '{OVER_LIMIT}'",
    Why.ZERO: "r.amount = 0",
    Why.FIRST: f"NOT EXISTS (SELECT 1 {_LAST})",
    Why.NEGATIVE: "r.amount < 0",
    Why.NEW_PRICE: f"""(priced.newest > t.business_date - 800
        AND priced.newest > (SELECT max(l.to_date) {_LAST}))""",
    Why.ESTIMATED: "r.kind = 'ESTIMATED'",
    Why.TOP_TIER: "priced.is_top",
    Why.ALL: "true",
}
"""A version older than two years and two months has been billed before, or the bill is the point's first: no need to look."""

_FROM = """
    FROM run_item r
    CROSS JOIN (SELECT p.yyyymm, p.round_no, b.business_date FROM billing_run b JOIN reading_period p ON p.id = b.period_id
                WHERE b.id = %(run)s) AS t
    LEFT JOIN priced ON priced.chunk_no = r.chunk_no AND priced.pricing_no = r.pricing_no
    WHERE r.run_id = %(run)s AND r.state IN ('CALCULATED', 'HELD')
"""
_ROWS = """
    SELECT page.chunk_no, page.position, a.account_no, COALESCE(c.name, ''), COALESCE(sp.point_no, ''),
           COALESCE(b.book_no, ''), page.state, page.kind, page.exception_code,
           COALESCE(page.exception_params::text, '{}'), page.volume, page.amount, usual.amount
    FROM (SELECT r.*, t.yyyymm, t.round_no, row_number() OVER (ORDER BY /*order*/) AS place
          /*from*/ AND /*where*/ ORDER BY place LIMIT %(limit)s OFFSET %(offset)s) AS page
    JOIN account a ON a.id = page.account_id
    LEFT JOIN service_point sp ON sp.id = page.point_id LEFT JOIN book b ON b.id = page.book_id
    LEFT JOIN account_holder h ON h.account_id = a.id AND h.to_date IS NULL
    LEFT JOIN customer c ON c.id = h.customer_id
    LEFT JOIN LATERAL (
        SELECT round(avg(recent.amount), 2) AS amount FROM (
            SELECT x.amount FROM bill_live l JOIN bill x ON x.id = l.bill_id
            WHERE l.point_id = page.point_id AND x.run_id <> page.run_id
              AND (l.yyyymm, l.round_no) < (page.yyyymm, page.round_no)
            ORDER BY l.yyyymm DESC, l.round_no DESC LIMIT 6) AS recent) AS usual ON true
    ORDER BY page.place
"""


def review_rows(
    run_id: int, why: Why, *, sort: str, descending: bool, offset: int, limit: int
) -> tuple[tuple[ReviewRow, ...], int, Decimal]:
    """A page of the run's bills with this reason, how many there are, and what they come to."""
    where, given = _CONDITIONS[why], {"run": run_id, "limit": limit, "offset": offset}
    order = f"{SORTS[sort]} {'DESC' if descending else 'ASC'}, r.natural_key"
    sql = _ROWS.replace("/*order*/", order).replace("/*from*/", _FROM).replace("/*where*/", where)
    totals = f"WITH {_PRICED} SELECT count(*), COALESCE(sum(r.amount), 0) {_FROM} AND {where}"
    [(count, amount)] = rows_of(totals, given)
    return tuple(_row(row) for row in rows_of(f"WITH {_PRICED} {sql}", given)), count, amount


def review_counts(run_id: int) -> tuple[ReviewCount, ...]:
    """How many bills of the run there are for each reason, those without any left out."""
    asked = [why for why in Why if why not in (Why.NOTICED, Why.ALL)]
    columns = ", ".join(
        f"count(*) FILTER (WHERE {_CONDITIONS[why]}), COALESCE(sum(r.amount) FILTER (WHERE {_CONDITIONS[why]}), 0)"
        for why in asked
    )
    [found] = rows_of(f"WITH {_PRICED} SELECT {columns} {_FROM}", {"run": run_id})
    counts = [ReviewCount(why, found[2 * place], found[2 * place + 1]) for place, why in enumerate(asked)]
    return tuple(count for count in counts if count.bills)


def _row(row: tuple[Any, ...]) -> ReviewRow:
    values = list(row)
    values[9] = json.loads(values[9])
    return ReviewRow(*values)

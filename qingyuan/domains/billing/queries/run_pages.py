"""What the page of a run shows (批次页面): the list, progress and totals by book, exceptions and notices by money."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.billing.queries.runs import RunRow, run_row
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class BookTotal:
    """One book of a run. `last_amount` and `last_count` are its live bills of the period before, for comparison."""

    book_id: int
    book_no: str
    book_name: str
    item_count: int
    bill_count: int
    exception_count: int
    volume: Decimal
    amount: Decimal
    last_count: int
    last_amount: Decimal


@dataclass(frozen=True, slots=True)
class RunItemRow:
    """One element of a run. `mean` is what the point's last bills came to, where a notice compares with it."""

    id: int
    account_no: str
    holder_name: str
    point_no: str
    yyyymm: int
    book_no: str
    state: str
    kind: str
    volume: Decimal
    amount: Decimal
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChargeTotal:
    """What a run's issued bills charge by charge item."""

    charge_code: str
    charge_name: str
    volume: Decimal
    amount: Decimal


def run_list(*, actor: Actor, company_id: int, on: date, limit: int = 100, offset: int = 0) -> tuple[RunRow, ...]:
    """The company's runs within the actor's reach (billing.view), newest first; runs of one are left out."""
    reached = reach(actor, "billing.view", on=on)
    rows = rows_of(
        "SELECT id, unit_id FROM billing_run WHERE company_id = %s AND NOT (selection ? 'replaces' OR selection ? 'corrects')"
        " ORDER BY id DESC LIMIT %s OFFSET %s",
        [company_id, limit, offset],
    )
    return tuple(run_row(run_id) for run_id, unit_id in rows if reached.covers(unit_id))


def run_of(*, actor: Actor, run_no: str, on: date) -> RunRow:
    """One run within the actor's reach (billing.view). Raises NotFound."""
    rows = rows_of("SELECT id, unit_id FROM billing_run WHERE run_no = %s", [run_no])
    if not rows or not reach(actor, "billing.view", on=on).covers(rows[0][1]):
        raise NotFound(run=run_no)
    return run_row(rows[0][0])


def book_totals(run_id: int) -> tuple[BookTotal, ...]:
    """The run's books by number, each with its counts and sums, and with its last period's bills."""
    sql = """
        WITH items AS (
            SELECT i.book_id, count(*) AS items, count(*) FILTER (WHERE i.state <> 'EXCEPTION') AS bills,
                   count(*) FILTER (WHERE i.state <> 'CALCULATED') AS exceptions, sum(i.volume) AS volume,
                   sum(i.amount) AS amount
            FROM run_item i WHERE i.run_id = %(run)s GROUP BY i.book_id),
        period AS (
            SELECT p.company_id, p.yyyymm, p.round_no FROM billing_run r JOIN reading_period p ON p.id = r.period_id
            WHERE r.id = %(run)s),
        last AS (
            SELECT q.yyyymm, q.round_no FROM reading_period q, period p
            WHERE q.company_id = p.company_id AND (q.yyyymm, q.round_no) < (p.yyyymm, p.round_no)
            ORDER BY q.yyyymm DESC, q.round_no DESC LIMIT 1),
        before AS (
            SELECT b.book_id, count(*) AS bills, sum(b.amount) AS amount FROM bill b JOIN bill_live l ON l.bill_id = b.id
            JOIN last ON last.yyyymm = b.yyyymm AND last.round_no = b.round_no
            WHERE b.book_id IN (SELECT book_id FROM items) GROUP BY b.book_id)
        SELECT i.book_id, k.book_no, k.name, i.items, i.bills, i.exceptions, i.volume, i.amount,
               COALESCE(b.bills, 0), COALESCE(b.amount, 0)
        FROM items i JOIN book k ON k.id = i.book_id LEFT JOIN before b ON b.book_id = i.book_id ORDER BY k.book_no
    """
    return tuple(_row(BookTotal, row) for row in rows_of(sql, {"run": run_id}))


def exceptions(run_id: int, *, code: str = "", limit: int = 500, offset: int = 0) -> tuple[RunItemRow, ...]:
    """What gave no bill, or was taken out at issue as stale, by code and account."""
    return _items(
        "i.run_id = %(run)s AND i.state <> 'CALCULATED' AND (%(code)s = '' OR i.exception_code = %(code)s)",
        'i.exception_code, i.natural_key COLLATE "C"',
        {"run": run_id, "code": code, "limit": limit, "offset": offset},
    )


def notices(run_id: int, *, code: str = "", limit: int = 500, offset: int = 0) -> tuple[RunItemRow, ...]:
    """Bills to look at before issue, the largest money first."""
    return _items(
        "i.run_id = %(run)s AND i.state = 'CALCULATED' AND i.exception_code <> ''"
        " AND (%(code)s = '' OR i.exception_code = %(code)s)",
        'i.amount DESC, i.natural_key COLLATE "C"',
        {"run": run_id, "code": code, "limit": limit, "offset": offset},
    )


def run_items(run_id: int, *, book_id: int | None = None, limit: int = 500, offset: int = 0) -> tuple[RunItemRow, ...]:
    """All elements of a run, or of one of its books, in the run's order."""
    return _items(
        "i.run_id = %(run)s AND (%(book)s::bigint IS NULL OR i.book_id = %(book)s)",
        'i.natural_key COLLATE "C"',
        {"run": run_id, "book": book_id, "limit": limit, "offset": offset},
    )


def charge_totals(run_id: int) -> tuple[ChargeTotal, ...]:
    """What the issued bills of a run charge, by charge item."""
    sql = """
        SELECT c.code, c.name, COALESCE(sum(l.volume), 0), sum(l.amount) FROM bill b
        JOIN bill_line l ON l.bill_id = b.id JOIN charge_item c ON c.id = l.charge_item_id
        WHERE b.run_id = %s GROUP BY c.position, c.code, c.name ORDER BY c.position, c.code
    """
    return tuple(_row(ChargeTotal, row) for row in rows_of(sql, [run_id]))


def _items(where: str, order: str, params: dict[str, Any]) -> tuple[RunItemRow, ...]:
    sql = f"""
        SELECT i.id, split_part(i.natural_key, ' ', 2), COALESCE(c.name, ''), split_part(i.natural_key, ' ', 3),
               split_part(i.natural_key, ' ', 4)::int, COALESCE(k.book_no, ''), i.state, i.kind, i.volume, i.amount,
               i.exception_code, COALESCE(i.exception_params, '{{}}'::jsonb)
        FROM run_item i
        LEFT JOIN book k ON k.id = i.book_id
        LEFT JOIN LATERAL (SELECT h.customer_id FROM account_holder h WHERE h.account_id = i.account_id
                           ORDER BY h.from_date DESC LIMIT 1) AS holder ON true
        LEFT JOIN customer c ON c.id = holder.customer_id
        WHERE {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
    """
    return tuple(_item_row(row) for row in rows_of(sql, params))


def _item_row(row: tuple[Any, ...]) -> RunItemRow:
    params = row[-1]
    loaded: dict[str, Any] = json.loads(params) if isinstance(params, str) else params
    values: list[Any] = [*row[:-1], loaded]
    return RunItemRow(*values)


def _row(of: type[Any], row: tuple[Any, ...]) -> Any:
    return of(*row)

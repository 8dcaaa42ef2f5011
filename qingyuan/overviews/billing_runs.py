"""Billing runs (开账批次): the list, and one run with its books and exceptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.queries.run_plans import plan_of_run
from qingyuan.domains.billing.queries.runs import DONE_STATES
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import ChunkState, RunPurpose, RunState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view_runs"
SORTS = {"run_no": "id", "yyyymm": "period__yyyymm", "business_date": "business_date"}
MOST = 500
_OF_FEES = ("standing", "fee", "fee_import")


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the list shows it. `is_single`: a re-bill or a correction, a run of one bill. `is_standing`: of recurring
    fees, which has these instead of readings. `of_fees`: of fees of any sort.
    """

    id: int
    run_no: str
    purpose: RunPurpose
    state: RunState
    unit_id: int
    unit_name: str
    yyyymm: int
    round_no: int
    business_date: date
    scope: int
    bills: int
    amount: Decimal
    exceptions: int
    notices: int
    held: int
    is_single: bool
    is_standing: bool
    of_fees: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run. `failures`: chunks that could not be worked, as (chunk, code, detail). `done`: readings worked so far in
    the present stage. `plan`: the billing plan that started it, as (id, name).
    """

    row: RunRow
    period_id: int | None
    posting_date: date | None
    due_date: date | None
    result_hash: str
    volume: Decimal
    held_amount: Decimal
    issued_amount: Decimal
    exceptions: Mapping[str, int]
    notices: Mapping[str, int]
    created_by: str
    created_at: datetime
    calculated_at: datetime | None
    checked_by: str
    issued_by: str
    issued_at: datetime | None
    undone_by: str
    undone_at: datetime | None
    undo_reason: str
    chunk_count: int
    done: int
    stale: int
    failures: tuple[tuple[int, str, str], ...]
    version: int
    plan: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class BookProgress:
    """How far one book of a run is. `failed`: readings in chunks that could not be worked."""

    book_no: str
    book_name: str
    readings: int
    done: int
    failed: int


def run_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[RunRow, ...], int]:
    """Runs of the units that the person reaches, and how many there are. `filters`: period (Month), purpose, state,
    singles (also runs of one bill), kind (readings, fees).
    """
    wanted = Q()
    month = filters.get("period")
    if month is not None:
        wanted &= Q(period__yyyymm=month.number)
    for name in ("purpose", "state"):
        if filters.get(name):
            wanted &= Q(**{name: filters[name]})
    if not filters.get("singles"):
        single_fee = Q(selection__has_key="fee") & ~Q(selection__has_key="fee_import")
        wanted &= ~(Q(selection__has_any_keys=["replaces", "corrects"]) | single_fee)
    if filters.get("kind"):
        of_fees = Q(selection__has_any_keys=list(_OF_FEES))
        wanted &= of_fees if filters["kind"] == "fees" else ~of_fees
    runs = BillingRun.objects.filter(reach(actor, VIEW, on=on).condition("unit_id")).filter(wanted)
    order = ("-" if descending else "") + SORTS[sort]
    page = runs.select_related("unit", "period").order_by(order, "-id")[offset : offset + limit]
    return tuple(_row(run) for run in page), runs.count()


def run_page(actor: Actor, run_id: int, *, on: date, permission: str = VIEW) -> RunPage:
    """One run. Raises NotFound for one of units that the permission does not reach."""
    run = (
        BillingRun.objects.filter(reach(actor, permission, on=on).condition("unit_id"), pk=run_id)
        .select_related("unit", "period", "created_by", "checked_by", "issued_by", "undone_by")
        .first()
    )
    if run is None:
        raise NotFound(run=run_id)
    totals = run.totals or {}
    done, stale = _done(run)
    failures = RunChunk.objects.filter(run=run, state=ChunkState.FAILED).order_by("chunk_no")[:MOST]
    return RunPage(
        row=_row(run),
        period_id=run.period_id,
        posting_date=run.posting_date,
        due_date=run.due_date,
        result_hash=run.result_hash,
        volume=Decimal(str(totals.get("volume", "0"))),
        held_amount=Decimal(str(totals.get("held_amount", "0.00"))),
        issued_amount=Decimal(str(totals.get("issued_amount", "0.00"))),
        exceptions=totals.get("exceptions", {}),
        notices=totals.get("notices", {}),
        created_by=_name(run.created_by),
        created_at=run.created_at,
        calculated_at=run.calculated_at,
        checked_by=_name(run.checked_by),
        issued_by=_name(run.issued_by),
        issued_at=run.issued_at,
        undone_by=_name(run.undone_by),
        undone_at=run.undone_at,
        undo_reason=run.undo_reason,
        chunk_count=run.chunk_count,
        done=done,
        stale=stale,
        failures=tuple(failures.values_list("chunk_no", "error_code", "error_detail")),
        version=run.version,
        plan=plan_of_run(run.pk),
    )


def _row(run: BillingRun) -> RunRow:
    totals = run.totals or {}
    return RunRow(
        id=run.pk,
        run_no=run.run_no,
        purpose=RunPurpose(run.purpose),
        state=RunState(run.state),
        unit_id=run.unit_id,
        unit_name=run.unit.name,
        yyyymm=run.yyyymm,
        round_no=run.round_no,
        business_date=run.business_date,
        scope=run.scope_count,
        bills=int(totals.get("bills", 0)),
        amount=Decimal(str(totals.get("amount", "0.00"))),
        exceptions=sum(totals.get("exceptions", {}).values()),
        notices=sum(totals.get("notices", {}).values()),
        held=int(totals.get("held", 0)),
        is_single=not run.selection.keys().isdisjoint(("replaces", "corrects", "fee")),
        is_standing="standing" in run.selection,
        of_fees=not run.selection.keys().isdisjoint(_OF_FEES),
        is_paused=run.is_paused,
    )


def _name(person: Any) -> str:
    return "" if person is None else str(person.name)


_DONE = """
    SELECT COALESCE(sum(cardinality(reading_item_ids) + cardinality(standing_fee_ids)) FILTER (WHERE state = %s), 0),
           (SELECT count(*) FROM run_item WHERE run_id = %s AND state = 'STALE')
    FROM run_chunk WHERE run_id = %s
"""


def _done(run: BillingRun) -> tuple[int, int]:
    """Readings (or recurring fees) in chunks that the present stage has worked, and items that were not issued since their inputs moved."""
    worked = DONE_STATES.get(RunState(run.state), (ChunkState.ISSUED,))[0]
    row = rows_of(_DONE, [worked, run.pk, run.pk])[0]
    return int(row[0]), int(row[1])


_BOOKS = """
    SELECT b.book_no, b.name, count(*), count(*) FILTER (WHERE c.state = ANY(%s)),
           count(*) FILTER (WHERE c.state = 'FAILED')
    FROM run_chunk c CROSS JOIN LATERAL unnest(c.reading_item_ids) AS r(id)
    JOIN reading_item i ON i.id = r.id JOIN book b ON b.id = i.book_id
    WHERE c.run_id = %s GROUP BY b.id ORDER BY b.book_no LIMIT %s
"""


def book_progress(run_id: int, state: RunState) -> tuple[BookProgress, ...]:
    """The books of a run and how far its present stage is with each."""
    worked = DONE_STATES.get(state, (ChunkState.CALCULATED, ChunkState.ISSUED, ChunkState.UNDONE))
    if state is RunState.ISSUED:
        worked = (ChunkState.ISSUED,)
    return tuple(BookProgress(*row) for row in rows_of(_BOOKS, [[str(one) for one in worked], run_id, MOST]))


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An element of a run that a person should look at: `code` with `params` says why; `usual` is the mean amount of the
    point's last bills.
    """

    account_no: str
    customer_name: str
    point_no: str
    book_no: str
    state: str
    code: str
    params: Mapping[str, Any]
    volume: Decimal
    amount: Decimal
    usual: Decimal | None


_ITEMS = """
    SELECT a.account_no, COALESCE(c.name, ''), sp.point_no, COALESCE(b.book_no, ''), r.state, r.exception_code,
           COALESCE(r.exception_params::text, '{}'), r.volume, r.amount, usual.amount
    FROM run_item r JOIN account a ON a.id = r.account_id
    LEFT JOIN service_point sp ON sp.id = r.point_id LEFT JOIN book b ON b.id = r.book_id
    LEFT JOIN account_holder h ON h.account_id = a.id AND h.to_date IS NULL
    LEFT JOIN customer c ON c.id = h.customer_id
    LEFT JOIN LATERAL (
        SELECT round(avg(recent.amount), 2) AS amount FROM (
            SELECT x.amount FROM bill_live l JOIN bill x ON x.id = l.bill_id WHERE l.point_id = r.point_id
              AND x.run_id <> r.run_id
            ORDER BY l.yyyymm DESC, l.round_no DESC LIMIT 6) AS recent) AS usual ON true
    WHERE r.run_id = %s AND /*where*/
    ORDER BY GREATEST(abs(r.amount), COALESCE(usual.amount, 0)) DESC, r.natural_key LIMIT %s
"""


def run_exceptions(run_id: int) -> tuple[ItemRow, ...]:
    """What gives no bill, or was not issued, by the money that is at stake: at most 500."""
    return _items(run_id, "r.state IN ('EXCEPTION', 'STALE')")


def _items(run_id: int, where: str) -> tuple[ItemRow, ...]:
    made = []
    for row in rows_of(_ITEMS.replace("/*where*/", where), [run_id, MOST]):
        values = list(row)
        values[6] = json.loads(values[6])
        made.append(ItemRow(*values))
    return tuple(made)


def other_runs(actor: Actor, page: RunPage, *, on: date) -> tuple[tuple[int, str], ...]:
    """Runs of the same period that this one may be compared with: (id, number), newest first."""
    runs = BillingRun.objects.filter(reach(actor, VIEW, on=on).condition("unit_id"), period_id=page.period_id)
    runs = runs.exclude(pk=page.row.id).exclude(state__in=[RunState.DRAFT, RunState.CALCULATING])
    return tuple(runs.order_by("-id").values_list("id", "run_no")[:50])

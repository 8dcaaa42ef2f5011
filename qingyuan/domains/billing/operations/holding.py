"""Bills of a calculated run that wait for a person (暂缓签发): releasing what a rule held, keeping back what looks wrong."""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.db.models import F

from qingyuan.domains.billing.models import BillingRun
from qingyuan.domains.billing.operations.runs import RunNotInState, held_run, require_state
from qingyuan.domains.billing.queries.statements import array_literal, rows_of
from qingyuan.domains.billing.queries.totals import totals_of
from qingyuan.domains.billing.rules.states import HELD_BY_HAND, RunItemState, RunPurpose, RunState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import operations as staff

ItemKey = tuple[int, int]
"""Chunk and position: names an item within its run."""


class NothingToDecide(DomainError):
    """None of the chosen bills is in the state from which this could be done (所选帐单无可处理项)."""

    code = "billing.nothing_to_decide"


class ReasonMissing(DomainError):
    """Holding and releasing need a reason (请填写原因)."""

    code = "billing.reason_missing"


def release_bills(*, actor: Actor, run_id: int, items: Collection[ItemKey] | None, reason: str, on: date) -> int:
    """Let held bills of a calculated run be issued with it (放行); `items` None releases all. Returns how many.

    What is not held is passed over. Raises RunNotInState, NotPermitted, ReasonMissing, NothingToDecide.
    """
    return _decide(actor, run_id, items, RunItemState.HELD, reason, on)


def hold_bills(*, actor: Actor, run_id: int, items: Collection[ItemKey], reason: str, on: date) -> int:
    """Keep bills of a calculated run back: they are not issued, their readings stay approved for a later run. Returns how many.

    What is not to be issued anyway is passed over. Raises as release_bills.
    """
    return _decide(actor, run_id, items, RunItemState.CALCULATED, reason, on)


def _decide(
    actor: Actor, run_id: int, items: Collection[ItemKey] | None, before: RunItemState, reason: str, on: date
) -> int:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        run = held_run(run_id)
        staff.require(actor, "billing.release", on=on, unit_id=run.unit_id)
        require_state(run, RunState.CALCULATED)
        if run.purpose != RunPurpose.REAL:
            raise RunNotInState(run=run.run_no, state=run.purpose)
        holding = before is RunItemState.CALCULATED
        keys = sorted(items or ())
        moved = rows_of(
            _HOLD if holding else _RELEASE,
            {
                "run": run_id,
                "all": items is None,
                "chunks": array_literal(key[0] for key in keys),
                "positions": array_literal(key[1] for key in keys),
                "code": HELD_BY_HAND,
                "params": canonical_json({"reason": reason}),
            },
        )
        if not moved:
            raise NothingToDecide(run=run.run_no)
        with connection.cursor() as cursor:
            cursor.execute(_CHUNKS, {"run": run_id, "chunks": sorted({row[0] for row in moved})})
        BillingRun.objects.filter(pk=run_id).update(totals=totals_of(run_id), version=F("version") + 1)
        audit.record(
            actor=actor,
            action="billing.bills_held" if holding else "billing.bills_released",
            object_type="billing_run",
            object_key=run.run_no,
            company_id=run.company_id,
            unit_id=run.unit_id,
            after={"bills": len(moved), "accounts": sorted({row[1] for row in moved})[:200]},
            reason=reason,
        )
    return len(moved)


_CHOSEN = """
    r.run_id = %(run)s AND (%(all)s OR (r.chunk_no, r.position) IN (
        SELECT * FROM unnest(%(chunks)s::int[], %(positions)s::int[]))) AND a.id = r.account_id
"""
_HOLD = f"""
    UPDATE run_item r SET state = 'HELD', exception_code = %(code)s, exception_params = %(params)s::jsonb
    FROM account a WHERE r.state = 'CALCULATED' AND {_CHOSEN} RETURNING r.chunk_no, a.account_no
"""
_RELEASE = f"""
    UPDATE run_item r SET state = 'CALCULATED',
           exception_code = CASE WHEN r.exception_code = %(code)s THEN '' ELSE r.exception_code END,
           exception_params = CASE WHEN r.exception_code = %(code)s THEN NULL ELSE r.exception_params END
    FROM account a WHERE r.state = 'HELD' AND {_CHOSEN} RETURNING r.chunk_no, a.account_no
"""
_CHUNKS = """
    UPDATE run_chunk c SET bill_count = now.bills, amount = now.amount
    FROM (SELECT k.chunk_no, count(r.*) AS bills, COALESCE(sum(r.amount), 0) AS amount
          FROM unnest(%(chunks)s::int[]) AS k(chunk_no)
          LEFT JOIN run_item r ON r.run_id = %(run)s AND r.chunk_no = k.chunk_no AND r.state = 'CALCULATED'
          GROUP BY k.chunk_no) AS now
    WHERE c.run_id = %(run)s AND c.chunk_no = now.chunk_no
"""
"""What a chunk gives decides its place in the block of bill numbers."""

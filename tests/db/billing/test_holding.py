"""Held bills (暂缓签发): rules hold, a person releases or keeps back, issue takes what is not held and nothing else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, RunItem
from qingyuan.domains.billing.operations import calculate
from qingyuan.domains.billing.operations.holding import NothingToDecide, ReasonMissing
from qingyuan.domains.billing.operations.runs import RunHasNoBills, RunNotInState
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters.operations import set_value
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM, make_person

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def run(priced: PricedTown) -> BillingRun:
    """February: the second of three points used 590 m³ after 10 in January (34.50 → 2 172.70 yuan)."""
    points = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, dict.fromkeys(points, "110"))
    period = read_month(priced, FEBRUARY, dict(zip(points, ["120", "700", "130"], strict=True)))
    return calculated_run(priced, period, FEBRUARY)


def states(run: BillingRun) -> list[tuple[str, str]]:
    return list(RunItem.objects.filter(run=run).order_by("natural_key").values_list("state", "exception_code"))


def held(run: BillingRun) -> tuple[int, int]:
    waiting = RunItem.objects.get(run=run, state="HELD")
    return waiting.chunk_no, waiting.position


def test_bill_over_ten_times_the_usual_waits_and_counts_in_no_total(run: BillingRun) -> None:
    assert states(run) == [("CALCULATED", ""), ("HELD", "billing.bill_shock"), ("CALCULATED", "")]
    waiting = RunItem.objects.get(run=run, state="HELD").amount
    assert (run.totals["bills"], run.totals["held"], run.totals["held_amount"]) == (2, 1, str(waiting))
    issued = RunItem.objects.filter(run=run, state="CALCULATED").values_list("amount", flat=True)
    assert Decimal(run.totals["amount"]) == sum(issued)


def test_held_bill_is_not_issued_and_stays_for_a_later_run(priced: PricedTown, run: BillingRun) -> None:
    issue_run(run, FEBRUARY)

    assert run.totals["issued"] == 2
    assert Bill.objects.filter(run=run).count() == 2
    assert ReadingItem.objects.filter(state="APPROVED").count() == 1
    assert_books_hold()
    later = calculated_run(priced, run.period_id or 0, FEBRUARY)
    assert states(later) == [("HELD", "billing.bill_shock")]


def test_released_bill_is_issued_in_its_place_among_the_numbers(run: BillingRun) -> None:
    count = billing.release_bills(actor=SYSTEM, run_id=run.pk, items=[held(run)], reason="已核实漏水", on=FEBRUARY)

    run.refresh_from_db()
    assert (count, run.totals["bills"], run.totals["held"]) == (1, 3, 0)
    issue_run(run, FEBRUARY)
    numbers = list(Bill.objects.filter(run=run).order_by("account__account_no").values_list("bill_no", flat=True))
    assert len(numbers) == 3
    assert numbers == sorted(numbers)
    assert_books_hold()
    said = AuditEntry.objects.get(action="billing.bills_released")
    assert (said.reason, said.after) == ("已核实漏水", {"bills": 1, "accounts": ["AP000002"]})


def test_bill_kept_back_by_hand_and_released_again_is_as_before(run: BillingRun) -> None:
    before = states(run)
    total = run.totals
    first = RunItem.objects.filter(run=run).order_by("natural_key")[0]
    key = (first.chunk_no, first.position)

    billing.hold_bills(actor=SYSTEM, run_id=run.pk, items=[key], reason="等待复抄", on=FEBRUARY)
    assert states(run)[0] == ("HELD", "billing.held_by_hand")
    kept = RunItem.objects.get(run=run, exception_code="billing.held_by_hand")
    assert kept.exception_params == {"reason": "等待复抄"}
    billing.release_bills(actor=SYSTEM, run_id=run.pk, items=[key], reason="复抄无误", on=FEBRUARY)

    run.refresh_from_db()
    assert (states(run), run.totals) == (before, total)


def test_hash_is_the_same_whatever_is_held(priced: PricedTown, run: BillingRun) -> None:
    rehearsal = calculated_run(priced, run.period_id or 0, FEBRUARY, purpose=RunPurpose.REHEARSAL)
    billing.release_bills(actor=SYSTEM, run_id=run.pk, items=None, reason="已核实", on=FEBRUARY)

    run.refresh_from_db()
    assert run.result_hash == rehearsal.result_hash


def test_run_with_nothing_but_held_bills_has_nothing_to_check(run: BillingRun) -> None:
    rest = list(RunItem.objects.filter(run=run, state="CALCULATED").values_list("chunk_no", "position"))
    billing.hold_bills(actor=SYSTEM, run_id=run.pk, items=rest, reason="整册重抄", on=FEBRUARY)

    with pytest.raises(RunHasNoBills):
        billing.check_run(actor=SYSTEM, run_id=run.pk, on=FEBRUARY)


def test_refusals_change_nothing(priced: PricedTown, run: BillingRun) -> None:
    before = states(run)
    clerk = make_person(priced.unit_id, "billing.run", "billing.check")
    rehearsal = calculated_run(priced, run.period_id or 0, FEBRUARY, purpose=RunPurpose.REHEARSAL)

    with pytest.raises(NotPermitted):
        billing.release_bills(actor=clerk, run_id=run.pk, items=None, reason="试试", on=FEBRUARY)
    with pytest.raises(ReasonMissing):
        billing.release_bills(actor=SYSTEM, run_id=run.pk, items=None, reason="  ", on=FEBRUARY)
    with pytest.raises(NothingToDecide):
        billing.release_bills(actor=SYSTEM, run_id=run.pk, items=[(1, 999)], reason="已核实", on=FEBRUARY)
    with pytest.raises(RunNotInState):
        billing.release_bills(actor=SYSTEM, run_id=rehearsal.pk, items=None, reason="已核实", on=FEBRUARY)
    billing.check_run(actor=SYSTEM, run_id=run.pk, on=FEBRUARY)
    with pytest.raises(RunNotInState):
        billing.release_bills(actor=SYSTEM, run_id=run.pk, items=None, reason="已核实", on=FEBRUARY)

    assert states(run) == before


def test_both_ways_notice_and_hold_the_same_bills(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    points = make_billable_points(priced, 6)
    bill_month(priced, JANUARY, dict(zip(points, ("110", "110", "110", "100", "600", "110"), strict=True)))
    for code, value in (("billing.hold_factor", "12"), ("billing.hold_from", "1500.00")):
        set_value(actor=SYSTEM, code=code, unit_id=None, from_date=JANUARY, value=Decimal(value), reason="复核规则")
    period = read_month(priced, FEBRUARY, dict(zip(points, ("120", "190", "300", "100", "1100", "111"), strict=True)))

    def found() -> list[tuple[Any, ...]]:
        columns = ("natural_key", "state", "exception_code", "exception_params", "amount", "hash")
        run = calculated_run(priced, period, FEBRUARY, purpose=RunPurpose.REHEARSAL)
        return list(RunItem.objects.filter(run=run).order_by("natural_key").values_list(*columns))

    bulk = found()
    assert [row[1:3] for row in bulk] == [
        ("CALCULATED", ""),
        ("CALCULATED", "billing.bill_shock"),
        ("HELD", "billing.bill_shock"),
        ("CALCULATED", "billing.zero_bill"),
        ("HELD", "billing.over_limit"),
        ("CALCULATED", ""),
    ]
    monkeypatch.setattr(calculate, "calculate_bulk", lambda *_: 0)
    assert found() == bulk

"""A run from plan to issue."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import (
    Bill,
    BillingRun,
    BillLine,
    BillLive,
    RunBook,
    RunChunk,
    RunHold,
    RunItem,
    TierEntry,
)
from qingyuan.domains.billing.operations.runs import RunNotInState
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.domains.ledger.models import OpenItem
from qingyuan.workflows import run_billing
from tests.factories.billing import (
    PricedTown,
    amounts,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM

JANUARY = date(2025, 1, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def test_issue_makes_bills_with_lines_entries_and_open_items(priced: PricedTown) -> None:
    one, two = make_billable_points(priced, 2)

    bills = bill_month(priced, JANUARY, {one: "140", two: "400"})

    assert amounts(bills) == [Decimal("138.00"), Decimal("1145.40")]
    assert [line.amount for line in BillLine.objects.filter(bill=bills[1]).order_by("position")] == [
        Decimal("422.40"),
        Decimal("264.00"),
        Decimal("459.00"),
    ]
    assert list(OpenItem.objects.order_by("id").values_list("label", "amount", "due_date")) == [
        (bills[0].bill_no, Decimal("138.00"), date(2025, 2, 19)),
        (bills[1].bill_no, Decimal("1145.40"), date(2025, 2, 19)),
    ]
    assert list(TierEntry.objects.order_by("id").values_list("counter", "cycle_start_date", "position", "volume")) == [
        ("RESIDENTIAL", date(2025, 1, 1), 20250101, Decimal("40.000")),
        ("RESIDENTIAL", date(2025, 1, 1), 20250101, Decimal("300.000")),
    ]
    assert BillLive.objects.count() == 2
    assert RunBook.objects.count() == RunHold.objects.count() == 0
    assert_books_hold()


def test_next_month_starts_at_what_the_cycle_used(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_month(priced, JANUARY, {point: "300"})

    bills = bill_month(priced, date(2025, 2, 20), {point: "340"})

    assert amounts(bills) == [Decimal("165.60")]  # 20 × 1.92 + 20 × 3.30 + 40 × 0.9 × 1.70
    assert_books_hold()


def test_rehearsal_leaves_nothing_but_run_rows(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    period = read_month(priced, JANUARY, {points[0]: "140", points[1]: "110"})
    tables = ("bill", "open_item", "journal", "number_series", "tier_entry", "run_book", "run_hold", "bill_line")
    before = [_count(table) for table in tables]

    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    assert [_count(table) for table in tables] == before
    assert run.state == RunState.CALCULATED
    assert run.totals["bills"] == 2
    assert run.totals["amount"] == "172.50"


def test_same_result_for_rehearsal_and_run(priced: PricedTown) -> None:
    points = make_billable_points(priced, 3)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))

    rehearsal = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)
    run = calculated_run(priced, period, JANUARY)

    assert run.result_hash == rehearsal.result_hash


def test_changed_reading_is_stale_at_issue_and_the_others_are_issued(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))
    run = calculated_run(priced, period, JANUARY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE household_size SET people = 1")
        cursor.execute(
            "INSERT INTO household_size (company_id, account_id, people, from_date, evidence)"
            " SELECT a.company_id, a.id, 6, '2024-11-15', '' FROM account a WHERE a.account_no = 'AP000002'"
        )

    issue_run(run, JANUARY)

    assert run.state == RunState.ISSUED
    assert list(RunItem.objects.filter(run=run).order_by("position").values_list("state", flat=True)) == [
        "CALCULATED",
        "STALE",
    ]
    assert Bill.objects.count() == 1
    assert run.totals["stale"] == 1
    second = issue_run(calculated_run(priced, period, JANUARY), JANUARY)
    assert second.totals["issued"] == 1
    assert_books_hold()


def test_paused_run_begins_no_chunk_and_goes_on_where_it_stood(priced: PricedTown) -> None:
    points = make_billable_points(priced, 4)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))
    undisturbed = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)
    run_id = run_billing.calculate(
        actor=SYSTEM,
        unit_id=priced.unit_id,
        period_id=period,
        purpose=RunPurpose.REAL,
        business_date=JANUARY,
        chunk_size=1,
    )
    run_billing.work_chunk(run_id=run_id, chunk_no=1, task=run_billing.CALCULATE)

    billing.pause_run(actor=SYSTEM, run_id=run_id, on=JANUARY)
    run_billing.work_here(run_id=run_id)
    assert run_billing.work_chunk(run_id=run_id, chunk_no=2, task=run_billing.CALCULATE) == 0
    assert run_billing.reconcile() == 0
    states = list(RunChunk.objects.filter(run_id=run_id).order_by("chunk_no").values_list("state", flat=True))
    assert states == ["CALCULATED", "WAITING", "WAITING", "WAITING"]
    run_billing.go_on(actor=SYSTEM, run_id=run_id, on=JANUARY)
    run_billing.work_here(run_id=run_id)

    run = BillingRun.objects.get(pk=run_id)
    assert (run.state, run.result_hash) == (RunState.CALCULATED, undisturbed.result_hash)
    with pytest.raises(RunNotInState):
        billing.pause_run(actor=SYSTEM, run_id=run_id, on=JANUARY)


def test_run_paused_at_its_last_chunk_is_free_again_when_the_stage_is_done(priced: PricedTown) -> None:
    points = make_billable_points(priced, 1)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))
    run_id = run_billing.calculate(
        actor=SYSTEM, unit_id=priced.unit_id, period_id=period, purpose=RunPurpose.REAL, business_date=JANUARY
    )
    billing.calculate_chunk(run_id=run_id, chunk_no=1)
    billing.pause_run(actor=SYSTEM, run_id=run_id, on=JANUARY)
    run_billing.reconcile()

    run = BillingRun.objects.get(pk=run_id)
    assert (run.state, run.is_paused) == (RunState.CALCULATED, False)
    assert issue_run(run, JANUARY).state == RunState.ISSUED


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])

"""What a bill explains, and which runs a month has."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.domains.billing.rules.states import RunState
from qingyuan.kernel.period import Month
from tests.factories.billing import PricedTown, bill_month, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
D = Decimal


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def test_explanation_tells_registers_tiers_and_sums_to_the_bill(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "400"})

    told = queries.explain_bill(bill.pk)

    assert told.total == bill.amount == D("1145.40")
    amounts = [node.amount for node in told.tree.walk() if node.amount is not None]
    assert {D("422.40"), D("264.00"), D("459.00")} <= set(amounts)
    assert [(part.start_value, part.end_value) for part in told.evidence] == [(D("100.000"), D("400.000"))]
    assert told.snapshot is not None
    assert told.snapshot.after.pieces[0].steps[0].current == D("400.000")


def test_runs_of_a_month_leave_out_other_months_and_runs_of_one_bill(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    february = bill_month(priced, FEBRUARY, {point: "150"})
    billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="抄错")

    assert queries.runs_of_month(priced.company_id, Month(2025, 1)) == ((bill.run_id, RunState.ISSUED),)
    assert queries.runs_of_month(priced.company_id, Month(2025, 2)) == ((february[0].run_id, RunState.ISSUED),)

"""What the pages of bills and runs read: lines with their names, reach, what is unusual by its money."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.billing_runs import run_list, run_page, run_unusual
from qingyuan.overviews.bills import bill_page
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.platform import SYSTEM, make_person

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
D = Decimal


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def test_bill_page_says_its_lines_and_places(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})

    page = bill_page(SYSTEM, bill.bill_no, on=JANUARY)

    assert [(line.item_name, line.tier, line.amount) for line in page.lines] == [
        ("water", 1, D("76.80")),
        ("sewage", None, D("61.20")),
    ]
    assert (page.row.account_no, page.point_no, page.reversal) == ("AP000001", "P000001", None)


def test_person_of_another_unit_finds_neither_bill_nor_run(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    stranger = make_person(priced.town.utility.west_id, "billing.view", "billing.view_runs")
    neighbour = make_person(priced.unit_id, "billing.view", "billing.view_runs")

    def count(actor: Actor) -> int:
        return run_list(actor, filters={}, sort="run_no", descending=False, offset=0, limit=10, on=JANUARY)[1]

    assert bill_page(neighbour, bill.bill_no, on=JANUARY).id == bill.pk
    assert run_page(neighbour, bill.run_id, on=JANUARY).row.id == bill.run_id
    with pytest.raises(NotFound):
        bill_page(stranger, bill.bill_no, on=JANUARY)
    with pytest.raises(NotFound):
        run_page(stranger, bill.run_id, on=JANUARY)
    assert (count(stranger), count(neighbour)) == (0, 1)


def test_bill_far_over_the_last_ones_is_unusual_largest_first(priced: PricedTown) -> None:
    small, large, larger = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, dict.fromkeys([small, large, larger], "110"))
    period = read_month(priced, FEBRUARY, {small: "120", large: "300", larger: "400"})
    run = calculated_run(priced, period, FEBRUARY, purpose=RunPurpose.REHEARSAL)

    unusual = run_unusual(run.pk)

    assert [(one.point_no, one.code, one.usual) for one in unusual] == [
        ("P000003", "billing.bill_shock", D("34.50")),
        ("P000002", "billing.bill_shock", D("34.50")),
    ]
    assert unusual[0].params == {"mean": "34.50", "amount": str(unusual[0].amount)}
    assert run.totals["notices"] == {"billing.bill_shock": 2}

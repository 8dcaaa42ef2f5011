"""What the pages of bills and runs read: lines with their names, reach, what is unusual by its money."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.readings.models import ReadingPeriod
from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.billing_runs import run_list, run_page
from qingyuan.overviews.bills import bill_page
from qingyuan.overviews.run_review import Why, review_counts, review_rows
from qingyuan.overviews.run_totals import run_totals
from tests.factories.billing import (
    SH_RES,
    PricedTown,
    bill_month,
    calculated_run,
    make_billable_points,
    make_priced_town,
    publish,
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


def looked_at(run_id: int, why: Why) -> list[str]:
    """Points of the run's bills with this reason, the dearest first."""
    rows, count, amount = review_rows(run_id, why, sort="amount", descending=True, offset=0, limit=50)
    assert (count, amount) == (len(rows), sum(row.amount for row in rows))
    return [row.point_no for row in rows]


def test_bill_far_over_the_last_ones_is_noticed_largest_first(priced: PricedTown) -> None:
    small, large, larger = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, dict.fromkeys([small, large, larger], "110"))
    period = read_month(priced, FEBRUARY, {small: "120", large: "200", larger: "210"})
    run = calculated_run(priced, period, FEBRUARY, purpose=RunPurpose.REHEARSAL)

    rows, count, amount = review_rows(run.pk, Why.NOTICED, sort="amount", descending=True, offset=0, limit=50)

    assert [(one.point_no, one.code, one.usual) for one in rows] == [
        ("P000003", "billing.bill_shock", D("34.50")),
        ("P000002", "billing.bill_shock", D("34.50")),
    ]
    assert rows[0].params == {"mean": "34.50", "amount": str(rows[0].amount)}
    assert run.totals["notices"] == {"billing.bill_shock": 2}
    assert (count, amount) == (2, rows[0].amount + rows[1].amount)


NEW_PRICE = SH_RES.replace("'2013-08-01', to: null", "'2025-02-01', to: null").replace("'1.92'", "'2.10'")


def test_every_reason_to_look_finds_its_bills_and_no_others(priced: PricedTown) -> None:
    usual, none, top, waiting = make_billable_points(priced, 4)
    bill_month(priced, JANUARY, {usual: "110", none: "110", top: "110", waiting: "110"})
    (first,) = make_billable_points(priced, 1, prefix="Q")
    PriceVersion.objects.update(effective_to=date(2025, 2, 1))
    publish(priced, NEW_PRICE)
    months = {usual: "121", none: "110", top: "430", waiting: "900", first: "111"}
    run = calculated_run(priced, read_month(priced, FEBRUARY, months), FEBRUARY)

    assert looked_at(run.pk, Why.HELD) == ["P000004", "P000003"]
    assert looked_at(run.pk, Why.SHOCK) == ["P000004", "P000003"]
    assert looked_at(run.pk, Why.NOTICED) == ["P000004", "P000003", "P000002"]
    assert looked_at(run.pk, Why.ZERO) == ["P000002"]
    assert looked_at(run.pk, Why.FIRST) == ["Q000001"]
    assert looked_at(run.pk, Why.TOP_TIER) == ["P000004", "P000003"]
    assert looked_at(run.pk, Why.NEW_PRICE) == ["P000004", "P000003", "P000001", "P000002"]
    assert looked_at(run.pk, Why.NEGATIVE) == looked_at(run.pk, Why.ESTIMATED) == looked_at(run.pk, Why.LARGE) == []
    assert looked_at(run.pk, Why.ALL) == ["P000004", "P000003", "P000001", "Q000001", "P000002"]
    counts = {count.why: count.bills for count in review_counts(run.pk)}
    assert counts == {Why.HELD: 2, Why.SHOCK: 2, Why.ZERO: 1, Why.FIRST: 1, Why.TOP_TIER: 2, Why.NEW_PRICE: 4}


def test_totals_stand_beside_last_period_and_last_year(priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    bill_month(priced, JANUARY, {one: "110", other: "120"})
    run = calculated_run(priced, read_month(priced, FEBRUARY, {one: "130", other: "140"}), FEBRUARY)

    totals = run_totals(run.pk)

    assert totals.compared == (202501, None)
    water = totals.by_class[0]
    assert (water.volume, water.amount, water.amount_before, water.amount_year) == (
        D("40"),
        D("76.80"),
        D("57.60"),
        None,
    )
    (area,) = totals.by_area
    assert (area.name, area.bills, area.volume, area.amount) == ("", 2, D("40.000"), D("138.00"))
    assert (area.bills_before, area.amount_before, area.amount_year) == (2, D("103.50"), None)


def test_year_before_is_found_and_cancelled_bills_count_nowhere(priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    bills = bill_month(priced, JANUARY, {one: "110", other: "120"})
    last_year = ReadingPeriod.objects.create(company_id=priced.company_id, yyyymm=202402)
    BillingRun.objects.update(period=last_year)
    billing.cancel_bill(actor=SYSTEM, bill_id=bills[1].pk, reason="读数错", posting_date=JANUARY)
    run = calculated_run(priced, read_month(priced, FEBRUARY, {one: "130", other: "140"}), FEBRUARY)

    totals = run_totals(run.pk)

    assert totals.compared == (202402, 202402)
    assert totals.by_area[0].amount_year == bills[0].amount == D("34.50")

"""What the pages of runs and bills ask."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import queries
from qingyuan.domains.billing.rules.states import RunPurpose
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


def test_explanation_tells_registers_tiers_and_sums_to_the_bill(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "400"})

    told = queries.explain_bill(bill.pk)

    assert told.total == bill.amount == D("1145.40")
    amounts = [node.amount for node in told.after.walk() if node.amount is not None]
    assert {D("422.40"), D("264.00"), D("459.00")} <= set(amounts)
    assert [(part.start_value, part.end_value) for part in told.evidence] == [(D("100.000"), D("400.000"))]
    assert told.snapshot.after.pieces[0].steps[0].current == D("400.000")


def test_bill_page_shows_lines_and_relations(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})

    detail = queries.bill_detail(actor=SYSTEM, bill_no=bill.bill_no, on=JANUARY)

    assert [(line.charge_code, line.tier, line.amount) for line in detail.lines] == [
        ("water", 1, D("76.80")),
        ("sewage", None, D("61.20")),
    ]
    assert (detail.account_no, detail.point_no, detail.reversed_on) == ("AP000001", "P000001", None)
    assert [one.bill_no for one in queries.bills_of_account(bill.account_id)] == [bill.bill_no]


def test_person_of_another_unit_finds_neither_bill_nor_run(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    stranger = make_person(priced.town.utility.west_id, "billing.view")
    neighbour = make_person(priced.unit_id, "billing.view")

    assert queries.bill_detail(actor=neighbour, bill_no=bill.bill_no, on=JANUARY).id == bill.pk
    with pytest.raises(Exception, match="not_found"):
        queries.bill_detail(actor=stranger, bill_no=bill.bill_no, on=JANUARY)
    assert queries.run_list(actor=stranger, company_id=priced.company_id, on=JANUARY) == ()
    assert len(queries.run_list(actor=neighbour, company_id=priced.company_id, on=JANUARY)) == 1


def test_book_totals_stand_beside_the_last_period(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    bill_month(priced, JANUARY, dict.fromkeys(points, "140"))
    period = read_month(priced, FEBRUARY, dict.fromkeys(points, "150"))
    run = calculated_run(priced, period, FEBRUARY, purpose=RunPurpose.REHEARSAL)

    (total,) = queries.book_totals(run.pk)

    assert (total.item_count, total.bill_count, total.exception_count) == (2, 2, 0)
    assert (total.volume, total.amount) == (D("20.000"), D("69.00"))
    assert (total.last_count, total.last_amount) == (2, D("276.00"))


def test_bill_far_over_the_last_ones_is_noticed_largest_first(priced: PricedTown) -> None:
    small, large, larger = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, dict.fromkeys([small, large, larger], "110"))
    period = read_month(priced, FEBRUARY, {small: "120", large: "300", larger: "400"})
    run = calculated_run(priced, period, FEBRUARY, purpose=RunPurpose.REHEARSAL)

    noticed = queries.notices(run.pk)

    assert [(one.point_no, one.code) for one in noticed] == [
        ("P000003", "billing.bill_shock"),
        ("P000002", "billing.bill_shock"),
    ]
    assert noticed[0].params == {"mean": "34.50", "amount": str(noticed[0].amount)}
    assert run.totals["notices"] == {"billing.bill_shock": 2}


def test_run_page_counts_its_queries(priced: PricedTown, django_assert_max_num_queries: object) -> None:
    points = make_billable_points(priced, 2)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))
    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        queries.run_of(actor=SYSTEM, run_no=run.run_no, on=JANUARY)
        queries.book_totals(run.pk)
        queries.exceptions(run.pk)
        queries.notices(run.pk)

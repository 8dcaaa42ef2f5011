"""The main is cancelled before its subs; a sub that is billed again moves its main by a proposal."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLive, BillReversal, RerateProposal
from qingyuan.domains.billing.operations.cancel import MainBilled
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    correct_usage,
    issue_run,
    make_billable_points,
    make_priced_town,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM
from tests.factories.readings import link_sub, make_book, period_id, plan, read_and_approve

D = Decimal
JANUARY, FEBRUARY, MARCH = date(2025, 1, 20), date(2025, 2, 20), date(2025, 3, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def _cancel(bill: Bill) -> None:
    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=JANUARY, reason="错")


def test_a_sub_is_not_cancelled_before_its_main_at_any_level(priced: PricedTown) -> None:
    top, middle, sub = points = make_billable_points(priced, 3)
    link_sub(priced.town, top, middle)
    link_sub(priced.town, middle, sub)
    bills = {one.point_id: one for one in bill_month(priced, JANUARY, {top: "400", middle: "300", sub: "160"})}
    assert [bills[one].volume for one in points] == [D(100), D(140), D(60)]

    for lower, upper in ((sub, middle), (middle, top)):
        with pytest.raises(MainBilled) as refused:
            _cancel(bills[lower])
        assert refused.value.params == {"bill": bills[lower].bill_no, "main": bills[upper].bill_no}
    assert not BillReversal.objects.exists()

    for point in points:
        _cancel(bills[point])
    assert not BillLive.objects.exists()
    assert_books_hold()


def test_a_main_that_did_not_deduct_the_sub_does_not_stand_in_the_way(priced: PricedTown) -> None:
    main, sub, later = make_billable_points(priced, 3)
    link_sub(priced.town, main, sub, from_date=date(2025, 2, 1))
    bills = {one.point_id: one for one in bill_month(priced, JANUARY, {main: "200", sub: "160", later: "120"})}

    _cancel(bills[sub])
    _cancel(bills[later])

    assert list(BillLive.objects.values_list("bill_id", flat=True)) == [bills[main].pk]
    assert_books_hold()


def test_a_sub_billed_again_proposes_its_main(priced: PricedTown) -> None:
    """Main 100, sub 60 -> 50: the sub's new bill is 10 m3 less, the main's proposal 10 m3 more."""
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    bills = {one.point_id: one for one in bill_month(priced, JANUARY, {main: "200", sub: "160"})}
    correct_usage(bills[sub].reading_item_id, "50.000")

    made = billing.rebill(actor=SYSTEM, bill_id=bills[sub].pk, posting_date=FEBRUARY, reason="抄错")

    assert Bill.objects.get(pk=made.bill_id).volume == D(50)
    proposal = RerateProposal.objects.get(state="OPEN")
    assert (proposal.bill_id, proposal.amount) == (bills[main].pk, D("34.50"))  # 10 × (1.92 + 0.9 × 1.70)
    assert proposal.pk in made.proposal_ids
    applied = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=FEBRUARY)
    assert Bill.objects.get(pk=applied).volume == D(10)
    assert_books_hold()


def test_a_sub_billed_again_unchanged_proposes_nothing(priced: PricedTown) -> None:
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    bills = {one.point_id: one for one in bill_month(priced, JANUARY, {main: "200", sub: "160"})}

    made = billing.rebill(actor=SYSTEM, bill_id=bills[sub].pk, posting_date=FEBRUARY, reason="重开")

    assert made.proposal_ids == ()
    assert not RerateProposal.objects.exists()
    assert_books_hold()


def test_a_run_of_subs_is_not_undone_while_another_runs_main_stands(priced: PricedTown) -> None:
    town = priced.town
    (main,) = make_billable_points(priced, 1)
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    (sub,) = make_billable_points(priced, 1, prefix="S", book_id=other_book)
    link_sub(town, main, sub)
    plan(town, JANUARY, book_ids=[town.book_id, other_book])
    read_and_approve(sub, JANUARY, "160")
    of_sub = issue_run(calculated_run(priced, period_id(town, 202501), JANUARY, book_ids=[other_book]), JANUARY)
    read_and_approve(main, JANUARY, "200")
    of_main = issue_run(calculated_run(priced, period_id(town, 202501), JANUARY, book_ids=[town.book_id]), JANUARY)

    with pytest.raises(MainBilled) as refused:
        billing.start_undo(actor=SYSTEM, run_id=of_sub.pk, posting_date=JANUARY, reason="错")

    assert refused.value.params["main"] == Bill.objects.get(run=of_main).bill_no
    billing.start_undo(actor=SYSTEM, run_id=of_main.pk, posting_date=JANUARY, reason="错")
    assert billing.undo_chunk(actor=SYSTEM, run_id=of_main.pk, chunk_no=None) == 1
    assert billing.finish_undo(actor=SYSTEM, run_id=of_main.pk)
    billing.start_undo(actor=SYSTEM, run_id=of_sub.pk, posting_date=JANUARY, reason="错")


def test_an_estimate_settled_in_one_run_moves_a_main_of_another(priced: PricedTown) -> None:
    """The main lies in a book of its own: nobody holds its tier group while the sub's book is issued."""
    town = priced.town
    (main,) = make_billable_points(priced, 1)
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    (sub,) = make_billable_points(priced, 1, prefix="S", book_id=other_book)
    link_sub(town, main, sub)
    bill_month(priced, JANUARY, {main: "240", sub: "160"})
    plan(town, FEBRUARY)
    read_and_approve(sub, FEBRUARY, None, "02")
    read_and_approve(main, FEBRUARY, "340")
    for book in (other_book, town.book_id):
        issue_run(calculated_run(priced, period_id(town, 202502), FEBRUARY, book_ids=[book]), FEBRUARY)
    estimated = Bill.objects.get(point_id=sub, yyyymm=202502)
    plan(town, MARCH)
    read_and_approve(sub, MARCH, "180")

    run = issue_run(calculated_run(priced, period_id(town, 202503), MARCH, book_ids=[other_book]), MARCH)

    settled = Bill.objects.get(run=run, corrects_bill_id=estimated.pk).volume
    assert settled < 0
    proposal = RerateProposal.objects.get(state="OPEN")
    assert Bill.objects.get(pk=proposal.bill_id).point_id == main
    applied = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=MARCH)
    assert Bill.objects.get(pk=applied).volume == -settled
    assert_books_hold()

"""A main that a person lets go without waiting: billed at once, told on the bill, corrected when the sub comes later."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RerateProposal, RunItem
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import MainRelease
from qingyuan.domains.readings.operations.releasing import MainNotWaiting
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.queries import waiting_mains
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.overviews.verify.invariant_11_mains import INVARIANT
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.billing import PricedTown, calculated_run, issue_run, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import link_sub, make_book, period_id, plan, read_and_approve, share_difference

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def _main_with_a_far_sub(priced: PricedTown) -> tuple[int, int, int, int]:
    """Main 200 less a sub of 60 read with it and one in another book that is not read: main, near, far, that book."""
    town = priced.town
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    main, near = make_billable_points(priced, 2, prefix="P")
    (far,) = make_billable_points(priced, 1, prefix="FAR", book_id=other_book)
    link_sub(town, main, near)
    link_sub(town, main, far)
    plan(town, JANUARY, book_ids=[town.book_id, other_book])
    read_and_approve(main, JANUARY, "300")
    read_and_approve(near, JANUARY, "160")
    return main, near, far, other_book


def _release(priced: PricedTown, main: int, *sub_nos: str, reason: str = "分表门锁，业主已知") -> tuple[str, ...]:
    return readings.release_main(
        actor=SYSTEM,
        main_id=main,
        period_id=period_id(priced.town, 202501),
        sub_nos=sub_nos,
        reason=reason,
        on=JANUARY,
    )


def _said(bill: Bill) -> list[str]:
    return [node.text(lambda label: label) for node in explain_bill(bill.pk).tree.walk()]


def _all_holds() -> None:
    assert list(INVARIANT.check()) == []
    assert list(differing_bills()) == []
    assert_books_hold()


def test_a_main_let_go_is_billed_without_the_sub_and_corrected_when_it_comes(priced: PricedTown) -> None:
    main, near, far, other_book = _main_with_a_far_sub(priced)
    period = period_id(priced.town, 202501)
    waits = waiting_mains(period_id=period)

    released = _release(priced, main, "FAR000001", "P000002")
    run = issue_run(calculated_run(priced, period, JANUARY, book_ids=[priced.town.book_id]), JANUARY)

    assert [(row.point_no, row.waiting_subs) for row in waits] == [("P000001", ("FAR000001",))]
    assert released == ("FAR000001",)
    assert waiting_mains(period_id=period) == ()
    bill = Bill.objects.get(run=run, point_id=main)
    assert bill.volume == D(140)
    said = _said(bill)
    assert "Less sub-meter P000002, which has its own bill: 60 m³" in said
    assert (
        "Sub-meter FAR000001 has not been read yet and is not taken off; when it is billed, this bill is corrected"
        in said
    )
    assert "Decided on 2025-01-20: 分表门锁，业主已知" in said
    assert '["LEFT_OUT","0.000","FAR000001",null,null,null]' in bill.snapshot
    entry = AuditEntry.objects.get(action="readings.release_main")
    assert (entry.object_key, entry.reason) == ("P000001", "分表门锁，业主已知")
    assert (entry.after or {})["without"] == ["FAR000001"]
    _all_holds()

    read_and_approve(far, JANUARY, "130")
    issue_run(calculated_run(priced, period, FEBRUARY, book_ids=[other_book]), FEBRUARY)

    proposal = RerateProposal.objects.get(state="OPEN")
    assert proposal.bill_id == bill.pk
    applied = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=FEBRUARY)
    assert Bill.objects.get(pk=applied).volume == D(-30)
    assert not RerateProposal.objects.filter(state="OPEN").exists()
    assert near
    _all_holds()


def test_a_sub_that_is_approved_before_the_main_is_billed_is_taken_off_all_the_same(priced: PricedTown) -> None:
    main, _, far, _ = _main_with_a_far_sub(priced)
    period = period_id(priced.town, 202501)
    _release(priced, main, "FAR000001")
    run = calculated_run(priced, period, JANUARY, book_ids=[priced.town.book_id])
    read_and_approve(far, JANUARY, "130")

    issue_run(run, JANUARY)

    assert not Bill.objects.filter(point_id=main).exists()  # it was calculated without the sub: stale
    issue_run(calculated_run(priced, period, JANUARY), JANUARY)
    bill = Bill.objects.get(point_id=main)
    assert bill.volume == D(110)
    assert not any("has not been read yet" in each for each in _said(bill))
    assert not RerateProposal.objects.filter(state="OPEN").exists()
    _all_holds()


def test_a_difference_that_cannot_be_known_is_not_shared_this_time(priced: PricedTown) -> None:
    """The main could not be read: its subs are billed what their own meters show, and say why."""
    town = priced.town
    (main,) = make_billable_points(priced, 1, prefix="MAIN", never_billed=True)
    subs = make_billable_points(priced, 2, prefix="SUB")
    share_difference(town, main, subs)
    plan(town, JANUARY)
    for point in subs:
        read_and_approve(point, JANUARY, "130")
    period = period_id(town, 202501)
    waits = waiting_mains(period_id=period)

    _release(priced, main, reason="总表损坏，已报修")
    issue_run(calculated_run(priced, period, JANUARY), JANUARY)

    assert [(row.point_no, row.waiting_subs) for row in waits] == [("MAIN000001", ("MAIN000001",))]
    assert waiting_mains(period_id=period) == ()
    bills = list(Bill.objects.filter(point_id__in=subs))
    assert [bill.volume for bill in bills] == [D(30), D(30)]
    said = _said(bills[0])
    assert "The difference at main meter MAIN000001 is not shared this time" in said
    assert "Decided on 2025-01-20: 总表损坏，已报修" in said
    read_and_approve(main, JANUARY, "200")
    billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=FEBRUARY)
    assert not RerateProposal.objects.filter(state="OPEN").exists()
    _all_holds()


def test_a_main_with_an_account_goes_without_its_missing_subs_too(priced: PricedTown) -> None:
    town = priced.town
    (main,) = make_billable_points(priced, 1, prefix="MAIN")
    one, other = make_billable_points(priced, 2, prefix="SUB")
    share_difference(town, main, [one, other])
    plan(town, JANUARY)
    read_and_approve(main, JANUARY, "200")
    read_and_approve(one, JANUARY, "130")

    released = _release(priced, main)
    issue_run(calculated_run(priced, period_id(town, 202501), JANUARY), JANUARY)

    assert released == ("SUB000002",)
    assert {bill.point_id: bill.volume for bill in Bill.objects.all()} == {main: D(70), one: D(30)}
    _all_holds()


def test_refusals_change_nothing(priced: PricedTown) -> None:
    main, near, _, _ = _main_with_a_far_sub(priced)
    stranger = make_person(priced.town.utility.west_id, "readings.release_mains", login="stranger")

    tried: list[tuple[type[DomainError], Callable[[], object]]] = [
        (ReasonMissing, lambda: _release(priced, main, "FAR000001", reason=" ")),
        (MainNotWaiting, lambda: _release(priced, main, "P000002")),
        (MainNotWaiting, lambda: _release(priced, near, "FAR000001")),
        (
            NotPermitted,
            lambda: readings.release_main(
                actor=stranger,
                main_id=main,
                period_id=period_id(priced.town, 202501),
                sub_nos=["FAR000001"],
                reason="试",
                on=JANUARY,
            ),
        ),
    ]
    for refusal, act in tried:
        with pytest.raises(refusal):
            act()
    assert not MainRelease.objects.exists()

    _release(priced, main, "FAR000001")
    with pytest.raises(MainNotWaiting):
        _release(priced, main, "FAR000001")
    assert MainRelease.objects.count() == 1
    run = calculated_run(priced, period_id(priced.town, 202501), JANUARY, book_ids=[priced.town.book_id])
    assert set(RunItem.objects.filter(run=run).values_list("exception_code", flat=True)) == {""}

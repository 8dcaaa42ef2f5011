"""A main's difference shared among its subs: in a run, over levels, and when something stands against it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, RerateProposal, RunItem
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.billing.rules.snapshot_reading import parse
from qingyuan.domains.meters.models import ServicePoint
from qingyuan.domains.readings.operations import adjust_volume
from qingyuan.domains.readings.queries import consumption_facts
from qingyuan.kernel.period import Month
from qingyuan.overviews.verify.invariant_11_mains import INVARIANT
from tests.factories.billing import (
    PricedTown,
    account_of,
    bill_month,
    calculated_run,
    correct_usage,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM
from tests.factories.readings import (
    link_sub,
    make_book,
    period_id,
    plan,
    read,
    read_and_approve,
    reading_item,
    share_difference,
)

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def _unbilled_main(priced: PricedTown, prefix: str = "MAIN") -> int:
    return make_billable_points(priced, 1, prefix=prefix, never_billed=True)[0]


def _volumes(bills: list[Bill]) -> dict[int | None, Decimal]:
    return {bill.point_id: bill.volume for bill in bills}


def _said(bill: Bill) -> list[str]:
    return [node.text(lambda label: label) for node in explain_bill(bill.pk).tree.walk()]


def _against(run: BillingRun) -> dict[str, str]:
    rows = RunItem.objects.filter(run=run).exclude(exception_code="")
    return dict(rows.values_list("point__point_no", "exception_code"))


def _overwrite(bill: Bill, snapshot: str) -> None:
    """What no operation could do: with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE bill SET snapshot = %s WHERE id = %s", [snapshot, bill.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def _all_holds() -> None:
    assert list(INVARIANT.check()) == []
    assert list(differing_bills()) == []
    assert_books_hold()


def test_subs_share_the_difference_by_usage_and_their_bills_say_so(priced: PricedTown) -> None:
    """1000 − (300 + 400 + 260) = 40, shared 12, 17, 11; a neighbour under no main is billed in bulk as ever."""
    main = _unbilled_main(priced)
    subs = make_billable_points(priced, 3, prefix="SUB")
    (neighbour,) = make_billable_points(priced, 1, prefix="N")
    share_difference(priced.town, main, subs)

    bills = bill_month(
        priced, JANUARY, {main: "1100", subs[0]: "400", subs[1]: "500", subs[2]: "360", neighbour: "160"}
    )

    assert _volumes(bills) == {subs[0]: D(312), subs[1]: D(417), subs[2]: D(271), neighbour: D(60)}
    of_first = next(bill for bill in bills if bill.point_id == subs[0])
    said = _said(of_first)
    assert "Share of the difference at main meter MAIN000001: 12 m³" in said
    assert "Main meter 1000 − its sub-meters 960 = 40 m³, of which 40 m³ are shared" in said
    assert "Shared by usage: 40 × 300 ÷ 960, rounded so that all shares sum to 40: 12 m³" in said
    assert '["LOSS","12.000","MAIN000001","960.000","1000.000",null,"VOLUME","40.000","300.000","960.000"]' in (
        of_first.snapshot
    )
    assert any("reading 400 − previous 100 = 300 m³" in each for each in said)
    in_bulk = RunItem.objects.filter(run=of_first.run_id, fingerprint__isnull=False)
    assert list(in_bulk.values_list("point_id", flat=True)) == [neighbour]
    _all_holds()


@pytest.mark.parametrize(
    ("terms", "volumes"),
    [
        ({"method": "COUNT"}, (D(34), D(3), D(63))),
        ({"method": "COUNT", "scale": 3}, (D("33.334"), D("3.333"), D("63.333"))),
        ({"method": "FIXED", "shares": ("0.5", "0.2", "0.1")}, (D(35), D(2), D(61))),
        ({"method": "VOLUME", "cap": "0.03"}, (D(31), D(0), D(62))),
    ],
)
def test_ways_of_sharing(priced: PricedTown, terms: dict[str, object], volumes: tuple[Decimal, ...]) -> None:
    main = _unbilled_main(priced)
    subs = make_billable_points(priced, 3, prefix="SUB")
    share_difference(priced.town, main, subs, **terms)  # type: ignore[arg-type]

    bills = bill_month(priced, JANUARY, {main: "200", subs[0]: "130", subs[1]: "100", subs[2]: "160"})

    assert _volumes(bills) == dict(zip(subs, volumes, strict=True))
    _all_holds()


def test_a_main_with_an_account_is_billed_what_is_not_shared(priced: PricedTown) -> None:
    """1000 − 960 = 40, at most 3 % of 1000 are shared: 30 among the subs, 10 stay."""
    (main,) = make_billable_points(priced, 1, prefix="MAIN")
    subs = make_billable_points(priced, 3, prefix="SUB")
    share_difference(priced.town, main, subs, cap="0.03")

    bills = bill_month(priced, JANUARY, {main: "1100", subs[0]: "400", subs[1]: "500", subs[2]: "360"})

    assert _volumes(bills) == {main: D(10), subs[0]: D(309), subs[1]: D(413), subs[2]: D(268)}
    assert sum(bill.volume for bill in bills) == D(1000)
    said = _said(next(bill for bill in bills if bill.point_id == main))
    assert "Less what its sub-meters share of the difference: 30 m³" in said
    assert "Less sub-meter SUB000002, which has its own bill: 400 m³" in said
    _all_holds()


def test_a_main_hands_down_what_it_took_from_above(priced: PricedTown) -> None:
    """Top 200 over two mains of 100 and 80: 20, by usage 11 and 9. The first hands down 100 + 11 − 90 = 21."""
    top, first, second = (_unbilled_main(priced, name) for name in ("TOP", "FIRST", "SECOND"))
    subs = make_billable_points(priced, 3, prefix="SUB")
    share_difference(priced.town, top, [first, second])
    share_difference(priced.town, first, subs[:2], method="COUNT")
    share_difference(priced.town, second, subs[2:])

    values = {top: "300", first: "200", second: "180", subs[0]: "140", subs[1]: "150", subs[2]: "180"}
    bills = bill_month(priced, JANUARY, values)

    assert _volumes(bills) == {subs[0]: D(51), subs[1]: D(60), subs[2]: D(89)}
    assert sum(bill.volume for bill in bills) == D(200)
    _all_holds()


def test_a_sub_that_is_a_main_itself_takes_its_share_before_its_subs_are_taken_off(priced: PricedTown) -> None:
    top = _unbilled_main(priced)
    middle, sub, other = make_billable_points(priced, 3, prefix="SUB")
    share_difference(priced.town, top, [middle, other], method="COUNT")
    link_sub(priced.town, middle, sub)

    bills = bill_month(priced, JANUARY, {top: "300", middle: "200", sub: "190", other: "190"})

    assert _volumes(bills) == {middle: D(15), sub: D(90), other: D(95)}
    assert "Share of the difference at main meter MAIN000001: 5 m³" in _said(
        next(bill for bill in bills if bill.point_id == middle)
    )
    _all_holds()


def test_nobody_is_billed_before_the_main_and_all_subs_are_approved(priced: PricedTown) -> None:
    town = priced.town
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    main = _unbilled_main(priced)
    subs = make_billable_points(priced, 2, prefix="SUB")
    (far,) = make_billable_points(priced, 1, prefix="FAR", book_id=other_book)
    share_difference(town, main, [*subs, far])
    plan(town, JANUARY, book_ids=[town.book_id])
    for point in subs:
        read_and_approve(point, JANUARY, "130")
    read(main, JANUARY, "200")
    period = period_id(town, 202501)

    before = calculated_run(priced, period, JANUARY)
    of_first = reading_item(subs[0], 202501)
    waiting = consumption_facts([of_first.pk])[of_first.pk].shared.waiting

    assert _against(before) == {"SUB000001": "billing.waiting_share", "SUB000002": "billing.waiting_share"}
    assert waiting == ("MAIN000001", "FAR000001")


def test_a_main_below_its_subs_stands_against_all_of_them_with_both_figures(priced: PricedTown) -> None:
    main = _unbilled_main(priced)
    subs = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, main, subs)
    period = read_month(priced, JANUARY, {main: "150", subs[0]: "130", subs[1]: "130"})

    run = calculated_run(priced, period, JANUARY)

    found = RunItem.objects.filter(run=run).order_by("point_id")
    assert [row.exception_code for row in found] == ["billing.negative_difference"] * 2
    assert found[0].exception_params == {"main": "MAIN000001", "volume": "50.000", "subs": "60.000"}


def test_a_sub_without_account_counts_but_takes_no_share(priced: PricedTown) -> None:
    main = _unbilled_main(priced)
    pump = _unbilled_main(priced, "PUMP")
    (sub,) = make_billable_points(priced, 1, prefix="SUB")
    share_difference(priced.town, main, [pump, sub])

    bills = bill_month(priced, JANUARY, {main: "200", pump: "130", sub: "160"})

    assert _volumes(bills) == {sub: D(70)}  # 100 − (30 + 60) = 10, all of it the sub's
    _all_holds()


def test_a_main_that_is_not_read_in_the_period_shares_nothing(priced: PricedTown) -> None:
    town = priced.town
    bimonthly = make_book(town.company_id, town.utility.east_id, "01-B", months_interval=2, phase_month=2)
    (main,) = make_billable_points(priced, 1, prefix="MAIN", never_billed=True, book_id=bimonthly)
    (sub,) = make_billable_points(priced, 1, prefix="SUB")
    share_difference(town, main, [sub])
    plan(town, JANUARY, book_ids=[town.book_id])
    read_and_approve(sub, JANUARY, "160")

    run = calculated_run(priced, period_id(town, 202501), JANUARY)

    assert list(RunItem.objects.filter(run=run).values_list("state", "volume")) == [("CALCULATED", D(60))]


def test_a_share_that_was_not_billed_or_billed_twice_is_named(priced: PricedTown) -> None:
    main = _unbilled_main(priced)
    subs = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, main, subs)
    bills = bill_month(priced, JANUARY, {main: "200", subs[0]: "130", subs[1]: "160"})
    assert ServicePoint.objects.get(pk=main).never_billed
    text = bills[0].snapshot
    assert '["LOSS","3.000"' in text  # 100 − (30 + 60) = 10: 3 and 7

    _overwrite(bills[0], text.replace('["LOSS","3.000"', '["LOSS","9.000"'))
    too_much = [breach.key for breach in INVARIANT.check()]
    _overwrite(bills[0], text.replace('["LOSS","3.000"', '["METER","3.000"'))
    none = [(breach.table, breach.key) for breach in INVARIANT.check()]

    assert too_much == ["MAIN000001"]
    assert ("bill", bills[0].bill_no) in none


def _open_proposals() -> dict[int, Decimal]:
    """What is proposed, by point: the correction's volume."""
    found = RerateProposal.objects.filter(state="OPEN").order_by("id")
    changed = {}
    for proposal in found:
        snapshot = parse(proposal.detail["snapshot"])
        assert snapshot.before is not None
        changed[Bill.objects.get(pk=proposal.bill_id).point_id or 0] = snapshot.after.usage - snapshot.before.usage
    return changed


def _apply_all() -> list[Bill]:
    ids = list(RerateProposal.objects.filter(state="OPEN").values_list("pk", flat=True))
    applied = billing.apply_proposals(actor=SYSTEM, proposal_ids=ids, posting_date=FEBRUARY)
    assert applied.refused == ()
    return list(Bill.objects.filter(pk__in=applied.bill_ids))


def _propose(priced: PricedTown) -> dict[int, Decimal]:
    billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=FEBRUARY)
    return _open_proposals()


def test_a_sub_corrected_later_moves_its_own_bill_and_the_shares_of_all(priced: PricedTown) -> None:
    """Main 200, subs 60 and 100: 40, shared 15 and 25. The first was really 80: 20, shared 9 and 11."""
    main = _unbilled_main(priced)
    one, other = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, main, [one, other])
    bills = bill_month(priced, JANUARY, {main: "300", one: "160", other: "200"})
    assert _volumes(bills) == {one: D(75), other: D(125)}
    adjust_volume(actor=SYSTEM, reading_item_id=reading_item(one, 202501).pk, volume=D(80), reason="抄错", on=FEBRUARY)

    proposed = _propose(priced)
    corrections = _apply_all()

    assert proposed == {one: D(14), other: D(-14)}
    assert sum(bill.volume for bill in corrections) == 0
    assert _propose(priced) == {}
    _all_holds()


def test_a_main_that_is_never_billed_and_is_corrected_moves_the_shares(priced: PricedTown) -> None:
    """Its reading is never billed, so that no change of billed usage tells of it."""
    main = _unbilled_main(priced)
    one, other = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, main, [one, other], method="COUNT")
    bill_month(priced, JANUARY, {main: "300", one: "160", other: "200"})
    later_than_the_bills()
    adjust_volume(
        actor=SYSTEM, reading_item_id=reading_item(main, 202501).pk, volume=D(180), reason="抄错", on=FEBRUARY
    )

    assert _propose(priced) == {one: D(-10), other: D(-10)}
    _apply_all()
    assert _propose(priced) == {}
    _all_holds()


def test_a_correction_at_the_top_goes_down_all_levels(priced: PricedTown) -> None:
    top, middle = _unbilled_main(priced, "TOP"), _unbilled_main(priced, "MID")
    one, other = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, top, [middle])
    share_difference(priced.town, middle, [one, other], method="COUNT")
    bill_month(priced, JANUARY, {top: "220", middle: "210", one: "150", other: "150"})  # 10 from above, 10 of its own
    later_than_the_bills()
    adjust_volume(actor=SYSTEM, reading_item_id=reading_item(top, 202501).pk, volume=D(130), reason="抄错", on=FEBRUARY)

    assert _propose(priced) == {one: D(5), other: D(5)}


def test_a_sub_billed_again_proposes_those_that_share_with_it(priced: PricedTown) -> None:
    main = _unbilled_main(priced)
    one, other = make_billable_points(priced, 2, prefix="SUB")
    share_difference(priced.town, main, [one, other])
    bills = {bill.point_id: bill for bill in bill_month(priced, JANUARY, {main: "300", one: "160", other: "200"})}
    correct_usage(bills[one].reading_item_id, "80.000")

    made = billing.rebill(actor=SYSTEM, bill_id=bills[one].pk, posting_date=FEBRUARY, reason="抄错")

    assert Bill.objects.get(pk=made.bill_id).volume == D(89)
    assert _open_proposals() == {other: D(-14)}
    _apply_all()
    _all_holds()


def test_a_run_proposes_what_was_billed_before_a_sub_changed(priced: PricedTown) -> None:
    """Two books: the first sub is billed, then the second's approved reading is corrected, then the second is billed."""
    town = priced.town
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    main = _unbilled_main(priced)
    (one,) = make_billable_points(priced, 1, prefix="SUB")
    (other,) = make_billable_points(priced, 1, prefix="FAR", book_id=other_book)
    share_difference(town, main, [one, other])
    plan(town, JANUARY, book_ids=[town.book_id, other_book])
    for point, value in {main: "300", one: "160", other: "200"}.items():
        read_and_approve(point, JANUARY, value)
    period = period_id(town, 202501)
    issue_run(calculated_run(priced, period, JANUARY, book_ids=[town.book_id]), JANUARY)
    adjust_volume(
        actor=SYSTEM, reading_item_id=reading_item(other, 202501).pk, volume=D(120), reason="抄错", on=JANUARY
    )

    issue_run(calculated_run(priced, period, JANUARY, book_ids=[other_book]), JANUARY)

    assert Bill.objects.get(point_id=other).volume == D(133)  # 200 − 180 = 20: 7 and 13
    assert _open_proposals() == {one: D(-8)}
    _apply_all()
    _all_holds()


def test_links_registered_for_a_past_date_come_into_the_bills_by_corrections(priced: PricedTown) -> None:
    main = _unbilled_main(priced)
    one, other = make_billable_points(priced, 2, prefix="SUB")
    bill_month(priced, JANUARY, {main: "300", one: "160", other: "200"})
    share_difference(priced.town, main, [one, other])
    named = {breach.table for breach in INVARIANT.check()}

    accounts = [account_of(point) for point in (one, other)]
    billing.rerate_accounts(actor=SYSTEM, account_ids=accounts, since=Month.of(JANUARY), on=FEBRUARY)

    assert named == {"bill"}
    assert _open_proposals() == {one: D(15), other: D(25)}
    _apply_all()
    _all_holds()


def later_than_the_bills() -> None:
    """Within one transaction all of a test's rows have one time: the bills' is put before what follows."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_run SET calculated_at = calculated_at - interval '1 minute'")

"""Looking at past bills again (复算): facts corrected later become the smallest corrections, to the fen."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLine, RerateProposal, TierEntry
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.customers.models import Account, HouseholdSize
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.readings.models import ConsumptionChangeHandling
from qingyuan.domains.readings.operations import adjust_volume
from qingyuan.domains.tariffs.models import PriceVersion, UsageClass
from qingyuan.kernel.errors import NotPermitted
from qingyuan.kernel.period import Month
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.billing import (
    SH_RES,
    PricedTown,
    account_of,
    amounts,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    publish,
    share_group,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import OPENED, link_sub, period_id, plan, read_and_approve

D = Decimal
JANUARY = Month(2025, 1)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def day(month: int) -> date:
    return date(2025, month, 20)


def three_bills(priced: PricedTown, point: int) -> list[Bill]:
    """January to March, 120 m³ each: 414.00, 441.60 (20 m³ in tier 2), 639.60 (60 in tier 2, 60 in tier 3)."""
    bills = [bill_month(priced, day(month), {point: str(100 + 120 * month)})[0] for month in (1, 2, 3)]
    assert amounts(bills) == [D("414.00"), D("441.60"), D("639.60")]
    return bills


def rerate(*points: int, since: Month = JANUARY) -> billing.Rerated:
    return billing.rerate_accounts(
        actor=SYSTEM, account_ids=[account_of(point) for point in points], since=since, on=day(4)
    )


def reading_of(bill: Bill) -> int:
    assert bill.reading_item_id is not None
    return bill.reading_item_id


def proposed() -> dict[int, Decimal]:
    return {row.bill_id: row.amount for row in RerateProposal.objects.filter(state="OPEN").order_by("id")}


def apply_all() -> list[Bill]:
    ids = list(RerateProposal.objects.filter(state="OPEN").order_by("id").values_list("id", flat=True))
    done = billing.apply_proposals(actor=SYSTEM, proposal_ids=ids, posting_date=day(4))
    assert done.refused == ()
    return [Bill.objects.get(pk=one) for one in done.bill_ids]


def six_people(priced: PricedTown, point: int) -> None:
    HouseholdSize.objects.create(
        company_id=priced.company_id, account_id=account_of(point), people=6, from_date=OPENED, evidence="户口簿"
    )


def test_wrong_household_size_over_three_issued_periods(priced: PricedTown) -> None:
    """Six people have 2 × 72 m³ more: limits 364 and 444, so that all 360 m³ are in tier 1 and each month is 414.00."""
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    six_people(priced, point)

    result = rerate(point)

    assert (result.bills, result.amount, result.refused) == (3, D("-253.20"), ())
    assert proposed() == {bills[1].pk: D("-27.60"), bills[2].pk: D("-225.60")}
    assert Bill.objects.count() == 3, "nothing is posted before a person applies it"
    assert RerateProposal.objects.filter(state="OPEN")[0].detail["changes"] == [["people", "", "6"]]
    used = sum(TierEntry.objects.values_list("volume", flat=True))
    corrections = apply_all()
    assert [(bill.kind, bill.posting_date, bill.corrects_bill_id) for bill in corrections] == [
        ("REFUND", day(4), bills[1].pk),
        ("REFUND", day(4), bills[2].pk),
    ]
    told = explain_bill(corrections[1].pk).tree
    assert [dict(node.values) for node in told.children if node.code == "fact_people"] == [{"now": "6", "before": "—"}]
    lines = BillLine.objects.filter(bill=corrections[1]).order_by("position")
    assert {(line.tier, line.volume): line.amount for line in lines} == {
        (1, D("120.000")): D("230.40"),
        (2, D("-60.000")): D("-198.00"),
        (3, D("-60.000")): D("-258.00"),
    }
    assert sum(TierEntry.objects.values_list("volume", flat=True)) == used, "no volume moved"
    assert_books_hold()
    assert rerate(point)._replace(bills=0) == billing.Rerated(0, (), D("0.00"), ())


def test_month_from_which_on_is_kept_to(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    six_people(priced, point)

    rerate(point, since=Month(2025, 3))

    assert proposed() == {bills[2].pk: D("-225.60")}


def test_class_corrected_from_a_past_date(priced: PricedTown) -> None:
    """Industry pays 3.04 + 0.9 × 2.18 = 5.002 a m³: 600.24 for 120 m³."""
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    UsageShare.objects.filter(point_id=point).update(usage_class_id=priced.classes["INDUSTRY"])

    rerate(point)

    assert proposed() == {bills[0].pk: D("186.24"), bills[1].pk: D("158.64"), bills[2].pk: D("-39.36")}
    fact, before, now = RerateProposal.objects.filter(state="OPEN")[0].detail["changes"][0]
    assert (fact, before, now) == ("classes", "sh-res (2013-08-01)", "sh-ind (2013-08-01)")
    apply_all()
    assert_books_hold()


def test_price_published_late_for_a_past_date(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    PriceVersion.objects.filter(plan__code="sh-res").update(effective_to=date(2025, 2, 20))
    publish(priced, SH_RES.replace("'2013-08-01', to: null", "'2025-02-20', to: null").replace("'4.30'", "'5.00'"))

    rerate(point)

    assert proposed() == {bills[2].pk: D("42.00")}  # 60 m³ × 0.70, from the reading of 20 February on
    apply_all()
    assert_books_hold()


def test_members_of_the_same_tier_room_are_looked_at_too(priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    share_group([account_of(one), account_of(other)], "G-共")
    bills = bill_month(
        priced, day(1), {one: "300", other: "300"}
    )  # 200 + 200: 20 in tier 1, 80 in tier 2, 100 in tier 3
    assert amounts(bills) == [D("690.00"), D("1038.40")]
    six_people(priced, one)

    rerate(one)

    assert proposed() == {}, "the room is as large as the people of each account's own bill say"
    six_people(priced, other)
    rerate(one)
    assert list(proposed()) == [bills[1].pk]


def test_corrected_reading_and_household_together_and_later_bills_follow(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    six_people(priced, point)
    adjust_volume(actor=SYSTEM, reading_item_id=reading_of(bills[0]), volume=D("220"), reason="漏记一位", on=day(4))

    rerate(point)

    # January 220 m³: 422.40 + 336.60; February 120: 120 in tier 1 (340 of 364); March 24 in tier 1, 80 in tier 2, 16 in tier 3
    now = [D("759.00"), D("414.00"), D("46.08") + D("264.00") + D("68.80") + D("183.60")]
    expected = {bill.pk: new - bill.amount for bill, new in zip(bills, now, strict=True) if new != bill.amount}
    assert proposed() == expected
    apply_all()
    assert ConsumptionChangeHandling.objects.count() == 1
    live = sum(Bill.objects.values_list("amount", flat=True))
    assert live == sum(now)
    assert rerate(point).proposal_ids == ()
    assert_books_hold()


def test_open_proposal_about_facts_is_worked_out_again_when_an_earlier_bill_moves(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    six_people(priced, point)
    rerate(point)
    adjust_volume(actor=SYSTEM, reading_item_id=reading_of(bills[0]), volume=D("220"), reason="漏记一位", on=day(4))
    rebilled = billing.rebill(actor=SYSTEM, bill_id=bills[0].pk, posting_date=day(4), reason="漏记一位")

    march = RerateProposal.objects.get(bill_id=bills[2].pk, state="OPEN")
    assert march.detail["reason"] == "FACTS_CHANGED"
    assert march.amount == D("562.48") - D("639.60")
    assert Bill.objects.get(pk=rebilled.bill_id).amount == D("759.00")
    apply_all()
    assert rerate(point).proposal_ids == ()
    assert_books_hold()


def test_proposal_falls_when_the_fact_was_right_after_all(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    three_bills(priced, point)
    six_people(priced, point)
    rerate(point)
    HouseholdSize.objects.all().delete()

    rerate(point)

    assert proposed() == {}


def test_closed_account_is_looked_at_and_a_missing_price_is_told(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = three_bills(priced, point)
    six_people(priced, point)
    Account.objects.filter(pk=account_of(point)).update(state="CLOSED", closed_date=day(4))
    assert rerate(point).amount == D("-253.20")
    without_plan = UsageClass.objects.create(company_id=priced.company_id, code="NEW", name="未定价")
    UsageShare.objects.filter(point_id=point).update(usage_class=without_plan)

    result = rerate(point)

    assert [number for number, _ in result.refused] == [bill.bill_no for bill in bills]
    assert {refusal.code for _, refusal in result.refused} == {"billing.no_assignment"}


def test_sub_corrected_after_its_main_was_billed_moves_the_main(priced: PricedTown) -> None:
    """Main 100, sub 60 → 50: the main pays for 10 m³ more, the sub for 10 less."""
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    bills = {bill.point_id: bill for bill in bill_month(priced, day(1), {main: "200", sub: "160"})}
    assert (bills[main].volume, bills[sub].volume) == (D("40.000"), D("60.000"))
    adjust_volume(actor=SYSTEM, reading_item_id=reading_of(bills[sub]), volume=D("50"), reason="分表抄错", on=day(4))

    billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(4))

    assert proposed() == {bills[sub].pk: D("-34.50"), bills[main].pk: D("34.50")}  # 10 × (1.92 + 0.9 × 1.70)
    corrections = apply_all()
    assert sorted(bill.volume for bill in corrections) == [D("-10.000"), D("10.000")]
    assert_books_hold()


def test_estimated_sub_settled_later_moves_its_main(priced: PricedTown) -> None:
    """The sub's February is estimated, and settled by the reading of March: the main had deducted the estimate."""
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    bill_month(priced, day(1), {main: "240", sub: "160"})
    plan(priced.town, day(2))
    read_and_approve(main, day(2), "340")
    read_and_approve(sub, day(2), None, "02")
    run = issue_run(calculated_run(priced, period_id(priced.town, 202502), day(2)), day(2))
    february = {bill.point_id: bill for bill in Bill.objects.filter(run=run)}
    assert february[sub].kind == "ESTIMATED"

    bill_month(priced, day(3), {main: "440", sub: "180"})

    settled = Bill.objects.get(corrects_bill_id=february[sub].pk).volume
    assert settled < 0
    more = [(-settled * price).quantize(D("0.01")) for price in (D("1.92"), D("0.9") * D("1.70"))]
    assert proposed() == {february[main].pk: sum(more)}  # all in tier 1
    apply_all()
    assert_books_hold()


def test_one_that_cannot_be_applied_does_not_stop_the_others(priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    for month in (1, 2, 3):
        bill_month(priced, day(month), {one: str(100 + 120 * month), other: str(100 + 120 * month)})
    six_people(priced, one)
    six_people(priced, other)
    rerate(one, other)
    ids = list(RerateProposal.objects.filter(state="OPEN").order_by("id").values_list("id", flat=True))
    billing.dismiss_proposal(actor=SYSTEM, proposal_id=ids[0], on=day(4), reason="已协商")

    done = billing.apply_proposals(actor=SYSTEM, proposal_ids=ids, posting_date=day(4))

    assert len(done.bill_ids) == 3
    assert [error.code for _, error in done.refused] == ["billing.proposal_decided"]
    assert_books_hold()


def test_many_accounts_at_once_are_told_to_the_audit_by_their_number(priced: PricedTown) -> None:
    points = make_billable_points(priced, 12)
    bill_month(priced, day(1), dict.fromkeys(points, "140"))

    assert rerate(*points).bills == 12

    told = AuditEntry.objects.get(action="billing.rerated")
    assert told.after is not None
    assert told.after["count"] == 12


def test_who_may_not_bill_may_not_look_again(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    three_bills(priced, point)
    cashier = make_person(priced.unit_id, "billing.view")

    with pytest.raises(NotPermitted):
        billing.rerate_accounts(actor=cashier, account_ids=[account_of(point)], since=JANUARY, on=day(4))

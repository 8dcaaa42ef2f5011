"""One charge item adjusted alone (单项增减) in money: before billing, after billing, undone, paid; to the fen.

Shanghai: 220 m³ at 1.92, then 3.30 …; sewage 0.9 × 1.70 = 1.53 for each m³.
"""

import json
from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLine, RunItem
from qingyuan.domains.billing.operations import calculate
from qingyuan.domains.billing.queries.adjusting import adjustable_charges, month_rating
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import VolumeAdjustment
from qingyuan.domains.readings.operations import Wanted
from qingyuan.domains.readings.queries import consumption_facts
from qingyuan.domains.tariffs.rules.item_changes import ItemNotByVolume, ItemNotCharged
from qingyuan.kernel.period import Month
from qingyuan.workflows.adjust_usage import adjust_usage
from tests.db.billing.test_adjustments import assert_all_well, day, pay
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_rows import book_rows
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import link_sub, reading_item

pytestmark = pytest.mark.django_db
D = Decimal
FEES = """
format: qingyuan-tariff/1
code: sh-fees
name: 演示固定费
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '2.00'}
  - {item: base, name: 基本水费, fixed: {per: month, amount: '6.00'}}
"""


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def sewage(reading_item_id: int | None, change: str | None, *, reason: str = "表后漏水") -> readings.AdjustmentResult:
    """The system adjusts sewage alone; None: lets it off wholly."""
    assert reading_item_id is not None
    wanted = Wanted(charge_item="sewage", is_waived=True) if change is None else Wanted(D(change), charge_item="sewage")
    return adjust_usage(
        actor=SYSTEM, reading_item_id=reading_item_id, wanted=wanted, reason=reason, reason_code="LEAK", on=day(1)
    )


def correct(priced: PricedTown) -> Bill:
    """The one correction that is proposed now, issued."""
    (proposal,) = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    return Bill.objects.get(pk=billing.apply_proposal(actor=SYSTEM, proposal_id=proposal, posting_date=day(2)))


def lines_of(bill: Bill) -> list[tuple[str, Decimal | None, Decimal | None, Decimal]]:
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by("position")
    return [(row.charge_item.code, row.metered_volume, row.volume, row.amount) for row in rows]


def test_before_billing_only_the_item_is_charged_less(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, day(1), {point: "200"})
    done = sewage(reading_item(point, 202501).pk, "-20")
    assert (done.volume, done.change_ids, done.charge_item) == (D(100), (), "sewage")

    issue_run(calculated_run(priced, period, day(1)), day(1))

    bill = Bill.objects.get()
    assert (bill.volume, bill.amount) == (D("100.000"), D("314.40"))  # 100 × 1.92 + 80 × 1.53
    assert lines_of(bill) == [("water", D(100), D(100), D("192.00")), ("sewage", D(100), D(72), D("122.40"))]
    number = VolumeAdjustment.objects.get().adjustment_no
    assert json.loads(bill.snapshot)["input"]["item_changes"] == [["sewage", "-20.000", number, "表后漏水"]]
    told = [node for node in explain_bill(bill.pk).tree.walk() if node.code == "item_less_by"]
    assert [(node.value("reference"), node.value("reason")) for node in told] == [(number, "表后漏水")]
    assert explain_bill(bill.pk).total == bill.amount
    assert list(differing_bills()) == []
    assert_all_well()


def test_item_let_off_wholly_stands_on_the_bill_with_nothing(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, day(1), {point: "200"})
    sewage(reading_item(point, 202501).pk, None)

    issue_run(calculated_run(priced, period, day(1)), day(1))

    assert lines_of(Bill.objects.get())[1] == ("sewage", D(100), D(0), D("0.00"))
    assert Bill.objects.get().amount == D("192.00")
    assert_all_well()


@pytest.mark.parametrize("paid", [False, True])
def test_after_billing_the_difference_is_a_correction_of_that_item(priced: PricedTown, paid: bool) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    if paid:
        pay(priced, bill)
    done = sewage(bill.reading_item_id, "-20")
    assert len(done.change_ids) == 1

    made = correct(priced)

    assert (made.kind, made.volume, made.amount) == ("REFUND", D("0.000"), D("-30.60"))  # 20 × 1.53
    assert lines_of(made) == [("sewage", D(0), D(-18), D("-30.60"))]
    facts = [node for node in explain_bill(made.pk).tree.walk() if node.code == "fact_items"]
    assert [(node.value("before"), done.adjustment_no in str(node.value("now"))) for node in facts] == [("—", True)]
    assert billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2)) == ()
    assert list(differing_bills()) == []
    assert_all_well()


def test_reversal_before_and_after_the_correction(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    first = sewage(bill.reading_item_id, "-20")
    readings.reverse_adjustment(actor=SYSTEM, adjustment_id=first.adjustment_id, version=2, on=day(1), reason="误登")
    proposals = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    assert len(proposals) == 1 and Bill.objects.count() == 1, "it comes to nothing and is dismissed at once"
    second = sewage(bill.reading_item_id, None)
    assert correct(priced).amount == D("-153.00")

    readings.reverse_adjustment(actor=SYSTEM, adjustment_id=second.adjustment_id, version=2, on=day(2), reason="误登")

    assert correct(priced).amount == D("153.00")
    assert sum(Bill.objects.values_list("amount", flat=True)) == bill.amount == D("345.00")
    assert_all_well()


def test_next_months_tiers_do_not_see_it(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (january,) = bill_month(priced, day(1), {point: "300"})  # 200 m³
    (february,) = bill_month(priced, day(2), {point: "340"})  # 40: 20 at 1.92, 20 at 3.30
    adjust_usage(
        actor=SYSTEM,
        reading_item_id=january.reading_item_id or 0,
        wanted=Wanted(D(-50), charge_item="water"),
        reason="协商",
        on=day(2),
    )

    assert correct(priced).amount == D("-96.00")  # 50 × 1.92
    assert february.amount == D("165.60")
    assert billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2)) == ()
    assert_all_well()


def test_bill_is_made_again_as_it_stands_and_bulk_leaves_the_point_alone(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = make_billable_points(priced, 3)
    period = read_month(priced, day(1), dict(zip(points, ("200", "150", "170"), strict=True)))
    sewage(reading_item(points[1], 202501).pk, "-20")
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT undone")
        run = issue_run(calculated_run(priced, period, day(1)), day(1))
        usual = RunItem.objects.filter(run=run, fingerprint__isnull=False).count()
        rows, result = book_rows(), run.result_hash
        cursor.execute("ROLLBACK TO SAVEPOINT undone")
    assert usual == 2, "the adjusted point is calculated one by one"
    monkeypatch.setattr(calculate, "calculate_bulk", lambda *_: 0)

    run = issue_run(calculated_run(priced, period, day(1)), day(1))

    assert (book_rows(), run.result_hash) == (rows, result)
    bill = Bill.objects.get(point_id=points[1])
    assert bill.amount == D("141.90")  # 50 × 1.92 + 30 × 1.53
    again = billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(2), reason="重开")
    assert Bill.objects.get(pk=again.bill_id).amount == D("141.90")
    assert_all_well()


def test_main_with_subs_and_an_item_adjusted(priced: PricedTown) -> None:
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    period = read_month(priced, day(1), {main: "200", sub: "140"})
    sewage(reading_item(main, 202501).pk, "-20")

    issue_run(calculated_run(priced, period, day(1)), day(1))

    assert Bill.objects.get(point_id=main).amount == D("176.40")  # 60 × 1.92 + 40 × 1.53
    assert_all_well()


def test_corrected_register_keeps_the_item_adjusted(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    sewage(bill.reading_item_id, "-20")
    correct(priced)

    readings.correct_after_billing(
        actor=SYSTEM, reading_item_id=bill.reading_item_id or 0, reason="抄错", on=day(2), values={1: D(190)}
    )

    assert correct(priced).amount == D("-34.50")  # 10 × 3.45; the 20 m³ of sewage stay let off
    assert_all_well()


def test_looking_again_finds_nothing_more_after_the_correction(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    sewage(bill.reading_item_id, "-20")
    seen = billing.rerate_accounts(
        actor=SYSTEM, account_ids=[bill.account_id], since=Month.from_number(202501), on=day(2)
    )
    assert seen.amount == D("-30.60")
    billing.apply_proposal(actor=SYSTEM, proposal_id=seen.proposal_ids[0], posting_date=day(2))

    again = billing.rerate_accounts(
        actor=SYSTEM, account_ids=[bill.account_id], since=Month.from_number(202501), on=day(2)
    )

    assert (again.proposal_ids, again.amount) == ((), D("0.00"))
    assert_all_well()


@pytest.mark.parametrize("billed", [False, True])
def test_effect_is_what_the_bill_moves_by(priced: PricedTown, billed: bool) -> None:
    (point,) = make_billable_points(priced, 1)
    if billed:
        bill_month(priced, day(1), {point: "340"})
    else:
        read_month(priced, day(1), {point: "340"})  # 240 m³: 220 at 1.92, 20 at 3.30

    rating = month_rating(reading_item(point, 202501).pk, on=day(1))

    assert rating is not None
    charges = adjustable_charges(consumption_facts([reading_item(point, 202501).pk])[reading_item(point, 202501).pk])
    assert [(each.code, each.by_volume) for each in charges] == [("water", True), ("sewage", True)]
    effect = rating.effect_of_usage(D(-30))
    assert effect is not None
    assert (effect.before, effect.after, effect.amount) == (D("855.60"), D("724.50"), D("-131.10"))
    of_sewage, waived = rating.effect_of_item("sewage", D(-30)), rating.effect_of_item("sewage", None)
    assert of_sewage is not None and of_sewage.amount == D("-45.90")
    assert waived is not None and waived.amount == D("-367.20")


def test_effect_counts_on_from_what_was_adjusted_before(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    sewage(bill.reading_item_id, "-90")

    rating = month_rating(bill.reading_item_id or 0, on=day(2))

    assert rating is not None
    waived = rating.effect_of_item("sewage", None)
    assert waived is not None and waived.amount == D("-15.30"), "the 10 m³ that were left"


def test_money_limit_beside_the_volume_limit(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    read_month(priced, day(1), {point: "200"})
    item_id = reading_item(point, 202501).pk
    clerk = make_person(priced.company_id, "readings.view", "readings.adjust")

    def ask(wanted: Wanted) -> readings.AdjustmentResult:
        return adjust_usage(actor=clerk, reading_item_id=item_id, wanted=wanted, reason="漏水", on=day(1))

    assert ask(Wanted(D(-9))).state == "APPROVED"  # 31.05 yuan of 100
    waived = ask(Wanted(charge_item="sewage", is_waived=True))
    assert waived.state == "REQUESTED", "0 m³ more, but 139.23 yuan"
    assert VolumeAdjustment.objects.get(pk=waived.adjustment_id).effect == D("-139.23")


def test_what_the_plan_does_not_charge_by_volume_is_refused_with_its_reason(db: None) -> None:
    priced = make_priced_town(tariffs=(FEES,))
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, day(1), {point: "110"})
    item_id = reading_item(point, 202501).pk

    with pytest.raises(ItemNotByVolume):
        adjust_usage(
            actor=SYSTEM, reading_item_id=item_id, wanted=Wanted(D(-1), charge_item="base"), reason="x", on=day(1)
        )
    with pytest.raises(ItemNotCharged):
        sewage(item_id, "-1")
    assert VolumeAdjustment.objects.count() == 0
    adjust_usage(
        actor=SYSTEM, reading_item_id=item_id, wanted=Wanted(charge_item="base", is_waived=True), reason="x", on=day(1)
    )
    issue_run(calculated_run(priced, period, day(1)), day(1))
    assert Bill.objects.get().amount == D("20.00")

"""Recurring fees: what is due, charged once by a run in chunks, proofs, refusals, cancelling, undoing, resuming."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, FeeCharge, FeeType, RunItem, StandingFee, StandingFeeLive
from qingyuan.domains.billing.operations import NewStandingFee, StandingScope
from qingyuan.domains.billing.operations.fees import FeeAccountRefused, FeeOverLimit, FeeTypeInactive
from qingyuan.domains.billing.operations.standing_fees import (
    StandingFeeOverlaps,
    StandingPeriodCharged,
    StandingRhythmRefused,
)
from qingyuan.domains.billing.operations.standing_runs import (
    StandingMonthRefused,
    StandingMoved,
    StandingNothingDue,
    StandingRunUnderWay,
)
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.billing.rules.fees import FeeAmountRefused, FeePricing
from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.ledger.models import AccountBalance, OpenItem
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.overviews.billing_runs import run_page
from qingyuan.overviews.run_totals import run_totals
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters.operations import set_value
from qingyuan.platform.staff.queries.people import actor_of
from qingyuan.workflows import run_billing
from tests.db.billing.test_fee_import import accounts
from tests.db.billing.test_fees import DAY, make_type
from tests.db.office.people import make_staff
from tests.factories.billing import PricedTown, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM

D = Decimal
MARCH = Month(2025, 3)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def make_refuse(priced: PricedTown, code: str = "LJ", **values: object) -> int:
    """A fee type at 8.00 for a household."""
    return make_type(priced, code, **({"name": "垃圾费", "price": D("8.00"), "piece": "户"} | values))


def add(account: Account, fee_type_id: int, *, actor: Actor = SYSTEM, on: date = DAY, **given: object) -> StandingFee:
    values: dict[str, object] = {
        "every_months": 1,
        "first": MARCH,
        "until": None,
        "note": "物业代收协议 12 号",
        "quantity": D("1"),
    } | given
    fee = NewStandingFee(account.pk, fee_type_id, **values)  # type: ignore[arg-type]
    return StandingFee.objects.get(pk=billing.add_standing_fee(actor=actor, fee=fee, on=on))


def start(priced: PricedTown, *, month: Month = MARCH, on: date = DAY, actor: Actor = SYSTEM, **changed: object) -> int:
    scope = StandingScope(priced.company_id, month)
    judged = billing.judge_month(actor=actor, scope=scope, on=on)
    given: dict[str, object] = {"stamp": judged.stamp, "expected_total": judged.total} | changed
    return run_billing.charge_standing_fees(actor=actor, scope=scope, posting_date=on, **given)  # type: ignore[arg-type]


def charge(priced: PricedTown, *, month: Month = MARCH, on: date = DAY) -> BillingRun:
    run_id = start(priced, month=month, on=on)
    run_billing.work_here(run_id=run_id)
    return BillingRun.objects.get(pk=run_id)


def setting(code: str, value: int | bool) -> None:
    set_value(actor=SYSTEM, code=code, unit_id=None, from_date=date(2020, 1, 1), value=value, reason="试行")


def all_proofs_hold() -> bool:
    assert_books_hold()
    return not [one for one in verify_all() if not one.holds] and not list(differing_bills())


def test_a_month_is_one_run_with_a_bill_for_each_fee(priced: PricedTown) -> None:
    refuse, pump = make_refuse(priced), make_refuse(priced, "SB", name="二次供水设备费", price=D("60.00"), piece="套")
    one, two, three = accounts(priced, 3)
    for account in (one, two, three):
        add(account, refuse)
    add(one, pump, every_months=12, note="设备合同", quantity=D("2"))

    run = charge(priced)

    assert (run.state, run.yyyymm, run.totals["issued"], run.totals["issued_amount"]) == ("ISSUED", 202503, 4, "144.00")
    yearly = Bill.objects.get(amount=D("120.00"))
    assert (yearly.kind, yearly.basis, yearly.yyyymm, yearly.months) == ("OTHER", "MANUAL", 202503, 12)
    assert (yearly.from_date, yearly.to_date) == (date(2025, 3, 1), date(2026, 2, 28))
    assert AccountBalance.objects.get(account_id=one.pk).owed == D("128.00")
    assert OpenItem.objects.get(bill_id=yearly.pk).due_date == date(2025, 4, 9)
    assert list(Bill.objects.order_by("id").values_list("run_position", flat=True)) == [1, 2, 3, 4]
    assert {row.standing_fee_id for row in FeeCharge.objects.all()} == set(
        StandingFee.objects.values_list("id", flat=True)
    )
    assert AuditEntry.objects.filter(action="billing.standing_fees_charged").count() == 1
    told = [node.text(lambda text: text) for node in explain_bill(yearly.pk).tree.walk()]
    assert "Recurring fee for 2025-03 to 2026-02, charged once for the period" in told
    assert "二次供水设备费: 2 套 × 60.00 = 120.00" in told
    assert all_proofs_hold()


def test_the_run_is_seen_like_any_other(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    one, two = accounts(priced, 2)
    add(one, refuse)
    add(two, refuse)
    AccountHold.objects.create(
        company_id=priced.company_id, account_id=two.pk, activity="BILLING", reason="争议", from_date=DAY
    )
    run = charge(priced)

    page = run_page(SYSTEM, run.pk, on=DAY)

    assert (page.row.scope, page.row.bills, page.row.exceptions, page.done) == (2, 1, 1, 2)
    assert not page.row.is_single
    totals = run_totals(run.pk)
    assert sum(row.amount for row in totals.by_class) == D("8.00")


def test_a_period_is_charged_once_whoever_asks_again(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    [account] = accounts(priced, 1)
    add(account, refuse, every_months=3)
    charge(priced)

    with pytest.raises(StandingNothingDue):
        start(priced)
    assert billing.judge_month(actor=SYSTEM, scope=StandingScope(priced.company_id, MARCH), on=DAY).rows == ()
    for month in (Month(2025, 4), Month(2025, 5)):
        with pytest.raises(StandingNothingDue):
            start(priced, month=month, on=date(2025, 6, 2))
    charge(priced, month=Month(2025, 6), on=date(2025, 6, 2))
    assert list(Bill.objects.order_by("id").values_list("yyyymm", flat=True)) == [202503, 202506]
    row = StandingFeeLive.objects.first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingFeeLive.objects.create(bill_id=0, standing_fee_id=row.standing_fee_id, yyyymm=row.yyyymm)


def test_a_cancelled_bill_lets_its_period_be_charged_again(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    one, two = accounts(priced, 2)
    add(one, refuse)
    add(two, refuse)
    charge(priced)
    first = Bill.objects.get(account_id=one.pk)

    billing.cancel_bill(actor=SYSTEM, bill_id=first.pk, posting_date=date(2025, 4, 1), reason="数量有误")
    charge(priced, on=date(2025, 4, 2))

    assert Bill.objects.filter(account_id=one.pk).count() == 2
    assert Bill.objects.filter(account_id=two.pk).count() == 1
    assert AccountBalance.objects.get(account_id=one.pk).owed == D("8.00")
    assert all_proofs_hold()


def test_an_undone_run_is_due_again(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    for account in accounts(priced, 3):
        add(account, refuse)
    setting("billing.chunk_size", 2)
    run = charge(priced)
    assert (run.chunk_count, run.totals["issued"]) == (2, 3)

    run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=date(2025, 4, 1), reason="重收")
    run_billing.work_here(run_id=run.pk)

    run.refresh_from_db()
    assert run.state == "UNDONE"
    assert not StandingFeeLive.objects.exists()
    assert not AccountBalance.objects.filter(owed__gt=0).exists()
    again = charge(priced, on=date(2025, 4, 2))
    assert again.totals["issued_amount"] == "24.00"
    assert all_proofs_hold()


def test_a_run_cut_short_goes_on_where_it_stood(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    for account in accounts(priced, 4):
        add(account, refuse)
    setting("billing.chunk_size", 2)
    run_id = start(priced)
    run_billing.work_chunk(run_id=run_id, chunk_no=1, task=run_billing.ISSUE)
    assert Bill.objects.count() == 2
    with pytest.raises(StandingRunUnderWay):
        start(priced)

    assert run_billing.work_chunk(run_id=run_id, chunk_no=1, task=run_billing.ISSUE) == 0, "delivered twice"
    run_billing.work_here(run_id=run_id)

    run = BillingRun.objects.get(pk=run_id)
    assert (run.state, run.totals["issued"], Bill.objects.count()) == ("ISSUED", 4, 4)
    assert len(set(Bill.objects.values_list("bill_no", flat=True))) == 4
    assert all_proofs_hold()


def test_what_moved_after_the_start_is_left_and_stays_due(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    one, two, three = accounts(priced, 3)
    ended = add(one, refuse)
    add(two, refuse)
    add(three, refuse)
    run_id = start(priced)
    billing.end_standing_fee(
        actor=SYSTEM, standing_fee_id=ended.pk, version=1, until=Month(2025, 2), reason="搬走", on=DAY
    )
    AccountHold.objects.create(
        company_id=priced.company_id, account_id=two.pk, activity="BILLING", reason="争议", from_date=DAY
    )

    run_billing.work_here(run_id=run_id)

    assert list(Bill.objects.values_list("account_id", "run_position")) == [(three.pk, 1)]
    assert RunItem.objects.filter(run_id=run_id, state="STALE").count() == 2
    assert BillingRun.objects.get(pk=run_id).totals["stale"] == 2
    AccountHold.objects.all().delete()
    charge(priced)
    assert Bill.objects.filter(account_id=two.pk).count() == 1
    assert not Bill.objects.filter(account_id=one.pk).exists()
    assert all_proofs_hold()


def test_who_is_left_out_and_why(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    gone, closed, resting, early, fine = accounts(priced, 5)
    for account in (gone, closed, resting, early, fine):
        add(account, refuse)
    Account.objects.filter(pk=gone.pk).update(state="CLOSED", closed_date=date(2025, 2, 20))
    Account.objects.filter(pk=closed.pk).update(state="CLOSED", closed_date=date(2025, 3, 5))
    Account.objects.filter(pk=resting.pk).update(state="SUSPENDED")
    Account.objects.filter(pk=early.pk).update(state="PRE_OPENED")

    judged = billing.judge_month(actor=SYSTEM, scope=StandingScope(priced.company_id, MARCH), on=DAY)
    setting("billing.standing_while_suspended", True)
    lenient = billing.judge_month(actor=SYSTEM, scope=StandingScope(priced.company_id, MARCH), on=DAY)

    assert {row.due.account_no: row.code for row in judged.rows} == {
        closed.account_no: "billing.fee_account_refused",
        resting.account_no: "billing.standing_account_idle",
        early.account_no: "billing.standing_account_idle",
        fine.account_no: "",
    }, "what began after the closing is not due at all"
    assert (judged.good, judged.refused, judged.total) == (1, 3, D("8.00"))
    assert {row.due.account_no for row in lenient.rows if row.fee} == {resting.account_no, fine.account_no}


def test_the_price_of_the_day_counts_and_the_preview_stands_or_nothing(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    [account] = accounts(priced, 1)
    add(account, refuse)
    scope = StandingScope(priced.company_id, MARCH)
    seen = billing.judge_month(actor=SYSTEM, scope=scope, on=DAY)
    FeeType.objects.filter(pk=refuse).update(price=D("9.00"))

    with pytest.raises(StandingMoved):
        start(priced, stamp=seen.stamp, expected_total=seen.total)
    with pytest.raises(StandingMoved):
        start(priced, expected_total=D("8.00"))
    assert not BillingRun.objects.exists()

    charge(priced)
    assert Bill.objects.get().amount == D("9.00")
    with pytest.raises(StandingMonthRefused):
        start(priced, month=Month(2025, 4))


def test_what_is_not_registered(priced: PricedTown) -> None:
    refuse, retired = make_refuse(priced), make_refuse(priced, "OLD", is_active=False)
    free = make_refuse(priced, "FK", pricing=FeePricing.FREE, price=None)
    one, two = accounts(priced, 2)
    add(one, refuse, until=Month(2025, 12))
    with pytest.raises(StandingFeeOverlaps):
        add(one, refuse, first=Month(2025, 12))
    add(one, refuse, first=Month(2026, 1))
    for months in (0, 61):
        with pytest.raises(StandingRhythmRefused):
            add(two, refuse, every_months=months)
    with pytest.raises(StandingRhythmRefused):
        add(two, refuse, until=Month(2025, 2))
    with pytest.raises(FeeTypeInactive):
        add(two, retired)
    with pytest.raises(FeeAmountRefused):
        add(two, refuse, quantity=None)
    with pytest.raises(FeeAmountRefused):
        add(two, free)
    with pytest.raises(NotFound):
        add(two, 0)
    clerk = actor_of(make_staff("billing.standing_fees", unit_id=priced.company_id, login="one"), origin="TEST")
    with pytest.raises(FeeOverLimit):
        add(two, free, quantity=None, amount=D("5000.01"), actor=clerk)
    stranger = actor_of(make_staff("billing.charge_fees", unit_id=priced.company_id, login="two"), origin="TEST")
    with pytest.raises(NotPermitted):
        add(two, refuse, actor=stranger)
    with pytest.raises(NotPermitted):
        start(priced, actor=stranger)
    Account.objects.filter(pk=two.pk).update(state="CLOSED", closed_date=DAY)
    with pytest.raises(FeeAccountRefused):
        add(two, refuse)

    assert StandingFee.objects.count() == 2


def test_the_end_stands_behind_what_was_charged(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    [account] = accounts(priced, 1)
    made = add(account, refuse)
    charge(priced)
    given = {"actor": SYSTEM, "standing_fee_id": made.pk, "reason": "搬走", "on": DAY}

    with pytest.raises(StandingPeriodCharged):
        billing.end_standing_fee(**given, version=1, until=Month(2025, 2))  # type: ignore[arg-type]
    billing.end_standing_fee(**given, version=1, until=MARCH)  # type: ignore[arg-type]
    with pytest.raises(StaleEdit):
        billing.end_standing_fee(**given, version=1, until=MARCH)  # type: ignore[arg-type]

    with pytest.raises(StandingNothingDue):
        start(priced, month=Month(2025, 4), on=date(2025, 4, 2))
    add(account, refuse, first=Month(2025, 4))
    with pytest.raises(StandingFeeOverlaps):
        billing.end_standing_fee(**given, version=2, until=Month(2025, 4))  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        StandingFee.objects.all().delete()


def test_a_branch_charges_its_own_accounts_alone(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    west = priced.town.utility.west_id
    one, two = accounts(priced, 2)
    Account.objects.filter(pk=one.pk).update(unit_id=west)
    add(one, refuse)
    add(two, refuse)
    clerk = actor_of(make_staff("billing.charge_standing_fees", unit_id=west, login="west"), origin="TEST")

    with pytest.raises(NotPermitted):
        billing.judge_month(actor=clerk, scope=StandingScope(priced.company_id, MARCH), on=DAY)
    judged = billing.judge_month(actor=clerk, scope=StandingScope(west, MARCH), on=DAY)

    assert [row.due.account_no for row in judged.rows] == [one.account_no]


def test_the_number_of_statements_does_not_grow_with_the_fees(priced: PricedTown) -> None:
    refuse = make_refuse(priced)
    people = accounts(priced, 12)
    for account in people[:2]:
        add(account, refuse)
    with CaptureQueriesContext(connection) as few:
        charge(priced)
    for account in people[2:]:
        add(account, refuse)
    with CaptureQueriesContext(connection) as many:
        charge(priced)

    assert Bill.objects.count() == 12
    assert len(many) <= len(few) + 2

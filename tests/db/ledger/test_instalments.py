"""Instalment agreements: a schedule over bills that money is cleared against as always; kept, broken, ended, refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import Clearing, InstalmentItem, InstalmentPlan, InstalmentRow, Journal, OpenItem
from qingyuan.domains.ledger.operations import InInstalments, NewPlan
from qingyuan.domains.ledger.operations.instalments import (
    AgreementReasonMissing,
    InstalmentsDecided,
    InstalmentsMoved,
    NotTheAccounts,
    OwnInstalments,
)
from qingyuan.domains.ledger.queries import AgreedPlan, dues_with_plans, owed_items, plans
from qingyuan.domains.ledger.rules.instalments import Instalment, PlanState, ScheduleRefused, even_schedule
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.operations.counter import CounterSale, NotEnough, SaleLine
from qingyuan.domains.payments.queries import account_at_counter
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted, StaleEdit
from qingyuan.overviews import counter as counter_card
from qingyuan.overviews.verify.every import verify_all
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments import Till, open_till
from tests.factories.platform import SYSTEM, make_person

D = Decimal
FIRST = date(2025, 10, 31)


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


@pytest.fixture
def payer(company: Company) -> Payer:
    """An account that owes 100.00 since September and 200.00 since October."""
    found = make_payer(company)
    post(
        company,
        receivable(company, found, due=date(2025, 9, 10), WATER="60.00", SEWAGE="40.00"),
        receivable(company, found, due=date(2025, 10, 10), WATER="200.00"),
    )
    return found


def clerk(company: Company, login: str, *permissions: str) -> Actor:
    return make_person(company.utility.east_id, *permissions, login=login)


def owed_ids(payer: Payer) -> tuple[int, ...]:
    return tuple(one.id for one in owed_items(account_ids=[payer.account_id]))


def ask(payer: Payer, *, actor: Actor = SYSTEM, **changed: object) -> InstalmentPlan:
    values: dict[str, object] = {
        "open_item_ids": owed_ids(payer),
        "instalments": even_schedule(D("300.00"), 3, FIRST),
        "reason": "经营困难",
        "document_no": "申请 2025-7",
    } | changed
    plan_no = ledger.request_plan(actor=actor, plan=NewPlan(payer.account_id, **values), on=POSTED)  # type: ignore[arg-type]
    return InstalmentPlan.objects.get(plan_no=plan_no)


def agree(payer: Payer) -> InstalmentPlan:
    plan = ask(payer)
    ledger.approve_plan(actor=SYSTEM, plan_id=plan.pk, version=1, on=POSTED)
    plan.refresh_from_db()
    return plan


def as_it_stands(plan: InstalmentPlan, on: date) -> AgreedPlan:
    return plans(InstalmentPlan.objects.filter(pk=plan.pk), on=on)[0]


def pay(till: Till, payer: Payer, amount: str, *, on: date = POSTED, key: str = "k1") -> None:
    due = sum((one.outstanding for one in owed_items(account_ids=[payer.account_id])), D("0.00"))
    sale = CounterSale((SaleLine(payer.account_id, owed_ids(payer), due),), D(amount), TenderKind.CASH)
    payments.take_at_counter(actor=till.cashier, sale=sale, on=on, idempotency_key=key)


def all_proofs_hold() -> bool:
    assert_books_hold()
    return not [one for one in verify_all() if not one.holds]


def test_an_agreement_moves_no_money_and_its_dates_count_once_approved(company: Company, payer: Payer) -> None:
    before = (Journal.objects.count(), Clearing.objects.count(), list(OpenItem.objects.values_list()))
    plan = ask(payer)
    assert dues_with_plans([payer.account_id], on=POSTED) == {}

    ledger.approve_plan(actor=SYSTEM, plan_id=plan.pk, version=1, on=POSTED)

    assert (Journal.objects.count(), Clearing.objects.count(), list(OpenItem.objects.values_list())) == before
    dues = dues_with_plans([payer.account_id], on=POSTED)[payer.account_id]
    assert (dues.oldest, dues.overdue) == (FIRST, D("0.00"))
    assert list(dues.due_of.values()) == [FIRST, date(2025, 11, 30)]
    late = dues_with_plans([payer.account_id], on=date(2025, 11, 3))[payer.account_id]
    assert (late.oldest, late.overdue) == (FIRST, D("100.00"))
    assert all_proofs_hold()


def test_paid_step_by_step_at_the_counter_the_oldest_bill_first(company: Company, payer: Payer) -> None:
    till = open_till(company)
    with pytest.raises(NotEnough):
        pay(till, payer, "50.00")
    plan = agree(payer)
    card = counter_card.card(till.cashier, account_no(payer), on=POSTED)
    assert (card.may_pay_partly, card.instalment_count) == (True, 3)
    assert card.instalment is not None
    assert (card.instalment.number, card.instalment.rest, card.instalment.due_date) == (1, D("100.00"), FIRST)
    assert not any(bill.is_overdue for bill in card.bills)

    pay(till, payer, "50.00")
    pay(till, payer, "80.00", key="k2")

    stands = as_it_stands(plan, POSTED).standing
    assert stands.paid == D("130.00")
    assert stands.current is not None
    assert (stands.current.number, stands.current.rest) == (2, D("70.00"))
    assert list(OpenItem.objects.order_by("due_date").values_list("outstanding", flat=True)) == [D("0.00"), D("170.00")]
    shown = account_at_counter(actor=till.cashier, account_id=payer.account_id, on=POSTED)
    assert [bill.due_date for bill in shown.bills] == [date(2025, 11, 30)]
    assert all_proofs_hold()
    pay(till, payer, "170.00", key="k3")
    assert ledger.close_plans(actor=SYSTEM, on=POSTED) == (1, 0)
    assert ledger.close_plans(actor=SYSTEM, on=POSTED) == (0, 0)
    plan.refresh_from_db()
    assert plan.state == PlanState.FULFILLED
    assert all_proofs_hold()


def account_no(payer: Payer) -> str:
    return Account.objects.get(pk=payer.account_id).account_no


def test_missed_by_more_than_the_grace_it_is_broken_and_the_old_dates_count(company: Company, payer: Payer) -> None:
    plan = agree(payer)
    last = date(2025, 11, 7)
    assert as_it_stands(plan, last).counts
    assert ledger.close_plans(actor=SYSTEM, on=last) == (0, 0)

    missed = date(2025, 11, 8)
    assert not as_it_stands(plan, missed).counts
    assert dues_with_plans([payer.account_id], on=missed) == {}
    assert ledger.close_plans(actor=SYSTEM, on=missed) == (0, 1)

    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == (PlanState.BROKEN, missed)
    assert not InstalmentItem.objects.filter(is_live=True).exists()
    ask(payer, instalments=even_schedule(D("300.00"), 2, date(2025, 11, 30)))
    assert all_proofs_hold()


def test_a_bill_in_an_agreement_is_not_cancelled_before_it_is_ended(company: Company, payer: Payer) -> None:
    plan = ask(payer)
    bill_id = OpenItem.objects.order_by("id").values_list("bill_id", flat=True)[0]
    assert bill_id is not None

    def cancel() -> None:
        ledger.reverse_receivables(
            actor=SYSTEM, company_id=company.id, posting_date=POSTED, bill_ids=[bill_id], reason="错"
        )

    with pytest.raises(InInstalments) as refused:
        cancel()
    assert refused.value.params["plan"] == plan.plan_no
    ledger.end_plan(actor=SYSTEM, plan_id=plan.pk, version=1, on=POSTED, reason="改单")
    cancel()
    assert all_proofs_hold()


def test_another_person_approves_what_still_is_owed(company: Company, payer: Payer) -> None:
    both = ("ledger.agree_instalments", "ledger.approve_instalments")
    one, two = clerk(company, "one", *both), clerk(company, "two", *both)
    nobody = clerk(company, "nobody", "ledger.view")
    with pytest.raises(NotPermitted):
        ask(payer, actor=nobody)
    plan = ask(payer, actor=one)
    with pytest.raises(OwnInstalments):
        ledger.approve_plan(actor=one, plan_id=plan.pk, version=1, on=POSTED)
    with pytest.raises(NotPermitted):
        ledger.approve_plan(actor=nobody, plan_id=plan.pk, version=1, on=POSTED)
    with pytest.raises(StaleEdit):
        ledger.approve_plan(actor=two, plan_id=plan.pk, version=2, on=POSTED)
    till = open_till(company)
    pay(till, payer, "300.00")
    with pytest.raises(InstalmentsMoved):
        ledger.approve_plan(actor=two, plan_id=plan.pk, version=1, on=POSTED)
    with pytest.raises(AgreementReasonMissing):
        ledger.refuse_plan(actor=two, plan_id=plan.pk, version=1, on=POSTED, note=" ")
    ledger.refuse_plan(actor=two, plan_id=plan.pk, version=1, on=POSTED, note="已付清")
    with pytest.raises(InstalmentsDecided):
        ledger.approve_plan(actor=two, plan_id=plan.pk, version=2, on=POSTED)
    assert all_proofs_hold()


def test_what_is_not_agreed_on(company: Company, payer: Payer) -> None:
    other = make_payer(company, 2)
    post(company, receivable(company, other, WATER="10.00"), run_id=2)
    with pytest.raises(ScheduleRefused):
        ask(payer, instalments=even_schedule(D("299.99"), 3, FIRST))
    with pytest.raises(ScheduleRefused):
        ask(payer, instalments=(Instalment(1, date(2025, 10, 19), D("100.00")), Instalment(2, FIRST, D("200.00"))))
    with pytest.raises(NotTheAccounts):
        ask(payer, open_item_ids=(*owed_ids(payer), *owed_ids(other)))
    with pytest.raises(NotTheAccounts):
        ask(payer, open_item_ids=(0,))
    with pytest.raises(AgreementReasonMissing):
        ask(payer, document_no="")
    assert not InstalmentPlan.objects.exists()
    ask(payer)
    with pytest.raises(InInstalments):
        ask(payer)
    with pytest.raises(IntegrityError), transaction.atomic():
        second = ask(other, instalments=even_schedule(D("10.00"), 2, FIRST))
        InstalmentItem.objects.create(plan=second, open_item_id=owed_ids(payer)[0], agreed=D("1.00"))
    with pytest.raises(DatabaseError), transaction.atomic():
        InstalmentRow.objects.update(amount=D("1.00"))
    with pytest.raises(DatabaseError), transaction.atomic():
        InstalmentPlan.objects.all().delete()


def test_accounts_without_an_agreement_pay_whole_bills(company: Company, payer: Payer) -> None:
    agree(payer)
    other = make_payer(company, 2)
    post(company, receivable(company, other, WATER="10.00"), run_id=2)
    till = open_till(company)

    with pytest.raises(NotEnough):
        pay(till, other, "5.00")
    assert counter_card.card(till.cashier, account_no(other), on=POSTED).instalment is None

"""Other fees charged by hand: bill, postings, proofs, refusals that change nothing, cancelling."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, BillLine, BillLive, FeeCharge, FeeType
from qingyuan.domains.billing.operations.fee_types import (
    FeeChargeItemRefused,
    FeePriceRefused,
    FeeTypeExists,
    FeeTypeValues,
)
from qingyuan.domains.billing.operations.fees import (
    FeeAccountRefused,
    FeeKeyUsed,
    FeeOnHold,
    FeeOverLimit,
    FeeTypeInactive,
    NewFee,
)
from qingyuan.domains.billing.operations.runs import RunNotInState
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.billing.rules.fees import FeeAmountRefused, FeePricing
from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.ledger.models import AccountBalance, Journal, OpenItem
from qingyuan.domains.ledger.queries.periods import PeriodMissing
from qingyuan.domains.tariffs.models import ChargeItem
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.staff.queries.people import actor_of
from tests.db.office.people import make_staff
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM

D = Decimal
DAY = date(2025, 3, 10)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def account_id(priced: PricedTown) -> int:
    return account_of(make_billable_points(priced, 1)[0])


def make_type(priced: PricedTown, code: str = "JB", **given: object) -> int:
    """A fee type at 25.50 a piece, taxed 6 %."""
    ChargeItem.objects.filter(company_id=priced.company_id, code="base").update(
        tax_treatment="taxed", tax_rate=D("0.06")
    )
    values: dict[str, object] = {
        "name": "校表费",
        "charge_item_id": priced.charges["base"],
        "pricing": FeePricing.UNIT,
        "price": D("25.50"),
        "piece": "只",
    } | given
    made = FeeTypeValues(**values)  # type: ignore[arg-type]
    return billing.create_fee_type(actor=SYSTEM, company_id=priced.company_id, code=code, values=made, on=DAY)


def charge(
    account_id: int, fee_type_id: int, *, key: str = "k1", on: date = DAY, actor: object = SYSTEM, **given: object
) -> Bill:
    fee = NewFee(account_id, fee_type_id, "校验水表", **({"quantity": D("3")} | given))  # type: ignore[arg-type]
    return Bill.objects.get(
        pk=billing.charge_fee(actor=actor, fee=fee, posting_date=on, request_key=key)  # type: ignore[arg-type]
    )


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Bill, BillLine, BillingRun, FeeCharge, OpenItem, Journal))


def test_a_fee_is_a_bill_of_its_own_with_line_debt_and_proof(priced: PricedTown, account_id: int) -> None:
    bill = charge(account_id, make_type(priced))

    assert (bill.kind, bill.basis, bill.amount, bill.tax_amount) == ("OTHER", "MANUAL", D("76.50"), D("4.33"))
    assert (bill.posting_date, bill.due_date, bill.yyyymm) == (DAY, date(2025, 4, 9), 202503)
    line = BillLine.objects.get(bill_id=bill.pk)
    assert (line.kind, line.price, line.amount, line.tax_rate, line.volume) == (
        "fee",
        D("25.50"),
        D("76.50"),
        D("0.06"),
        None,
    )
    assert OpenItem.objects.get(bill_id=bill.pk).outstanding == D("76.50")
    assert AccountBalance.objects.get(account_id=account_id).owed == D("76.50")
    assert not BillLive.objects.exists()
    assert list(differing_bills()) == []
    assert_books_hold()
    assert [one for one in verify_all() if not one.holds] == []


def test_the_explanation_sums_to_the_bill_and_is_told_from_its_snapshot_alone(
    priced: PricedTown, account_id: int
) -> None:
    fee_type_id = make_type(priced)
    bill = charge(account_id, fee_type_id)
    FeeType.objects.filter(pk=fee_type_id).update(name="改名", price=D("99.00"))

    told = explain_bill(bill.pk)
    texts = [node.text(lambda text: text) for node in told.tree.walk()]

    assert told.total == D("76.50")
    assert "校表费: 3 只 × 25.50 = 76.50" in texts
    assert "What for: 校验水表" in texts
    assert "Of this, tax of 6%: 4.33; without tax: 72.17" in texts
    assert list(differing_bills()) == []


def test_a_tampered_fee_bill_is_found(priced: PricedTown, account_id: int) -> None:
    bill = charge(account_id, make_type(priced))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bill DISABLE TRIGGER USER")
        cursor.execute("UPDATE bill SET snapshot = replace(snapshot, '25.50', '25.40') WHERE id = %s", [bill.pk])
        cursor.execute("ALTER TABLE bill ENABLE TRIGGER USER")

    assert [one.bill_no for one in differing_bills()] == [bill.bill_no]


def test_sent_twice_it_is_charged_once(priced: PricedTown, account_id: int) -> None:
    fee_type_id = make_type(priced)
    first = charge(account_id, fee_type_id)
    before = rows()

    again = charge(account_id, fee_type_id)

    assert again.pk == first.pk
    assert rows() == before
    with pytest.raises(FeeKeyUsed):
        charge(account_id, make_type(priced, "FK"))


def test_cancelling_takes_the_debt_back(priced: PricedTown, account_id: int) -> None:
    bill = charge(account_id, make_type(priced))

    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=date(2025, 4, 1), reason="收错")

    assert AccountBalance.objects.get(account_id=account_id).owed == D("0.00")
    assert "This bill was cancelled on 2025-04-01: 收错. It is not to be paid" in [
        node.text(lambda text: text) for node in explain_bill(bill.pk).tree.walk()
    ]
    assert_books_hold()
    assert [one for one in verify_all() if not one.holds] == []


def test_a_run_of_one_fee_is_not_undone_as_a_run(priced: PricedTown, account_id: int) -> None:
    bill = charge(account_id, make_type(priced))
    with pytest.raises(RunNotInState):
        billing.start_undo(actor=SYSTEM, run_id=bill.run_id, posting_date=DAY, reason="x")


def test_what_stands_against_a_fee_changes_nothing(priced: PricedTown, account_id: int) -> None:
    by_piece, free = make_type(priced), make_type(priced, "FK", pricing=FeePricing.FREE, price=None)
    retired = make_type(priced, "OLD", is_active=False)
    before = rows()

    with pytest.raises(FeeTypeInactive):
        charge(account_id, retired)
    for amount in (D("0.00"), D("-1.00"), D("0.001"), D("10000000.00")):
        with pytest.raises(FeeAmountRefused):
            charge(account_id, free, quantity=None, amount=amount)
    with pytest.raises(FeeAmountRefused):
        charge(account_id, by_piece, quantity=None)
    with pytest.raises(PeriodMissing):
        charge(account_id, by_piece, on=date(2031, 1, 5))
    with pytest.raises(NotFound):
        charge(account_id, 0)
    AccountHold.objects.create(
        company_id=priced.company_id, account_id=account_id, activity="BILLING", reason="争议", from_date=DAY
    )
    with pytest.raises(FeeOnHold):
        charge(account_id, by_piece)
    AccountHold.objects.all().delete()
    Account.objects.filter(pk=account_id).update(state="CLOSED", closed_date=DAY)
    with pytest.raises(FeeAccountRefused):
        charge(account_id, by_piece)

    assert rows() == before


def test_above_the_limit_only_with_the_permission_for_it(priced: PricedTown, account_id: int) -> None:
    free = make_type(priced, "FK", pricing=FeePricing.FREE, price=None)
    clerk = actor_of(make_staff("billing.charge_fees", unit_id=priced.company_id, login="one"), origin="TEST")
    chief = actor_of(
        make_staff("billing.charge_fees", "billing.charge_large_fees", unit_id=priced.company_id, login="two"),
        origin="TEST",
    )
    stranger = actor_of(make_staff("billing.view", unit_id=priced.company_id, login="three"), origin="TEST")
    asked: dict[str, Any] = {"quantity": None, "amount": D("5000.01")}

    with pytest.raises(FeeOverLimit) as refused:
        charge(account_id, free, actor=clerk, **asked)
    with pytest.raises(NotPermitted):
        charge(account_id, free, actor=stranger, **asked)

    assert refused.value.params == {"amount": D("5000.01"), "limit": D("5000.00")}
    assert Bill.objects.count() == 0
    assert charge(account_id, free, actor=clerk, quantity=None, amount=D("5000.00")).amount == D("5000.00")
    assert charge(account_id, free, actor=chief, key="k2", **asked).amount == D("5000.01")


def test_fee_types_are_checked_and_never_deleted(priced: PricedTown) -> None:
    made = make_type(priced)
    with pytest.raises(FeeTypeExists):
        make_type(priced)
    for wrong in (None, D("0.00"), D("1.005")):
        with pytest.raises(FeePriceRefused):
            make_type(priced, "X", price=wrong)
    with pytest.raises(FeePriceRefused):
        make_type(priced, "X", pricing=FeePricing.FREE)
    with pytest.raises(FeeChargeItemRefused):
        make_type(priced, "X", charge_item_id=0)
    row = FeeType.objects.get(pk=made)
    values = FeeTypeValues("校表费2", row.charge_item_id, FeePricing.FIXED, D("30.00"))
    billing.update_fee_type(actor=SYSTEM, fee_type_id=made, version=1, values=values, on=DAY)
    with pytest.raises(StaleEdit):
        billing.update_fee_type(actor=SYSTEM, fee_type_id=made, version=1, values=values, on=DAY)
    assert FeeType.objects.get().price == D("30.00")
    with pytest.raises(DatabaseError), transaction.atomic():
        FeeType.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeType.objects.update(price=None)

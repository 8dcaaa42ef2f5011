"""A bill by charge item: its page, its slips on paper, the account's bills, after water alone was paid."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import OpenItem
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.operations import CounterSale, SaleLine
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.tariffs.models import ChargeItem
from qingyuan.interfaces.office.bills.slips_paper import paper_data
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.bill_slips import NoSlips, bill_in_slips
from qingyuan.platform.parameters import operations as parameters
from tests.counting import DETAIL, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, bill_month, make_billable_points, make_priced_town
from tests.factories.payments import CASHIER
from tests.factories.platform import SYSTEM, make_person

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 20)
D = Decimal


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    return make_priced_town()


@pytest.fixture
def bill(priced: PricedTown) -> Bill:
    (point,) = make_billable_points(priced, 1)
    (made,) = bill_month(priced, date(2025, 1, 31), {point: "140"})
    return made


def by_charge(priced: PricedTown, mode: str = "by_charge") -> None:
    parameters.set_value(
        actor=SYSTEM, code="ledger.bill_slips", unit_id=priced.company_id, from_date=date(2025, 1, 1), value=mode,
        reason="分单",
    )  # fmt: skip


def pay_water(priced: PricedTown, bill: Bill) -> Decimal:
    """Water alone is paid at the counter; returns how much."""
    owed = OpenItem.objects.get(bill_id=bill.pk)
    water = ChargeItem.objects.get(company_id=priced.company_id, name="water")
    amount = owed.parts.get(charge_item=water).amount
    cashier = make_person(bill.unit_id, *CASHIER, login="till")
    payments.open_session(actor=cashier, unit_id=bill.unit_id, float_amount=D("0.00"), at=timezone.now(), on=TODAY)
    line = SaleLine(bill.account_id, (owed.pk,), amount, (water.pk,))
    payments.take_at_counter(
        actor=cashier, sale=CounterSale((line,), amount, TenderKind.CASH), on=TODAY, idempotency_key="water"
    )
    return amount


@pytest.mark.parametrize(("mode", "count"), [("combined", 1), ("by_charge", 2)])
def test_slips_sum_to_the_bill(priced: PricedTown, bill: Bill, mode: str, count: int) -> None:
    by_charge(priced, mode)

    found = bill_in_slips(SYSTEM, bill.bill_no, on=TODAY)

    assert len(found.slips) == count
    assert sum(slip.amount for slip in found.slips) == bill.amount == found.amount
    assert sum(slip.owed for slip in found.slips) == found.owed == bill.amount
    paper = paper_data(found, on=TODAY)
    expected = [bill.bill_no] if count == 1 else [f"{bill.bill_no}-1/2", f"{bill.bill_no}-2/2"]
    assert [slip["number"] for slip in paper["slips"]] == expected


def test_after_water_alone_was_paid_sewage_is_owed(priced: PricedTown, bill: Bill) -> None:
    by_charge(priced)
    paid = pay_water(priced, bill)
    clerk = signed_in_client(make_staff("billing.view", "customers.view", unit_id=priced.company_id, login="clerk"))

    page = clerk.get(f"/bills/{bill.bill_no}/")
    rows = {row[0].text: [cell.text for cell in row[2:]] for row in page.context["by_item"].rows}

    assert rows["water"][2:] == [f"{paid}", "0.00"]
    assert rows["sewage"][2] == "0.00"
    left = bill.amount - paid
    assert f"{left}" in rows["sewage"][3]
    number = Account.objects.get(pk=bill.account_id).account_no
    assert f"sewage {left}" in clerk.get(f"/accounts/{number}/bills/").content.decode()
    water, sewage = bill_in_slips(SYSTEM, bill.bill_no, on=TODAY).slips
    assert (water.owed, sewage.owed, water.cleared) == (D("0.00"), left, paid)


def test_slips_are_printed(priced: PricedTown, bill: Bill) -> None:
    by_charge(priced)
    clerk = signed_in_client(make_staff("billing.view", unit_id=priced.company_id, login="clerk"))

    answer = clerk.get(f"/bills/{bill.bill_no}/slips.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "打印分单" in clerk.get(f"/bills/{bill.bill_no}/").content.decode()


def test_a_bill_out_of_reach_and_one_that_never_was_owed_have_no_slips(
    priced: PricedTown, bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = make_person(priced.company_id, "customers.view", login="stranger")

    with pytest.raises(NotFound):
        bill_in_slips(stranger, bill.bill_no, on=TODAY)
    monkeypatch.setattr(OpenItem.objects, "filter", lambda **_: OpenItem.objects.none())
    with pytest.raises(NoSlips):
        bill_in_slips(SYSTEM, bill.bill_no, on=TODAY)


def test_pages_ask_few_questions(priced: PricedTown, bill: Bill) -> None:
    by_charge(priced)
    pay_water(priced, bill)
    clerk: Client = signed_in_client(
        make_staff("billing.view", "customers.view", unit_id=priced.company_id, login="clerk")
    )
    number = Account.objects.get(pk=bill.account_id).account_no

    counts = {path: len(questions(clerk, path)) for path in (f"/bills/{bill.bill_no}/", f"/accounts/{number}/bills/")}

    assert {path: count for path, count in counts.items() if count > DETAIL} == {}

"""One payment for a payer group: each account its line, one receipt, all or nothing, whatever came between."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.customers.models import Account, AccountHold, PayerGroupMember
from qingyuan.domains.customers.operations import remove_member
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.ledger.operations import NotOwed, OwedOtherwise
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment, PaymentPart, Receipt
from qingyuan.domains.payments.operations import CounterSale, GroupSale, SaleLine
from qingyuan.domains.payments.queries import counter_reach
from qingyuan.domains.payments.rules.receipt import pages
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.overviews.counter_group import find_groups, group_card
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import OPENED, POSTED, Company, Payer, make_company, make_payers, post, receivable
from tests.factories.payer_groups import payers_group
from tests.factories.payments import Till, open_till, take
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def till(company: Company, db: None) -> Till:
    return open_till(company)


@pytest.fixture
def three(company: Company, db: None) -> list[Payer]:
    """Three accounts of a group, which owe 30.00 + 45.00, 12.50 and 0.00; the holder of the first pays."""
    payers = make_payers(company, 3)
    post(
        company,
        receivable(company, payers[0], bill_id=1, due=date(2025, 9, 10), WATER="20.00", SEWAGE="10.00"),
        receivable(company, payers[0], bill_id=2, WATER="45.00"),
        receivable(company, payers[1], bill_id=3, WATER="12.50"),
    )
    payers_group(company, payers)
    return payers


def lines_on_card(till: Till, *, only: int | None = None) -> tuple[SaleLine, ...]:
    """All bills of the card, or those of the first so many members."""
    card = group_card(till.cashier, "SCHOOLS", on=POSTED)
    return tuple(
        SaleLine(member.account_id, tuple(bill.open_item_id for bill in member.bills), member.owed)
        for member in card.members[:only]
    )


def pay(till: Till, lines: tuple[SaleLine, ...], handed: str, *, key: str = "k", **more: object) -> TakenPayment:
    sale = GroupSale("SCHOOLS", lines, D(handed), TenderKind.CASH, **more)  # type: ignore[arg-type]
    return payments.take_for_group(actor=till.cashier, sale=sale, on=POSTED, idempotency_key=key)


def balance(payer: Payer) -> tuple[Decimal, Decimal]:
    found = AccountBalance.objects.get(pk=payer.account_id)
    return found.owed, found.prepaid


def test_one_payment_pays_every_member_and_one_receipt_lists_all(till: Till, three: list[Payer]) -> None:
    taken = pay(till, lines_on_card(till), "100")

    assert (taken.received, taken.change) == (D("87.50"), D("12.50"))
    payment = Payment.objects.get()
    assert payment.payer_name == "演示户1（合收户 SCHOOLS）"
    parts = PaymentPart.objects.order_by("account_id").values_list("account_id", "use", "amount")
    assert list(parts) == [
        (three[0].account_id, "RECEIVABLES", D("75.00")),
        (three[1].account_id, "RECEIVABLES", D("12.50")),
    ]
    assert [balance(payer) for payer in three] == [(D("0.00"), D("0.00"))] * 3
    said = Receipt.objects.get().content
    assert [len(account["bills"]) for account in said["accounts"]] == [2, 1]
    assert sum(D(account["amount"]) for account in said["accounts"]) == D(said["received"]) == D("87.50")
    assert_books_hold()


def test_receipt_prints_each_account_with_its_sum(till: Till, three: list[Payer]) -> None:
    taken = pay(till, lines_on_card(till), "87.50")

    (page,) = pages(taken.content, print_no=1)

    assert (page["payer_name"], page["place_label"], page["address"]) == (
        "演示户1（合收户 SCHOOLS）", "合计", "2 户，账单 3 张",
    )  # fmt: skip
    assert [row["amount"] for row in page["rows"]] == ["30.00", "45.00", "", "12.50", ""]
    assert [row["detail"] for row in page["rows"] if not row["amount"]] == ["演示户1 小计 75.00", "演示户2 小计 12.50"]
    printed = payments.print_receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)
    assert printed.pdf.startswith(b"%PDF")


def test_some_bills_are_paid_and_the_others_stay(till: Till, three: list[Payer]) -> None:
    first, second = lines_on_card(till)
    oldest = SaleLine(first.account_id, first.open_item_ids[:1], D("30.00"))

    taken = pay(till, (oldest, second), "42.50")

    assert taken.change == D("0.00")
    assert balance(three[0]) == (D("45.00"), D("0.00"))
    assert balance(three[1]) == (D("0.00"), D("0.00"))
    assert taken.content["accounts"][0]["still_owed"] == "45.00"  # type: ignore[index]
    assert_books_hold()


def test_the_rest_stays_in_the_prepayment_of_the_payers_account(till: Till, three: list[Payer]) -> None:
    taken = pay(till, lines_on_card(till), "100", keep_rest=True)

    assert (taken.received, taken.change) == (D("100.00"), D("0.00"))
    assert balance(three[0]) == (D("0.00"), D("12.50"))
    assert balance(three[1]) == (D("0.00"), D("0.00"))
    assert_books_hold()


def test_the_rest_goes_there_even_when_none_of_its_own_bills_is_chosen(till: Till, three: list[Payer]) -> None:
    parameters.set_value(
        actor=SYSTEM, code="ledger.offset_after_top_up", unit_id=till_company(three), from_date=OPENED, value=False,
        reason="试点",
    )  # fmt: skip
    _, second = lines_on_card(till)

    pay(till, (second,), "20", keep_rest=True)

    assert balance(three[0]) == (D("75.00"), D("7.50"))
    assert balance(three[1]) == (D("0.00"), D("0.00"))
    assert_books_hold()


def till_company(payers: list[Payer]) -> int:
    return Account.objects.get(pk=payers[0].account_id).company_id


def test_a_group_that_owes_nothing_pays_ahead(till: Till, three: list[Payer]) -> None:
    pay(till, lines_on_card(till), "87.50", key="all")

    pay(till, (), "50", key="ahead", keep_rest=True)
    with pytest.raises(payments.NothingHanded):
        pay(till, (), "50", key="nothing")

    assert balance(three[0]) == (D("0.00"), D("50.00"))
    assert_books_hold()


def test_without_an_account_of_the_payer_no_rest_is_kept(
    company: Company, till: Till, db: None, three: list[Payer]
) -> None:
    (stranger,) = make_payers(company, 1, first=9)
    others = make_payers(company, 2, first=10)
    post(company, *(receivable(company, one, WATER="10.00") for one in others))
    payers_group(company, others, payer=stranger.customer_id, code="SHOPS", name="连锁店")
    card = group_card(till.cashier, "SHOPS", on=POSTED)
    lines = tuple(
        SaleLine(member.account_id, tuple(bill.open_item_id for bill in member.bills), member.owed)
        for member in card.members
    )
    assert card.keeps_on == ""

    with pytest.raises(payments.NoGroupAccount) as refusal:
        payments.take_for_group(
            actor=till.cashier, sale=GroupSale("SHOPS", lines, D("50"), TenderKind.CASH, keep_rest=True), on=POSTED,
            idempotency_key="k",
        )  # fmt: skip
    assert refusal.value.params == {"group": "SHOPS", "payer": "演示户9"}
    assert not Payment.objects.exists()
    taken = payments.take_for_group(
        actor=till.cashier, sale=GroupSale("SHOPS", lines, D("50"), TenderKind.CASH), on=POSTED, idempotency_key="k"
    )

    assert (taken.received, taken.change) == (D("20.00"), D("30.00"))


@pytest.mark.parametrize(
    ("handed", "tender", "refusal"),
    [
        ("87.49", TenderKind.CASH, payments.NotEnough),
        ("90.00", TenderKind.CARD, payments.NoChangeFromCard),
        ("0.00", TenderKind.CASH, payments.NothingHanded),
    ],
)
def test_money_that_does_not_fit_is_refused(
    till: Till, three: list[Payer], handed: str, tender: TenderKind, refusal: type[DomainError]
) -> None:
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=till_company(three), from_date=OPENED, value="partly",
        reason="试点",
    )  # fmt: skip  # one account's bill may be paid in part; a group's never
    sale = GroupSale("SCHOOLS", lines_on_card(till), D(handed), tender)

    with pytest.raises(refusal):
        payments.take_for_group(actor=till.cashier, sale=sale, on=POSTED, idempotency_key="k")

    assert not Payment.objects.exists()
    assert balance(three[0]) == (D("75.00"), D("0.00"))


def test_sent_twice_it_is_taken_once_and_otherwise_refused(till: Till, three: list[Payer]) -> None:
    lines = lines_on_card(till)

    first = pay(till, lines, "100", key="same")
    again = pay(till, lines, "100", key="same")
    with pytest.raises(payments.TakenDifferently):
        pay(till, lines[:1], "100", key="same")

    assert again.repeated
    assert again.payment_id == first.payment_id
    assert Payment.objects.count() == 1
    assert_books_hold()


def test_sent_again_after_a_member_left_it_still_answers_with_the_payment(
    company: Company, till: Till, three: list[Payer]
) -> None:
    lines = lines_on_card(till)
    first = pay(till, lines, "87.50", key="same")
    leave(three[1])

    again = pay(till, lines, "87.50", key="same")

    assert again.payment_id == first.payment_id


def leave(payer: Payer) -> None:
    member = PayerGroupMember.objects.get(account_id=payer.account_id)
    number = Account.objects.get(pk=payer.account_id).account_no
    remove_member(actor=SYSTEM, group_id=member.group_id, account_no=number, to_date=POSTED, reason="转出", on=POSTED)


def test_an_account_that_left_the_group_is_refused(till: Till, three: list[Payer]) -> None:
    lines = lines_on_card(till)
    leave(three[1])

    with pytest.raises(payments.NotInGroup) as refusal:
        pay(till, lines, "87.50")

    assert refusal.value.params == {"group": "SCHOOLS", "count": 1}
    assert not Payment.objects.exists()
    assert [member.account_id for member in group_card(till.cashier, "SCHOOLS", on=POSTED).members] == [
        three[0].account_id
    ]


def test_a_bill_paid_meanwhile_refuses_the_whole(till: Till, three: list[Payer]) -> None:
    lines = lines_on_card(till)
    take(till, {three[1].account_id: "12.50"})

    with pytest.raises(NotOwed):
        pay(till, lines, "87.50")

    assert Payment.objects.count() == 1
    assert balance(three[0]) == (D("75.00"), D("0.00"))
    assert_books_hold()


def test_a_bill_that_owes_less_meanwhile_refuses_the_whole(company: Company, till: Till, three: list[Payer]) -> None:
    lines = lines_on_card(till)
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=company.id, from_date=OPENED, value="partly", reason="试点"
    )
    take(till, {three[1].account_id: "2.50"})

    with pytest.raises(OwedOtherwise) as refusal:
        pay(till, lines, "87.50")

    assert refusal.value.params == {"label": "B00000003", "due": D("12.50"), "owed": D("10.00")}
    assert Payment.objects.count() == 1
    assert_books_hold()


def test_a_single_accounts_bill_that_owes_less_meanwhile_is_refused_too(
    company: Company, till: Till, three: list[Payer]
) -> None:
    _, second = lines_on_card(till)
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=company.id, from_date=OPENED, value="partly", reason="试点"
    )
    take(till, {three[1].account_id: "2.50"})

    with pytest.raises(OwedOtherwise):
        payments.take_at_counter(
            actor=till.cashier, sale=CounterSale((second,), D("12.50"), TenderKind.CASH), on=POSTED, idempotency_key="k"
        )

    assert balance(three[1]) == (D("10.00"), D("0.00"))


def test_a_blocked_member_is_shown_and_refused(company: Company, till: Till, three: list[Payer]) -> None:
    AccountHold.objects.create(
        company_id=company.id, account_id=three[1].account_id, activity="PAYMENT", reason="DISPUTE", from_date=OPENED
    )
    card = group_card(till.cashier, "SCHOOLS", on=POSTED)
    assert [(member.payment_hold, member.is_payable) for member in card.members] == [("", True), ("DISPUTE", False)]

    with pytest.raises(payments.OnHold):
        pay(till, lines_on_card(till), "87.50")

    assert not Payment.objects.exists()
    pay(till, lines_on_card(till, only=1), "75.00")
    assert balance(three[1]) == (D("12.50"), D("0.00"))


def test_voiding_takes_the_whole_payment_back(till: Till, three: list[Payer]) -> None:
    taken = pay(till, lines_on_card(till), "100", keep_rest=True)

    payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="收错", on=POSTED)

    assert [balance(payer) for payer in three] == [
        (D("75.00"), D("0.00")),
        (D("12.50"), D("0.00")),
        (D("0.00"), D("0.00")),
    ]
    assert_books_hold()


def test_members_of_another_unit_are_paid_as_the_single_counter_would_allow(
    company: Company, till: Till, three: list[Payer]
) -> None:
    west = open_till(company, unit_id=company.utility.west_id, login="west")
    assert not any(member.is_own for member in group_card(west.cashier, "SCHOOLS", on=POSTED).members)
    lines = lines_on_card(till)
    parameters.set_value(
        actor=SYSTEM, code="payments.collect_anywhere", unit_id=company.id, from_date=OPENED, value=False,
        reason="各所自收",
    )  # fmt: skip

    with pytest.raises(NotFound):
        group_card(west.cashier, "SCHOOLS", on=POSTED)
    assert find_groups(counter_reach(west.cashier, on=POSTED), "SCHOOLS", on=POSTED) == ()
    with pytest.raises(NotFound):
        payments.take_for_group(
            actor=west.cashier, sale=GroupSale("SCHOOLS", lines, D("87.50"), TenderKind.CASH), on=POSTED,
            idempotency_key="k",
        )  # fmt: skip

    assert not Payment.objects.exists()


def test_a_group_of_two_units_shows_the_counters_own_and_counts_the_others(
    company: Company, till: Till, three: list[Payer]
) -> None:
    Account.objects.filter(pk=three[1].account_id).update(unit_id=company.utility.west_id)
    parameters.set_value(
        actor=SYSTEM, code="payments.collect_anywhere", unit_id=company.id, from_date=OPENED, value=False,
        reason="各所自收",
    )  # fmt: skip
    west = open_till(company, unit_id=company.utility.west_id, login="west")

    east_card, west_card = (group_card(one.cashier, "SCHOOLS", on=POSTED) for one in (till, west))

    assert [member.account_id for member in east_card.members] == [three[0].account_id]
    assert (east_card.owed, east_card.beyond, east_card.settled) == (D("75.00"), 1, 1)
    assert [member.account_id for member in west_card.members] == [three[1].account_id]
    assert (west_card.owed, west_card.beyond, west_card.keeps_on) == (D("12.50"), 2, "")

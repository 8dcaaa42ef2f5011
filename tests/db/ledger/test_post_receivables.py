"""Posting receivables: journals, parts, automatic offset, balances; and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance, Clearing, Entry, Journal, OpenItem, OpenItemPart
from qingyuan.domains.ledger.queries import NoPostingRule, PeriodClosed
from qingyuan.domains.ledger.rules.posting import PostingSource
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, make_company, make_payer, make_payers, post, receivable
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


def _entries(company: Company, kind: str) -> dict[tuple[str, str], Decimal]:
    names = {row: code for code, row in company.charges.items()}
    return {
        (row.chart_account.role, names.get(row.charge_item_id or 0, "")): row.amount
        for row in Entry.objects.filter(journal__kind=kind).select_related("chart_account")
    }


def test_posting_books_each_charge_where_it_belongs(company: Company) -> None:
    first, second = make_payers(company, 2)

    posted = post(
        company,
        receivable(company, first, WATER="30.00", SEWAGE="10.00"),
        receivable(company, second, WATER="20.00", SEWAGE="5.50", REFUSE="8.00"),
    )

    assert len(posted.open_item_ids) == 2
    assert _entries(company, "BILLS") == {
        ("RECEIVABLE", "WATER"): Decimal("50.00"),
        ("RECEIVABLE", "SEWAGE"): Decimal("15.50"),
        ("RECEIVABLE", "REFUSE"): Decimal("8.00"),
        ("REVENUE", "WATER"): Decimal("-50.00"),
        ("PAYABLE", "SEWAGE"): Decimal("-15.50"),
        ("PAYABLE", "REFUSE"): Decimal("-8.00"),
    }
    journal = Journal.objects.get()
    assert (journal.source_type, journal.source_id, journal.source_part) == ("RUN", 1, 1)
    balance = AccountBalance.objects.get(pk=second.account_id)
    assert (balance.owed, balance.open_count, balance.oldest_due_date) == (Decimal("33.50"), 1, date(2025, 11, 10))
    assert_books_hold()


def test_posting_makes_one_journal_per_unit(company: Company) -> None:
    first, second = make_payers(company, 2)

    posted = post(
        company,
        receivable(company, first, WATER="30.00"),
        receivable(company, second, WATER="20.00", unit_id=company.utility.west_id),
    )

    assert len(posted.journal_ids) == 2
    assert set(Journal.objects.values_list("unit_id", flat=True)) == {company.utility.east_id, company.utility.west_id}
    assert_books_hold()


def test_negative_item_is_netted_and_booked_to_its_payer(company: Company) -> None:
    payer = make_payer(company)

    post(company, receivable(company, payer, WATER="30.00", SEWAGE="10.00", RELIEF="-12.00"))

    parts = {row.charge_item_id: row.amount for row in OpenItemPart.objects.all()}
    assert parts == {company.charges["WATER"]: Decimal("18.00"), company.charges["SEWAGE"]: Decimal("10.00")}
    assert _entries(company, "BILLS") == {
        ("RECEIVABLE", "WATER"): Decimal("18.00"),
        ("RECEIVABLE", "SEWAGE"): Decimal("10.00"),
        ("RELIEF_PAYER", "RELIEF"): Decimal("12.00"),
        ("REVENUE", "WATER"): Decimal("-30.00"),
        ("PAYABLE", "SEWAGE"): Decimal("-10.00"),
    }
    assert_books_hold()


def test_closed_period_refuses_and_leaves_nothing(company: Company) -> None:
    payer = make_payer(company)
    ledger.close_period(actor=SYSTEM, company_id=company.id, yyyymm=202509, on=POSTED)

    with pytest.raises(PeriodClosed) as refusal:
        post(company, receivable(company, payer, WATER="30.00"), on=date(2025, 9, 30))

    assert refusal.value.params == {"company": company.id, "period": 202509}
    assert OpenItem.objects.count() == 0
    assert Journal.objects.count() == 0


def test_charge_without_rule_is_refused(company: Company) -> None:
    payer = make_payer(company)
    row = receivable(company, payer, WATER="30.00")

    with pytest.raises(NoPostingRule):
        post(company, row._replace(parts=((999_999, Decimal("30.00")),)))

    assert OpenItem.objects.count() == 0


def test_unknown_account_or_customer_is_refused(company: Company) -> None:
    payer = make_payer(company)
    good = receivable(company, payer, WATER="30.00")

    for bad in (good._replace(account_id=999_999_999), good._replace(customer_id=999_999_999)):
        with pytest.raises(ledger.UnknownReference) as refusal:
            post(company, bad)
        assert refusal.value.params == {"labels": good.label}

    assert OpenItem.objects.count() == 0


@pytest.mark.parametrize("amount", ["30.001", "30.0", "3E+1", "NaN"])
def test_amount_that_the_database_would_round_is_refused(company: Company, amount: str) -> None:
    payer = make_payer(company)
    row = receivable(company, payer, WATER="30.00")

    with pytest.raises((ValueError, ArithmeticError)):
        post(company, row._replace(amount=Decimal(amount), parts=((company.charges["WATER"], Decimal(amount)),)))

    assert OpenItem.objects.count() == 0


def test_parts_that_do_not_add_up_are_refused(company: Company) -> None:
    payer = make_payer(company)
    row = receivable(company, payer, WATER="30.00")

    with pytest.raises(ValueError, match=r"sum to 30\.00, the bill to 31\.00"):
        post(company, row._replace(amount=Decimal("31.00")))


def test_bill_is_posted_once(company: Company) -> None:
    payer = make_payer(company)
    row = receivable(company, payer, WATER="30.00")
    post(company, row)

    with pytest.raises(IntegrityError, match="open_item_bill"), transaction.atomic():
        post(company, row)

    assert OpenItem.objects.count() == 1


def test_nothing_to_post_is_refused(company: Company) -> None:
    with pytest.raises(ledger.NothingToPost):
        post(company)


def test_query_count_does_not_grow_with_the_chunk(company: Company) -> None:
    payers = make_payers(company, 40)
    few, many = payers[:2], payers[2:]

    counts = []
    for group in (few, many):
        rows = [receivable(company, payer, WATER="30.00") for payer in group]
        connection.force_debug_cursor = True
        before = len(connection.queries_log)
        post(company, *rows)
        counts.append(len(connection.queries_log) - before)
        connection.force_debug_cursor = False

    assert counts[0] == counts[1]
    assert Clearing.objects.count() == 0


def test_source_of_another_kind_is_kept(company: Company) -> None:
    payer = make_payer(company)

    ledger.post_receivables(
        actor=SYSTEM,
        company_id=company.id,
        posting_date=POSTED,
        source=PostingSource(7, 3, "MANUAL_BILL"),
        receivables=[receivable(company, payer, WATER="30.00")],
    )

    assert Journal.objects.filter(source_type="MANUAL_BILL", source_id=7, source_part=3).count() == 1

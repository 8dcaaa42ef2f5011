"""The database's own guards, each shown to see a breach: balance, one transaction, append-only, what may change."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from qingyuan.domains.ledger.models import AccountingPeriod, ChartAccount, Entry, Journal, OpenItem
from tests.databases import raw_connection
from tests.factories.book_checks import CHECKS, assert_books_hold, breaches
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments_into_ledger import Paid


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


def _journal(company: Company) -> Journal:
    return Journal.objects.create(
        company_id=company.id,
        unit_id=company.utility.east_id,
        kind="MANUAL",
        period=AccountingPeriod.objects.get(company_id=company.id, yyyymm=202510),
        posting_date=POSTED,
        actor_name="test",
    )


def _account(company: Company, role: str) -> ChartAccount:
    return ChartAccount.objects.get(company_id=company.id, role=role)


@pytest.mark.parametrize("amounts", [("10.00", "-9.99"), ("10.00",), ()])
def test_journal_that_does_not_balance_is_refused(company: Company, db: None, amounts: tuple[str, ...]) -> None:
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        journal = _journal(company)
        for amount in amounts:
            Entry.objects.create(journal=journal, chart_account=_account(company, "CASH"), amount=Decimal(amount))
        connection.check_constraints()


def test_journal_with_another_companys_account_is_refused(company: Company, db: None) -> None:
    other = make_company("02")

    with pytest.raises(DatabaseError, match="another company"), transaction.atomic():
        journal = _journal(company)
        Entry.objects.create(journal=journal, chart_account=_account(company, "CASH"), amount=Decimal("10.00"))
        Entry.objects.create(journal=journal, chart_account=_account(other, "CASH"), amount=Decimal("-10.00"))
        connection.check_constraints()


def test_entries_of_a_later_transaction_are_refused(committed_db: str) -> None:
    company = make_company()
    post(company, receivable(company, make_payer(company), WATER="30.00"))
    journal_id = Journal.objects.get().id
    cash, bank = _account(company, "CASH").id, _account(company, "BANK").id

    with raw_connection() as session, pytest.raises(Exception, match="own transaction"):
        session.execute(
            "INSERT INTO entry (journal_id, chart_account_id, amount) VALUES (%s, %s, 5), (%s, %s, -5)",
            [journal_id, cash, journal_id, bank],
        )

    assert_books_hold()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET note = 'x'",
        "DELETE FROM entry",
        "UPDATE clearing SET amount = 1",
        "UPDATE open_item SET amount = 1",
        "UPDATE open_item SET due_date = '2025-01-01'",
        "DELETE FROM open_item",
        "UPDATE prepayment SET account_id = 1",
        "UPDATE open_item_part SET amount = 1",
    ],
)
def test_what_was_posted_stays(company: Company, db: None, statement: str) -> None:
    post(company, receivable(company, make_payer(company), WATER="30.00"))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_outstanding_stays_between_nothing_and_all(company: Company, db: None) -> None:
    post(company, receivable(company, make_payer(company), WATER="30.00"))

    for amount in ("-0.01", "30.01"):
        with pytest.raises(DatabaseError, match="open_item_outstanding"), transaction.atomic():
            OpenItem.objects.update(outstanding=Decimal(amount))


BREACHES = {
    "1 journals sum to zero per company": "UPDATE entry SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM entry)",
    "2 prepayment balance = its movements": "UPDATE prepayment SET balance = balance + 0.01",
    "2 account balance = its open items and prepayments": "UPDATE account_balance SET owed = owed + 0.01",
    "4 outstanding = amount - clearings": "UPDATE open_item SET outstanding = outstanding - 0.01 WHERE outstanding > 0",
    "4 parts: amount = sum of parts, none cleared beyond itself": "UPDATE open_item_part SET amount = amount + 0.01",
    "5 open items = receivable account, per charge item": "UPDATE clearing SET amount = amount - 0.01",
    "5 prepayments = prepayment account": "UPDATE prepayment SET balance = balance + 0.01",
    "16 collected per charge item = its clearings = its account": "UPDATE clearing SET source = 'CREDIT'",
    "16 charged per charge item = its account": "UPDATE open_item_part SET amount = amount + 0.01",
}


def test_every_check_has_its_breach() -> None:
    assert set(BREACHES) == set(CHECKS)


@pytest.mark.parametrize("name", list(BREACHES))
def test_check_sees_its_breach(company: Company, db: None, name: str) -> None:
    payer: Payer = make_payer(company)
    post(company, receivable(company, payer, WATER="30.00", SEWAGE="10.00"), receivable(company, payer, WATER="90.00"))
    Paid(company, payer, "60.00")
    assert_books_hold()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")  # triggers off, as a vandal would
        cursor.execute(BREACHES[name])
        cursor.execute("SET session_replication_role = origin")

    assert name in breaches()

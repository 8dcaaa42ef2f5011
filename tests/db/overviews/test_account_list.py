"""The list of accounts: what the filter finds, within reach, in a bounded number of queries."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from qingyuan.domains.customers.operations import suspend
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.overviews.account_list import AccountFilter, account_page
from tests.factories.platform import SYSTEM, make_person
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)


@pytest.fixture
def halls() -> TwoHalls:
    return make_two_halls()


def _numbers(wanted: AccountFilter) -> list[str]:
    return [row.account_no for row in account_page(SYSTEM, wanted, on=TODAY).rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("10000001", ["10000001"]),
        ("单小明", ["10000001"]),
        ("sxm", ["10000001"]),
        ("5678", ["10000002"]),
        ("W2", ["10000002"]),
        ("阳光花园", ["10000001", "10000002"]),
        ("3幢 西演示", ["10000002"]),
        ("没有这个人", []),
        ("!!", []),
        ("", ["10000001", "10000002"]),
    ],
)
def test_list_finds_by_every_kind_of_token(halls: TwoHalls, typed: str, found: list[str]) -> None:
    assert _numbers(AccountFilter(text=typed)) == found


def test_list_narrows_by_state_book_unit_class_and_debt(halls: TwoHalls) -> None:
    suspend(actor=SYSTEM, account_id=halls.west_account_id, reason="申请", on=TODAY)
    AccountBalance.objects.filter(account_id=halls.east_account_id).update(owed=Decimal("86.40"))

    assert _numbers(AccountFilter(state="SUSPENDED")) == ["10000002"]
    assert _numbers(AccountFilter(book_no="B-001")) == ["10000001"]
    assert _numbers(AccountFilter(unit_id=halls.utility.west_id)) == ["10000002"]
    assert _numbers(AccountFilter(unit_id=halls.utility.company_id)) == ["10000001", "10000002"]
    assert _numbers(AccountFilter(usage_class_id=0)) == []
    assert _numbers(AccountFilter(only_owing=True)) == ["10000001"]


def test_list_row_says_holder_book_class_and_money_and_totals_cover_the_filter(halls: TwoHalls) -> None:
    AccountBalance.objects.filter(account_id=halls.east_account_id).update(owed=Decimal("86.40"))
    AccountBalance.objects.filter(account_id=halls.west_account_id).update(prepaid=Decimal("20.00"))

    page = account_page(SYSTEM, AccountFilter(), on=TODAY, sort="owed", descending=True, limit=1)

    (row,) = page.rows
    assert (row.account_no, row.holder_name, row.books, row.usage_classes) == (
        "10000001",
        "单小明",
        "B-001",
        "居民生活",
    )
    assert (page.count, page.owed, page.prepaid) == (2, Decimal("86.40"), Decimal("20.00"))


def test_list_holds_only_accounts_within_reach(halls: TwoHalls) -> None:
    east = make_person(halls.utility.east_id, "customers.view")
    nobody = make_person(halls.utility.east_id, "meters.view")

    assert [row.account_no for row in account_page(east, AccountFilter(), on=TODAY).rows] == ["10000001"]
    assert account_page(nobody, AccountFilter(), on=TODAY).count == 0


def test_list_holds_the_accounts_of_a_readers_books(halls: TwoHalls) -> None:
    from qingyuan.domains.routes.queries import book

    reader = make_person(halls.utility.company_id, "customers.view", book_ids=[book("B-002").id])

    assert [row.account_no for row in account_page(reader, AccountFilter(), on=TODAY).rows] == ["10000002"]


def test_list_takes_at_most_twelve_queries(
    halls: TwoHalls, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    east = make_person(halls.utility.east_id, "customers.view")

    with django_assert_max_num_queries(12):
        account_page(east, AccountFilter(text="1000", book_no="B-001", only_owing=False), on=TODAY)

"""A payer group at the counter is found by what is typed; its card asks few questions and stays of a length."""

from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.payments.queries import counter_reach
from qingyuan.overviews.counter_group import find_groups, group_card
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payers, post, receivable
from tests.factories.payer_groups import payers_group
from tests.factories.payments import Till, open_till

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
        receivable(company, payers[0], WATER="30.00"),
        receivable(company, payers[0], WATER="45.00"),
        receivable(company, payers[1], WATER="12.50"),
    )
    payers_group(company, payers)
    return payers


@pytest.mark.parametrize("typed", ["SCHOOLS", "schoo", "教育", "sjyj", "jyj", "演示户1"])
def test_a_group_is_found_by_code_name_initials_and_payer(till: Till, three: list[Payer], typed: str) -> None:
    (found,) = find_groups(counter_reach(till.cashier, on=POSTED), typed, on=POSTED)

    assert (found.code, found.members, found.owed) == ("SCHOOLS", 3, D("87.50"))


@pytest.mark.parametrize("typed", ["", "  ", "没有", "yj市", "%"])
def test_a_group_is_not_found_by_other_words(till: Till, three: list[Payer], typed: str) -> None:
    assert find_groups(counter_reach(till.cashier, on=POSTED), typed, on=POSTED) == ()


def test_the_card_asks_a_dozen_questions_however_many_members(company: Company, till: Till, three: list[Payer]) -> None:
    many = make_payers(company, 30, first=40)
    post(company, *(receivable(company, one, WATER="10.00") for one in many))
    payers_group(company, many, code="SHOPS", name="连锁店")

    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    card = group_card(till.cashier, "SHOPS", on=POSTED)
    count = len(connection.queries_log) - before
    connection.force_debug_cursor = False

    assert (len(card.members), card.owed) == (30, D("300.00"))
    assert count <= 14


def test_a_card_that_would_be_too_long_stops_after_whole_members(
    till: Till, three: list[Payer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qingyuan.overviews.counter_group.MOST_BILLS", 2)

    card = group_card(till.cashier, "SCHOOLS", on=POSTED)

    assert [len(member.bills) for member in card.members] == [2]
    assert (card.left_off, card.owed) == (1, D("87.50"))

"""The search box: why an account was found, who owes first, who may find what."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.queries import search
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.account_search import FoundAccounts, find_accounts, find_for_counter
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.staff.models import Role, RoleAssignment, RolePermission, Staff
from qingyuan.platform.staff.queries import reach
from tests.factories.customers import ON, make_account
from tests.factories.meters import make_book, make_model, make_point, make_usage_class
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility

PERMISSION = "customers.search"


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_book("B-001")
    make_model(made.company_id)
    make_usage_class(made.company_id)
    shan = make_account("10000001", name="单小明", phone="19900001234", old_nos=("86-7",), building="3", room="502")
    make_account("10000002", name="张三", phone="19900005678", building="8", entrance="2", room="101")
    make_account("10000003", name="张四", phone="19900009999", building="9", room="101", unit_code="01W")
    make_account("10000004", name="清江市第一中学（演示）", phone="", community_code="", street_no="88", building="")
    make_point("10000001", "ZR-77")
    owing = AccountBalance(company_id=made.company_id, account_id=shan + 2, owed=Decimal("60.00"), open_count=1)
    owing.oldest_due_date = date(2025, 5, 1)
    owing.save()
    return made


def numbers(found: FoundAccounts) -> list[str]:
    return [row.account_no for row in found.rows]


@pytest.mark.parametrize(
    ("typed", "wanted", "matched"),
    [
        ("10000001", ["10000001"], "ACCOUNT_NO"),
        ("1000", ["10000003", "10000001", "10000002", "10000004"], "ACCOUNT_NO"),
        ("86-7", ["10000001"], "OLD_NO"),
        ("小明", ["10000001"], "NAME"),
        ("sxm", ["10000001"], "PINYIN"),
        ("DXM", ["10000001"], "PINYIN"),
        ("dyzx", ["10000004"], "PINYIN"),
        ("1234", ["10000001"], "PHONE_TAIL"),
        ("199 0000 1234", ["10000001"], "PHONE_TAIL"),
        ("19900001234", ["10000001"], "PHONE_TAIL"),
        ("阳光花园3幢", ["10000001"], "ADDRESS"),
        ("阳光花园8-2-101", ["10000002"], "ADDRESS"),
        ("中山路88号", ["10000004"], "ADDRESS"),
        ("zr-7", ["10000001"], "METER_NO"),
        ("张", ["10000003", "10000002"], "NAME"),
        ("张 8-2", ["10000002"], "ADDRESS"),
        ("王", [], ""),
        ("%", [], ""),
        ("", [], ""),
    ],
)
def test_find_accounts(utility: Utility, db: None, typed: str, wanted: list[str], matched: str) -> None:
    found = find_accounts(SYSTEM, typed, permission=PERMISSION, on=ON)

    assert numbers(found) == wanted
    if wanted:
        assert found.rows[0].matched == matched


def test_a_hit_shows_what_is_owed(utility: Utility, db: None) -> None:
    (row, _) = find_accounts(SYSTEM, "张", permission=PERMISSION, on=ON).rows

    assert (row.holder_name, row.owed, row.oldest_due_date, row.is_own) == (
        "张四", Decimal("60.00"), date(2025, 5, 1), True,
    )  # fmt: skip
    assert row.address == "中山路阳光花园9幢1单元101室"


def test_a_whole_number_comes_before_those_who_owe(utility: Utility, db: None) -> None:
    make_account("1000", name="李五")

    assert numbers(find_accounts(SYSTEM, "1000", permission=PERMISSION, on=ON))[:2] == ["1000", "10000003"]


def test_more_matches_than_shown_are_told(utility: Utility, db: None) -> None:
    found = find_accounts(SYSTEM, "1000", permission=PERMISSION, on=ON, limit=2)

    assert (numbers(found), found.has_more) == (["10000003", "10000001"], True)


def clerk(unit_id: int, *, book_ids: tuple[int, ...] = (), permission: str = PERMISSION) -> Actor:
    """A person who may search at the unit, or only in the books."""
    staff = Staff.objects.create(login=f"clerk{unit_id}", staff_no=f"S{unit_id}", name="户档员一", unit_id=unit_id)
    role = Role.objects.create(code=f"r{unit_id}", name="户档员")
    RolePermission.objects.create(role=role, permission=permission)
    held = RoleAssignment.objects.create(staff=staff, role=role, unit_id=unit_id, from_date=date(2025, 1, 1))
    for book_id in book_ids:
        held.books.create(book_id=book_id)
    return Actor(staff_id=staff.pk, name=staff.name, company_id=None, unit_id=unit_id)


def test_a_person_finds_accounts_of_the_own_units_only(utility: Utility, db: None) -> None:
    east = clerk(utility.east_id)

    assert numbers(find_accounts(east, "张", permission=PERMISSION, on=ON)) == ["10000002"]
    assert [hit.account_no for hit in search(east, "张", permission=PERMISSION, on=ON)] == ["10000002"]
    assert numbers(find_accounts(east, "张", permission="customers.view", on=ON)) == []


def test_a_counter_of_the_whole_company_sees_name_address_and_arrears_of_others(utility: Utility, db: None) -> None:
    east = clerk(utility.east_id)
    within = reach(east, PERMISSION, on=ON, company_wide=True)

    rows = find_accounts(east, "张", permission=PERMISSION, on=ON, within=within).rows

    assert [(row.account_no, row.is_own) for row in rows] == [("10000003", False), ("10000002", True)]
    foreign = rows[0]
    assert (foreign.owed, foreign.oldest_due_date, foreign.prepaid, foreign.matched_text) == (
        Decimal("60.00"), None, Decimal("0.00"), "",
    )  # fmt: skip


def test_the_counter_finds_the_other_hall_only_while_it_collects_anywhere(utility: Utility, db: None) -> None:
    cashier = clerk(utility.east_id, permission="payments.take")

    assert numbers(find_for_counter(cashier, "张", on=ON)) == ["10000003", "10000002"]
    parameters.set_value(
        actor=SYSTEM,
        code="payments.collect_anywhere",
        unit_id=utility.company_id,
        from_date=ON,
        value=False,
        reason="停用通收",
    )
    assert numbers(find_for_counter(cashier, "张", on=ON)) == ["10000002"]


def test_a_person_limited_to_books_finds_the_accounts_read_there(utility: Utility, db: None) -> None:
    reader = clerk(utility.east_id, book_ids=(make_book("B-009"),))
    assert numbers(find_accounts(reader, "1000", permission=PERMISSION, on=ON)) == []

    make_point("10000002", "ZR-78", book_no="B-009")

    assert numbers(find_accounts(reader, "1000", permission=PERMISSION, on=ON)) == ["10000002"]


def test_find_accounts_takes_three_queries_for_the_system(utility: Utility, db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        find_accounts(SYSTEM, "张", permission=PERMISSION, on=ON)

    assert len(asked) == 3

"""Opening accounts with their points: one row is one account with its points, or nothing of it."""

from dataclasses import replace

import pytest

from qingyuan.domains.billing.models import TierGroupMember
from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.meters.models import ServicePoint
from qingyuan.domains.meters.queries import accounts_of_points
from qingyuan.workflows.open_accounts import NewConnection, open_accounts
from tests.factories.customers import ON, new_account
from tests.factories.meters import make_book, make_model, make_usage_class, new_installation
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_book("B-001")
    make_model(made.company_id)
    make_usage_class(made.company_id)
    return made


def connection_row(
    place: str, *, book_no: str = "B-001", region_code: str = "ZSL", meter_no: str = ""
) -> NewConnection:
    point = replace(new_installation("", meter_no or f"W-{place}"), book_no=book_no)
    return NewConnection(new_account(place, room=place, region_code=region_code), (point,))


def test_open_accounts_makes_account_balance_tier_group_and_point(utility: Utility, db: None) -> None:
    opened = open_accounts(actor=SYSTEM, rows=[connection_row("1"), connection_row("2")], on=ON)

    assert opened.failed == ()
    assert dict(accounts_of_points(opened.point_ids, on=ON)) == dict(
        zip(opened.point_ids, opened.account_ids, strict=True)
    )
    assert AccountBalance.objects.filter(account_id__in=opened.account_ids, owed=0, prepaid=0).count() == 2
    groups = TierGroupMember.objects.order_by("account_id").values_list("account_id", "group__group_no")
    assert list(groups) == [(opened.account_ids[0], "00000001"), (opened.account_ids[1], "00000002")]


def test_open_accounts_opens_nothing_of_a_row_whose_point_is_refused(utility: Utility, db: None) -> None:
    rows = [
        connection_row("1"),
        connection_row("2", book_no="B-404"),
        connection_row("3", region_code="?"),
        connection_row("4", meter_no="W-1"),
        connection_row("5"),
    ]

    opened = open_accounts(actor=SYSTEM, rows=rows, on=ON)

    assert [(issue.place, issue.code) for issue in opened.failed] == [
        ("2", "meters.book_unknown"),
        ("3", "customers.region_unknown"),
        ("4", "meters.repeated_in_file"),
    ]
    assert (len(opened.account_ids), len(opened.point_ids)) == (2, 2)
    assert Account.objects.count() == ServicePoint.objects.count() == 2
    assert sorted(Account.objects.values_list("account_no", flat=True)) == ["00000001", "00000002"]


@pytest.mark.parametrize("bad", [connection_row("2", book_no="B-404"), connection_row("2", region_code="?")])
def test_open_accounts_opens_nothing_when_strict_and_one_row_is_bad(
    utility: Utility, db: None, bad: NewConnection
) -> None:
    opened = open_accounts(actor=SYSTEM, rows=[connection_row("1"), bad], on=ON, strict=True)

    assert (opened.account_ids, opened.point_ids) == ((), ())
    assert [issue.place for issue in opened.failed] == ["2"]
    assert not Account.objects.exists()
    assert not ServicePoint.objects.exists()


def test_open_accounts_answers_nothing_for_no_rows(utility: Utility, db: None) -> None:
    assert open_accounts(actor=SYSTEM, rows=[], on=ON).account_ids == ()

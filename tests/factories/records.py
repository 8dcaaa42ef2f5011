"""A small customer file: an account with point and meter in each of two halls, opened through the workflow."""

from dataclasses import dataclass, replace
from datetime import date

from qingyuan.workflows.open_accounts import NewConnection, open_accounts
from tests.factories.customers import new_account
from tests.factories.meters import make_book, make_model, make_usage_class, new_installation
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility

ON = date(2025, 6, 1)


@dataclass(frozen=True, slots=True)
class TwoHalls:
    """Account 10000001 with meter W1 in book B-001 of the east hall, 10000002 with W2 in B-002 of the west hall."""

    utility: Utility
    east_account_id: int
    west_account_id: int
    east_point_id: int
    west_point_id: int


def make_two_halls() -> TwoHalls:
    utility = make_utility()
    make_region(utility.company_id)
    make_community(utility.company_id)
    make_usage_class(utility.company_id)
    make_usage_class(utility.company_id, "TRADE", "工商业")
    make_model(utility.company_id)
    make_book("B-001", unit_code="01E")
    make_book("B-002", unit_code="01W")
    opened = open_accounts(
        actor=SYSTEM,
        rows=[
            NewConnection(
                new_account("row 1", account_no="10000001", room="501", people=4, evidence="户口簿"),
                (new_installation("", "W1"),),
            ),
            NewConnection(
                new_account(
                    "row 2", account_no="10000002", unit_code="01W", name="西演示", room="502", phone="19900005678"
                ),
                (replace(new_installation("", "W2"), book_no="B-002"),),
            ),
        ],
        on=ON,
        strict=True,
    )
    assert not opened.failed, opened.failed
    return TwoHalls(utility, *opened.account_ids, *opened.point_ids)

"""Closing an account: everything cleared, or nothing happens."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import Account
from qingyuan.domains.customers.rules import lifecycle
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.meters.models import ServicePoint
from qingyuan.domains.meters.queries import points_of_accounts
from qingyuan.kernel.errors import NotFound
from qingyuan.workflows.close_account import close_account
from qingyuan.workflows.open_accounts import NewConnection, open_accounts
from tests.factories.customers import ON, new_account
from tests.factories.meters import make_book, make_model, make_usage_class, new_installation
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility

JULY = date(2025, 7, 1)
JULY_NOON = datetime(2025, 7, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_book("B-001")
    make_model(made.company_id)
    make_usage_class(made.company_id)
    return made


@pytest.fixture
def account_id(utility: Utility, db: None) -> int:
    """An account whose closing has begun, with one meter."""
    row = NewConnection(new_account(account_no="10000001"), (new_installation("", "W1"),))
    (made,) = open_accounts(actor=SYSTEM, rows=[row], on=ON).account_ids
    customers.start_closing(actor=SYSTEM, account_id=made, reason="销户申请", on=JULY)
    return made


def take_meter_off(account_id: int) -> None:
    (point_id,) = points_of_accounts([account_id], on=JULY)[account_id]
    meters.remove_meter(
        actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(9)}, reason="CLOSE", on=JULY
    )


def close() -> None:
    close_account(actor=SYSTEM, account_no="10000001", reason="销户", on=JULY)


def test_close_account_closes_account_and_points(account_id: int) -> None:
    take_meter_off(account_id)

    close()

    account = Account.objects.get(id=account_id)
    assert (account.state, account.closed_date) == ("CLOSED", JULY)
    assert ServicePoint.objects.get().closed_date == JULY
    assert points_of_accounts([account_id], on=JULY) == {}


def test_close_account_is_refused_while_a_meter_hangs(account_id: int) -> None:
    with pytest.raises(lifecycle.StillMetered):
        close()

    assert Account.objects.get(id=account_id).state == "CLOSING"
    assert ServicePoint.objects.get().closed_date is None


@pytest.mark.parametrize(
    ("figures", "error"),
    [
        ({"owed": Decimal("0.01"), "open_count": 1}, lifecycle.StillOwes),
        ({"prepaid": Decimal("20.00")}, lifecycle.StillPrepaid),
    ],
)
def test_close_account_is_refused_while_money_is_open(
    account_id: int, figures: dict[str, Decimal], error: type[lifecycle.StillOwes]
) -> None:
    take_meter_off(account_id)
    AccountBalance.objects.filter(account_id=account_id).update(**figures)

    with pytest.raises(error):
        close()

    assert Account.objects.get(id=account_id).state == "CLOSING"
    assert ServicePoint.objects.get().closed_date is None


def test_close_account_knows_no_such_number(account_id: int) -> None:
    with pytest.raises(NotFound):
        close_account(actor=SYSTEM, account_no="404", reason="销户", on=JULY)

    assert Account.objects.get(id=account_id).state == "CLOSING"

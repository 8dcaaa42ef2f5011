"""Two clerks open accounts at once: the same number, the same new address, numbers from the series."""

import pytest
from django.db import connection, transaction

from qingyuan.domains.customers.models import Account, Premise
from qingyuan.domains.customers.operations import open_accounts
from qingyuan.domains.customers.operations.opening import OpenedMeanwhile
from qingyuan.kernel.batch import BatchResult
from tests.databases import InThread
from tests.factories.customers import ON, new_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, make_utility

pytestmark = pytest.mark.race


@pytest.fixture
def company_id(committed_db: str) -> int:
    utility = make_utility()
    make_region(utility.company_id)
    make_community(utility.company_id)
    return utility.company_id


def open_one(account_no: str, room: str) -> BatchResult:
    return open_accounts(actor=SYSTEM, rows=[new_account(account_no=account_no, room=room)], on=ON)


def test_the_same_number_at_once_is_opened_once(company_id: int) -> None:
    with transaction.atomic():
        open_one("10000001", "1")
        second = InThread(lambda: open_one("10000001", "2"))
        assert second.is_blocked()
    with pytest.raises(OpenedMeanwhile) as refused:
        second.wait()

    assert "account_no" in str(refused.value.params["constraint"])
    assert Account.objects.count() == Premise.objects.count() == 1


def test_drawn_numbers_never_meet(company_id: int) -> None:
    with transaction.atomic():
        open_one("", "1")
        second = InThread(lambda: open_one("", "2"))
        assert second.is_blocked()
    second.wait()

    assert list(Account.objects.order_by("account_no").values_list("account_no", flat=True)) == ["00000001", "00000002"]


def test_control_without_the_unique_keys_the_number_is_opened_twice(company_id: int) -> None:
    """Shows the race: both look before either has written; only the database's own key tells them apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'account'::regclass AND contype = 'u'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE account DROP CONSTRAINT "{name}"')

    with transaction.atomic():
        open_one("10000001", "1")
        second = InThread(lambda: open_one("10000001", "2"))
        assert second.is_blocked()
    second.wait()

    assert Account.objects.filter(account_no="10000001").count() == 2

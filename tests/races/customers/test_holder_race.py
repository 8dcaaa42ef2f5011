"""Two clerks change the holder of one account at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import transaction

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.customers.operations import succession
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, NothingChanges
from qingyuan.domains.customers.rules.states import CustomerKind
from tests.databases import InThread
from tests.factories.customers import ON, make_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, make_utility

pytestmark = pytest.mark.race
JULY = date(2025, 7, 1)


@pytest.fixture
def account_id(committed_db: str) -> int:
    utility = make_utility()
    make_region(utility.company_id)
    make_community(utility.company_id)
    return make_account("10000001")


def make_heir(account_id: int, name: str) -> int:
    company_id = AccountHolder.objects.filter(account_id=account_id).values_list("company_id", flat=True)[0]
    return operations.create_customer(actor=SYSTEM, company_id=company_id, kind=CustomerKind.PERSON, name=name, on=ON)


def change(account_id: int, customer_id: int) -> None:
    operations.change_holder(
        actor=SYSTEM, account_id=account_id, customer_id=customer_id, from_date=JULY, evidence="过户", on=JULY
    )


@contextmanager
def without_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(succession, "lock_accounts", lambda _ids: None)
        yield


def test_the_second_change_waits_and_follows_the_first(account_id: int) -> None:
    first, second = make_heir(account_id, "甲"), make_heir(account_id, "乙")
    with transaction.atomic():
        change(account_id, first)
        waiting = InThread(lambda: change(account_id, second))
        assert waiting.is_blocked()
    waiting.wait()

    rows = AccountHolder.objects.filter(account_id=account_id).order_by("id")
    assert [(row.customer.name, row.from_date, row.to_date) for row in rows] == [
        ("单小明", ON, JULY),
        ("甲", JULY, JULY),
        ("乙", JULY, None),
    ]


def test_the_same_change_twice_is_done_once(account_id: int) -> None:
    heir = make_heir(account_id, "甲")
    with transaction.atomic():
        change(account_id, heir)
        waiting = InThread(lambda: change(account_id, heir))
        assert waiting.is_blocked()
    with pytest.raises(NothingChanges):
        waiting.wait()

    assert AccountHolder.objects.filter(account_id=account_id).count() == 2


def test_control_without_the_lock_the_second_runs_into_the_first(
    account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows the race: unlocked, the second reads the row in force before the first has closed it, and only the database's
    own guard (no two holders at once) stops it."""
    first, second = make_heir(account_id, "甲"), make_heir(account_id, "乙")
    with without_lock(monkeypatch):
        with transaction.atomic():
            change(account_id, first)
            racing = InThread(lambda: change(account_id, second))
            assert racing.is_blocked()
        with pytest.raises(ChangeBeforeCurrent):
            racing.wait()

    assert AccountHolder.objects.filter(account_id=account_id, to_date__isnull=True).count() == 1

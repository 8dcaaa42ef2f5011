"""The locking door."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from qingyuan.kernel.errors import NotFound
from qingyuan.platform.locking.door import LockOrderError, NoTransactionError, held_rank, hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.organisation.models import OrgUnit
from tests.factories.platform import Utility, make_utility


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def test_hold_refuses_an_earlier_rank_when_a_later_one_is_held(utility: Utility, db: None) -> None:
    with transaction.atomic():
        hold(Rank.BILL, OrgUnit, [utility.east_id])

        with pytest.raises(LockOrderError, match="ACCOUNT after BILL"):
            hold(Rank.ACCOUNT, OrgUnit, [utility.west_id])

        hold(Rank.BILL, OrgUnit, [utility.west_id])
        hold(Rank.OPEN_ITEM, OrgUnit, [utility.west_id])


def test_hold_refuses_when_there_is_no_transaction(utility: Utility, db: None) -> None:
    with pytest.raises(NoTransactionError):
        hold(Rank.BILL, OrgUnit, [utility.east_id])


def test_hold_locks_in_the_order_of_the_ids(utility: Utility, db: None) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        hold(Rank.ACCOUNT, OrgUnit, [utility.west_id, utility.east_id, utility.west_id])

    (statement,) = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert f"[{utility.east_id}, {utility.west_id}]" in statement.replace("'{", "[").replace("}'", "]").replace(
        ",", ", "
    ).replace("  ", " ")
    assert 'ORDER BY "id" FOR NO KEY UPDATE' in statement


def test_hold_names_a_missing_row(utility: Utility, db: None) -> None:
    with transaction.atomic(), pytest.raises(NotFound):
        hold(Rank.ACCOUNT, OrgUnit, [utility.east_id, 10**9])


def test_hold_forgets_when_the_transaction_ends(utility: Utility, committed_db: str) -> None:
    unit_id = make_utility().east_id
    with transaction.atomic():
        hold(Rank.BILL, OrgUnit, [unit_id])

    with transaction.atomic():
        hold(Rank.ACCOUNT, OrgUnit, [unit_id])
        assert held_rank() is Rank.ACCOUNT
    with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
        hold(Rank.BILL, OrgUnit, [unit_id])
        raise RuntimeError("undo")
    assert held_rank() is None


def test_hold_forgets_what_a_savepoint_undid(committed_db: str) -> None:
    unit_id = make_utility().east_id
    with transaction.atomic():
        hold(Rank.RUN, OrgUnit, [unit_id])
        with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
            hold(Rank.BILL, OrgUnit, [unit_id])
            raise RuntimeError("undo")

        assert held_rank() is Rank.RUN
        hold(Rank.ACCOUNT, OrgUnit, [unit_id])


def test_hold_remembers_what_a_released_savepoint_locked(committed_db: str) -> None:
    unit_id = make_utility().east_id
    with transaction.atomic():
        with transaction.atomic():
            hold(Rank.BILL, OrgUnit, [unit_id])

        with pytest.raises(LockOrderError):
            hold(Rank.ACCOUNT, OrgUnit, [unit_id])


def test_hold_of_rows_held_already_is_free_at_any_time(committed_db: str) -> None:
    utility = make_utility()
    with transaction.atomic():
        hold(Rank.ACCOUNTING_PERIOD, OrgUnit, [utility.east_id], shared=True)
        hold(Rank.ACCOUNT, OrgUnit, [utility.east_id])

        hold(Rank.ACCOUNTING_PERIOD, OrgUnit, [utility.east_id], shared=True)
        with pytest.raises(LockOrderError):
            hold(Rank.ACCOUNTING_PERIOD, OrgUnit, [utility.east_id])


def test_hold_counts_each_call_by_itself_when_a_test_is_rolled_back(utility: Utility, db: None) -> None:
    with transaction.atomic():
        hold(Rank.BILL, OrgUnit, [utility.east_id])
        assert held_rank() is Rank.BILL

    with transaction.atomic():
        hold(Rank.ACCOUNT, OrgUnit, [utility.east_id])
        assert held_rank() is Rank.ACCOUNT

"""Two runs charge the same month at once: each period is charged once, the other run finds nothing left to charge."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, RunItem, StandingFeeLive
from qingyuan.domains.billing.operations import StandingScope, standing_issue, standing_runs
from qingyuan.domains.billing.operations.standing_runs import StandingMoved, StandingRunUnderWay
from qingyuan.domains.billing.queries.standing import DueFee, due_fees
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import Account
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.platform.locking.door import hold_name
from qingyuan.workflows import run_billing
from tests.databases import InThread
from tests.db.billing.test_fee_import import accounts
from tests.db.billing.test_fees import DAY
from tests.db.billing.test_standing_fees import MARCH, add, make_refuse
from tests.factories.billing import PricedTown, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.race


@pytest.fixture
def priced(committed_db: str) -> PricedTown:
    town = make_priced_town()
    fee_type_id = make_refuse(town)
    for account in accounts(town, 2):
        add(account, fee_type_id)
    return town


def start(priced: PricedTown) -> int:
    scope = StandingScope(priced.company_id, MARCH)
    judged = billing.judge_month(actor=SYSTEM, scope=scope, on=DAY)
    return billing.start_standing_run(
        actor=SYSTEM, scope=scope, stamp=judged.stamp, expected_total=judged.total, posting_date=DAY
    )


def two_runs(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two runs over the same fees, as if neither start had seen the other."""
    monkeypatch.setattr(standing_runs, "_refuse_second_run", lambda *_: None)
    return [start(priced), start(priced)]


def both_issue(runs: list[int]) -> list[int | Exception]:
    """Both runs' only chunk is issued at once: both wait for the accounts."""
    with transaction.atomic():
        customers.lock_accounts(Account.objects.values_list("pk", flat=True))
        workers = [InThread(partial(billing.issue_chunk, actor=SYSTEM, run_id=run_id, chunk_no=1)) for run_id in runs]
        assert all(worker.is_blocked() for worker in workers)
    outcomes: list[int | Exception] = []
    for worker in workers:
        try:
            outcomes.append(worker.wait())
        except (DomainError, IntegrityError) as error:
            outcomes.append(error)
    return outcomes


def test_two_who_start_at_once_make_one_run(priced: PricedTown) -> None:
    with transaction.atomic():
        hold_name(f"recurring fees {priced.company_id} {MARCH.number}")
        people = [InThread(lambda: start(priced)) for _ in range(2)]
        assert all(person.is_blocked() for person in people)
    outcomes: list[object] = []
    for person in people:
        try:
            outcomes.append(person.wait())
        except DomainError as error:
            outcomes.append(type(error))

    assert BillingRun.objects.count() == 1
    assert {one for one in outcomes if isinstance(one, type)} <= {StandingRunUnderWay, StandingMoved}
    assert len([one for one in outcomes if isinstance(one, int)]) == 1


def test_two_runs_charge_each_period_once(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = two_runs(priced, monkeypatch)

    assert both_issue(runs) == [2, 2]

    assert Bill.objects.count() == StandingFeeLive.objects.count() == 2
    assert RunItem.objects.filter(state="STALE").count() == 2
    assert len(set(Bill.objects.values_list("run_id", flat=True))) == 1
    assert_books_hold()


def test_not_looked_for_again_the_database_refuses_the_second(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = two_runs(priced, monkeypatch)
    blind(priced, monkeypatch)

    outcomes = both_issue(runs)

    assert sorted(type(one).__name__ for one in outcomes) == ["IntegrityError", "int"]
    assert Bill.objects.count() == 2


def test_control_with_neither_guard_both_charge(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows the race: were the fees not looked for again under the locks, and not unique, all would be charged twice."""
    runs = two_runs(priced, monkeypatch)
    blind(priced, monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE standing_fee_live DROP CONSTRAINT standing_fee_live_once")

    assert both_issue(runs) == [2, 2]

    assert Bill.objects.count() == 4


def blind(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due is what was due before anything was charged."""
    seen = due_fees(MARCH, company_id=priced.company_id)

    def as_seen(_month: Month, **_given: object) -> tuple[DueFee, ...]:
        return seen

    monkeypatch.setattr(standing_issue, "due_fees", as_seen)


def test_whole_runs_worked_by_two_workers_charge_each_period_once(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = two_runs(priced, monkeypatch)
    workers = [InThread(partial(run_billing.work_here, run_id=run_id)) for run_id in runs]
    for worker in workers:
        worker.wait()

    assert Bill.objects.count() == 2
    assert set(BillingRun.objects.values_list("state", flat=True)) == {"ISSUED"}

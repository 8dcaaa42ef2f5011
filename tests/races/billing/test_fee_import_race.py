"""Two people charge the same file of fees at once: one charges, the other is told of that run and charges nothing."""

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, FeeImport
from qingyuan.domains.billing.operations import FeeRow, ImportedFees, fee_import
from qingyuan.domains.billing.operations.fee_import import FeesImportedBefore
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import Account
from qingyuan.kernel.errors import DomainError
from tests.databases import InThread
from tests.db.billing.test_fees import DAY, make_type
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.race
GUARDS = (("fee_import", "fee_import_content"), ("fee_charge", "fee_charge_request_key_key"))


@pytest.fixture
def priced(committed_db: str) -> PricedTown:
    return make_priced_town()


def rows_of(priced: PricedTown) -> list[FeeRow]:
    make_type(priced)
    numbers = [Account.objects.get(pk=account_of(point)).account_no for point in make_billable_points(priced, 2)]
    return [FeeRow(str(place), number, "JB", "3", "校验水表") for place, number in enumerate(numbers, start=2)]


def charge(priced: PricedTown, rows: list[FeeRow], stamp: str) -> ImportedFees:
    return billing.charge_fees(
        actor=SYSTEM,
        company_id=priced.company_id,
        rows=rows,
        stamp=stamp,
        leave_out=False,
        file_name="费用.xlsx",
        posting_date=DAY,
    )


def stamp_of(priced: PricedTown, rows: list[FeeRow]) -> str:
    return billing.judge_fees(actor=SYSTEM, company_id=priced.company_id, rows=rows, on=DAY).stamp


def both(priced: PricedTown, rows: list[FeeRow]) -> list[ImportedFees | Exception]:
    """Two people's charging of the same preview: both have looked, then both wait for the accounts."""
    stamp = stamp_of(priced, rows)
    with transaction.atomic():
        customers.lock_accounts(Account.objects.values_list("pk", flat=True))
        people = [InThread(lambda: charge(priced, rows, stamp)) for _ in range(2)]
        assert all(person.is_blocked() for person in people)
    outcomes: list[ImportedFees | Exception] = []
    for person in people:
        try:
            outcomes.append(person.wait())
        except (DomainError, IntegrityError) as error:
            outcomes.append(error)
    return outcomes


def test_one_of_two_charges_and_the_other_is_told_of_its_run(priced: PricedTown) -> None:
    outcomes = both(priced, rows_of(priced))

    [charged] = [one for one in outcomes if isinstance(one, ImportedFees)]
    [refusal] = [one for one in outcomes if isinstance(one, FeesImportedBefore)]
    assert refusal.params["run"] == charged.run_no
    assert (Bill.objects.count(), FeeImport.objects.count()) == (2, 1)


def test_not_looked_for_again_the_database_refuses_the_second(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(priced)
    monkeypatch.setattr(fee_import, "_refuse_repetition", lambda *_: None)

    outcomes = both(priced, rows)

    assert sorted(type(one).__name__ for one in outcomes) == ["ImportedFees", "IntegrityError"]
    assert (Bill.objects.count(), FeeImport.objects.count()) == (2, 1)


def test_control_with_neither_guard_both_charge(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows the race: were the rows not looked for again under the locks, and not unique, all would be charged twice."""
    rows = rows_of(priced)
    monkeypatch.setattr(fee_import, "_refuse_repetition", lambda *_: None)
    with connection.cursor() as cursor:
        for table, constraint in GUARDS:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

    assert [type(one).__name__ for one in both(priced, rows)] == ["ImportedFees", "ImportedFees"]

    assert (Bill.objects.count(), FeeImport.objects.count()) == (4, 2)

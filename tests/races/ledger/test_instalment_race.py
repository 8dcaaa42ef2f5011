"""Two people ask for an agreement over the same bills at once: one has it, the other is told of that one."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.ledger.models import InstalmentPlan, OpenItem
from qingyuan.domains.ledger.operations import InInstalments, instalments
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from tests.databases import InThread
from tests.db.ledger.test_instalments import ask
from tests.factories.ledger import Payer, make_company, make_payer, post, receivable

pytestmark = pytest.mark.race


@pytest.fixture
def payer(committed_db: str) -> Payer:
    company = make_company()
    found = make_payer(company)
    post(company, receivable(company, found, WATER="300.00"))
    return found


def both(payer: Payer) -> list[InstalmentPlan | Exception]:
    """Two requests for the same bills: both have looked, then both wait for them."""
    with transaction.atomic():
        hold(Rank.OPEN_ITEM, OpenItem, list(OpenItem.objects.values_list("pk", flat=True)))
        people = [InThread(lambda: ask(payer)) for _ in range(2)]
        assert all(person.is_blocked() for person in people)
    outcomes: list[InstalmentPlan | Exception] = []
    for person in people:
        try:
            outcomes.append(person.wait())
        except (DomainError, IntegrityError) as error:
            outcomes.append(error)
    return outcomes


def test_one_of_two_has_it(payer: Payer) -> None:
    outcomes = both(payer)

    [made] = [one for one in outcomes if isinstance(one, InstalmentPlan)]
    [refusal] = [one for one in outcomes if isinstance(one, InInstalments)]
    assert refusal.params["plan"] == made.plan_no
    assert made.amount == Decimal("300.00")


def test_not_looked_for_again_the_database_refuses_the_second(payer: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instalments, "refuse_in_plans", lambda *_: None)

    assert sorted(type(one).__name__ for one in both(payer)) == ["InstalmentPlan", "IntegrityError"]


def test_control_with_neither_guard_both_have_it(payer: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows the race: were the bills not looked at under their lock, and not unique, they would be agreed on twice."""
    monkeypatch.setattr(instalments, "refuse_in_plans", lambda *_: None)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX instalment_item_live")

    assert [type(one).__name__ for one in both(payer)] == ["InstalmentPlan", "InstalmentPlan"]

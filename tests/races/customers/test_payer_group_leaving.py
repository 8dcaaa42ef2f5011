"""An account is transferred while somebody takes it out of its payer group: it leaves once. With a control."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import Account, PayerGroupMember
from qingyuan.domains.customers.operations import payer_groups
from qingyuan.domains.customers.rules.history import check_change
from tests.factories.ledger import make_company, make_payers
from tests.factories.payer_groups import payers_group
from tests.factories.platform import SYSTEM
from tests.races.meeting import meet, outcomes

pytestmark = pytest.mark.race
ON = date(2025, 11, 20)
LATER = date(2025, 12, 31)


class Scene:
    """A group of two accounts; a stranger who takes one of them over."""

    def __init__(self) -> None:
        company = make_company()
        self.payers = make_payers(company, 3)
        self.group_id = payers_group(company, self.payers[:2])
        self.number = Account.objects.get(pk=self.payers[1].account_id).account_no

    def transfer(self) -> Any:
        return operations.change_holder(
            actor=SYSTEM,
            account_id=self.payers[1].account_id,
            customer_id=self.payers[2].customer_id,
            from_date=ON,
            evidence="过户申请",
            on=ON,
        )

    def take_out(self) -> Any:
        return operations.remove_member(
            actor=SYSTEM, group_id=self.group_id, account_no=self.number, to_date=LATER, reason="撤并", on=ON
        )

    def leaves(self) -> date | None:
        return PayerGroupMember.objects.get(account_id=self.payers[1].account_id).to_date


@pytest.fixture
def scene(committed_db: str) -> Scene:
    return Scene()


def take_out_with_a_transfer_between(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The one who takes out has read the membership as open; the transfer ends it before that is written."""
    checked = check_change

    def after_the_transfer(*args: Any, **kwargs: Any) -> bool:
        (transferred,) = outcomes(scene.transfer)
        assert not isinstance(transferred, Exception), transferred
        return checked(*args, **kwargs)

    monkeypatch.setattr(payer_groups, "check_change", after_the_transfer)
    (found,) = outcomes(scene.take_out)
    return found


def test_a_transfer_meanwhile_is_not_overwritten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    found = take_out_with_a_transfer_between(scene, monkeypatch)

    assert isinstance(found, payer_groups.NotMember)
    assert scene.leaves() == ON


def test_control_without_the_condition_the_transfer_is_overwritten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_id_alone(*conditions: Any, **fields: Any) -> Any:
        asked = {name: value for name, value in fields.items() if name != "to_date" or "pk" not in fields}
        return PayerGroupMember.objects.filter(*conditions, **asked)

    monkeypatch.setattr(payer_groups, "PayerGroupMember", SimpleNamespace(objects=SimpleNamespace(filter=by_id_alone)))

    assert take_out_with_a_transfer_between(scene, monkeypatch) is None
    assert scene.leaves() == LATER


def test_two_changes_of_one_group_at_once_one_is_stale(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payer_groups, "clean")

    def change(name: str) -> Any:
        return operations.change_payer_group(
            actor=SYSTEM, group_id=scene.group_id, version=1, name=name, payer_no="C00000001", on=ON
        )

    found = outcomes(lambda: change("甲"), lambda: change("乙"))

    assert sorted(type(one).__name__ for one in found) == ["NoneType", "StaleEdit"]

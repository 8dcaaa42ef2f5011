"""A draft changed in two windows at once, and changed while it is published."""

import threading
from contextlib import suppress

import pytest
from django.db.models import QuerySet

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.domains.tariffs.operations import drafts, plans
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, StaleEdit
from qingyuan.platform.parameters import operations as parameters
from tests.db.tariffs.test_plans import AT, NEW, ON
from tests.factories.platform import SYSTEM, make_person, make_utility
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race


@pytest.fixture
def second(committed_db: str) -> Actor:
    """Who changes and publishes the one draft there is, which the system made."""
    utility = make_utility()
    for code in ("water", "sewage"):
        row = tariffs.NewChargeItem(code, code)
        tariffs.create_charge_item(actor=SYSTEM, company_id=utility.company_id, row=row, on=ON)
    row_of_class = tariffs.NewUsageClass("RESIDENTIAL", "居民")
    tariffs.create_usage_class(actor=SYSTEM, company_id=utility.company_id, row=row_of_class, on=ON)
    tariffs.import_version(actor=SYSTEM, company_id=utility.company_id, text=NEW, on=ON)
    parameters.set_value(
        actor=SYSTEM, code="tariffs.least_cases", unit_id=utility.company_id, value=0, from_date=ON, reason="无用例"
    )
    return make_person(utility.company_id, "tariffs.edit", "tariffs.publish", login="second")


def change(actor: Actor, price: str) -> None:
    draft = PriceVersion.objects.get()
    text = draft.source.replace("'4.60'", f"'{price}'")
    tariffs.save_draft(actor=actor, version_id=draft.pk, version=1, text=text, on=ON)


def publish(actor: Actor) -> None:
    tariffs.publish(actor=actor, version_id=PriceVersion.objects.get().pk, at=AT, on=ON)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_args, **_options: self)


def test_of_two_changes_at_once_one_is_refused(second: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, drafts, "_held")

    found = outcomes(lambda: change(second, "4.41"), lambda: change(second, "4.42"))

    assert sorted(type(one).__name__ for one in found) == ["NoneType", StaleEdit.__name__]


def test_control_without_locks_one_change_is_lost(second: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    meet(monkeypatch, drafts, "_held", seconds=PATIENT)

    assert outcomes(lambda: change(second, "4.41"), lambda: change(second, "4.42")) == [None, None]


def meet_before_writing(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The changer and the publisher wait for each other when each has checked that it may."""
    barrier = threading.Barrier(2)

    def wait(*_given: object) -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)

    monkeypatch.setattr(drafts, "_refuse_other", wait)
    monkeypatch.setattr(plans, "_refuse_failing_cases", wait)


def test_nobody_publishes_what_they_change_in_another_window(second: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_before_writing(monkeypatch, 1.5)

    found = outcomes(lambda: change(second, "4.41"), lambda: publish(second))

    refused = [one for one in found if isinstance(one, DomainError)]
    assert len(refused) == 1
    assert isinstance(refused[0], tariffs.OwnDraft | tariffs.PublishedVersion)
    draft = PriceVersion.objects.get()
    assert (draft.state == "PUBLISHED") == ("'4.60'" in draft.source)


def test_control_without_locks_both_believe_that_they_may(second: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    meet_before_writing(monkeypatch, PATIENT)

    found = outcomes(lambda: change(second, "4.41"), lambda: publish(second))

    assert not [one for one in found if isinstance(one, DomainError)]

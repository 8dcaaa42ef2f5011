"""Two people let the same main go at once: one decision stands. With its control."""

from datetime import date

import pytest
from django.db import IntegrityError

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import MainRelease
from qingyuan.domains.readings.operations import releasing
from qingyuan.domains.readings.operations.releasing import MainNotWaiting
from tests.factories import readings as make
from tests.factories.platform import SYSTEM
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race
JAN = date(2025, 1, 15)


def _both_release() -> list[object]:
    town = make.make_town()
    main, sub = make.make_points(town, 2)
    make.link_sub(town, main, sub)
    make.plan(town, JAN)
    make.read_and_approve(main, JAN, "160")
    period = make.period_id(town, 202501)

    def release(reason: str) -> tuple[str, ...]:
        return readings.release_main(
            actor=SYSTEM, main_id=main, period_id=period, sub_nos=["P000002"], reason=reason, on=JAN
        )

    return outcomes(lambda: release("一"), lambda: release("二"))


def test_the_second_finds_nothing_that_waits(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, releasing, "waiting_mains")

    found = _both_release()

    assert ("P000002",) in found
    assert [type(each) for each in found if not isinstance(each, tuple)] == [MainNotWaiting]
    assert MainRelease.objects.count() == 1


def test_control_without_the_lock_both_decide_and_only_the_key_is_left(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "lock_points", lambda _ids: None)
    meet(monkeypatch, releasing, "waiting_mains", seconds=PATIENT)

    found = _both_release()

    assert [type(each) for each in found if not isinstance(each, tuple)] == [IntegrityError]

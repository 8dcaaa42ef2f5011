"""Two people at once: generating the same tasks, changing a read while it is approved. Each with its control."""

from collections.abc import Iterable
from datetime import date
from importlib import import_module

import pytest
from django.db import connection, models, transaction

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import Consumption, ReadingItem, ReadingPeriod, ReadingTask
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.batch import BatchResult
from qingyuan.platform.locking.rank import Rank
from tests.databases import InThread
from tests.factories import readings as make

pytestmark = pytest.mark.race
JAN = date(2025, 1, 15)


def _generate_twice_at_once(town: make.Town) -> tuple[bool, BatchResult, BatchResult]:
    with transaction.atomic():
        first = make.plan(town, JAN)
        other = InThread(lambda: make.plan(town, JAN))
        was_blocked = other.is_blocked()
    return was_blocked, first, other.wait()


def test_tasks_generated_by_two_at_once_are_there_once(committed_db: str) -> None:
    town = make.make_town()
    make.make_points(town, 3)
    make.plan(town, date(2024, 12, 15))

    was_blocked, first, second = _generate_twice_at_once(town)

    assert was_blocked
    assert (first.done, second.done) == (3, 0)
    assert ReadingTask.objects.filter(period__yyyymm=202501).count() == 1
    assert ReadingItem.objects.filter(period__yyyymm=202501).count() == 3


def test_control_without_the_unique_keys_everything_is_there_twice(committed_db: str) -> None:
    town = make.make_town()
    make.make_points(town, 3)
    make.plan(town, date(2024, 12, 15))
    ReadingPeriod.objects.create(company_id=town.company_id, yyyymm=202501, round_no=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reading_task DROP CONSTRAINT reading_task_once")
        cursor.execute("ALTER TABLE reading_item DROP CONSTRAINT reading_item_once")

    was_blocked, _, _ = _generate_twice_at_once(town)

    assert not was_blocked
    assert ReadingTask.objects.filter(period__yyyymm=202501).count() == 2
    assert ReadingItem.objects.filter(period__yyyymm=202501).count() == 6


def _approve_while_the_value_changes(point: int) -> tuple[bool, BatchResult]:
    found = make.reading_item(point, 202501)
    with transaction.atomic():
        make.read(point, JAN, "170")
        other = InThread(
            lambda: readings.approve(
                actor=system_actor("tests"),
                reading_item_ids=[found.pk],
                at=make.noon(JAN),
                versions={found.pk: found.version},
            )
        )
        was_blocked = other.is_blocked()
    return was_blocked, other.wait()


def test_approval_waits_for_the_change_and_then_refuses_what_was_not_seen(committed_db: str) -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "160")

    was_blocked, result = _approve_while_the_value_changes(point)

    assert was_blocked
    assert [issue.code for issue in result.failed] == ["kernel.stale_edit"]
    assert Consumption.objects.count() == 0


def test_control_without_the_lock_the_old_value_is_approved(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_lock(_rank: Rank, _model: type[models.Model], _ids: Iterable[int], *, shared: bool = False) -> None:
        return None

    monkeypatch.setattr("qingyuan.domains.readings.operations.record.hold", no_lock)
    monkeypatch.setattr(import_module("qingyuan.domains.readings.operations.approve"), "hold", no_lock)
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "160")

    _, result = _approve_while_the_value_changes(point)

    assert result.done == 1
    assert Consumption.objects.get().volume != make.reading_item(point, 202501).usage_volume

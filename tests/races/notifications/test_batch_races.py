"""Two people hand over at once, or take the same results in at once: each notice goes out once, each result is taken once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection

from qingyuan.domains.notifications import operations
from qingyuan.domains.notifications.models import Notice, NoticeBatch, NoticeRequest, NoticeResultFile
from qingyuan.domains.notifications.operations import ResultsTakenBefore, Taken, batches, results
from qingyuan.domains.notifications.rules.batch_file import ResultRow
from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.workflows import queue_notices
from tests.factories.billing import PricedTown, bill_month, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.factories.platform import SYSTEM
from tests.races.meeting import meet, outcomes

pytestmark = pytest.mark.race
JANUARY = date(2025, 1, 20)
NOON = datetime(2025, 1, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def priced(committed_db: str) -> PricedTown:
    town = make_priced_town()
    points = make_billable_points(town, 4)
    for point in points:
        give_phone(point)
    run_id = bill_month(town, JANUARY, dict.fromkeys(points, "140"))[0].run_id
    queue_notices.work_on(request_id=NoticeRequest.objects.get(source_id=run_id).pk)
    return town


def make(priced: PricedTown) -> str:
    return operations.make_batch(actor=SYSTEM, unit_id=priced.company_id, channel=Channel.SMS, at=NOON)


def unguarded(monkeypatch: pytest.MonkeyPatch, owner: object) -> None:
    monkeypatch.setattr(owner, "hold_name", lambda _name: None)


def test_of_two_who_make_a_batch_one_gets_all_and_the_other_is_told(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(monkeypatch, batches, "_taken")

    found = outcomes(lambda: make(priced), lambda: make(priced))

    assert sorted(type(one).__name__ for one in found) == ["NothingQueued", "str"]
    assert NoticeBatch.objects.get().notice_count == 4
    assert Notice.objects.filter(state="HANDED_OVER").count() == 4


def test_control_without_any_lock_both_files_name_the_same_notices(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded(monkeypatch, batches)
    whole = batches._taken

    def unlocked(*args: object) -> object:
        with without_row_locks():
            return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "_taken", unlocked)
    meet(monkeypatch, batches, "_taken", seconds=8)

    found = outcomes(lambda: make(priced), lambda: make(priced))

    assert all(isinstance(one, str) for one in found)
    assert list(NoticeBatch.objects.values_list("notice_count", flat=True)) == [4, 4]


@contextmanager
def without_row_locks() -> Iterator[None]:
    def plain(execute: Callable[..., object], sql: str, *rest: object) -> object:
        return execute(sql.replace("FOR NO KEY UPDATE SKIP LOCKED", ""), *rest)

    with connection.execute_wrapper(plain):
        yield


def take(number: str) -> Taken:
    rows = [ResultRow(2, f"{number}-000001", "成功", ""), ResultRow(3, f"{number}-000002", "失败", "空号")]
    return operations.take_results(actor=SYSTEM, batch_no=number, rows=rows, file_name="回执.csv", on=JANUARY)


def test_of_two_who_take_the_same_results_one_does_and_the_other_is_told(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make(priced)
    meet(monkeypatch, results, "_judged")

    found = outcomes(lambda: take(number), lambda: take(number))

    assert [one for one in found if isinstance(one, Taken)] == [Taken(1, 1, 0, 0)]
    assert len([one for one in found if isinstance(one, ResultsTakenBefore)]) == 1
    assert NoticeResultFile.objects.count() == 1


def test_control_without_the_lock_both_judge_the_same_rows_good(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make(priced)
    unguarded(monkeypatch, results)
    meet(monkeypatch, results, "_judged", seconds=8)

    found = outcomes(lambda: take(number), lambda: take(number))

    assert len([one for one in found if isinstance(one, IntegrityError)]) == 1, "the unique key is what is left"

"""Batches: what they take, their file, what comes back."""

import csv
import hashlib
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill
from qingyuan.domains.notifications import operations, queries
from qingyuan.domains.notifications.models import Notice, NoticeBatch, NoticeResultFile
from qingyuan.domains.notifications.operations import BatchDamaged, NothingQueued, ResultsTakenBefore, Taken
from qingyuan.domains.notifications.rules.batch_file import ResultRow
from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.workflows import queue_notices
from tests.db.notifications.test_queueing import FEBRUARY, JANUARY, billed, set_parameter
from tests.factories.billing import PricedTown, make_priced_town
from tests.factories.platform import SYSTEM, make_person, make_unit
from tests.jobs import run_deferred_jobs

NOON = datetime(2025, 1, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
NIGHT = datetime(2025, 1, 20, 23, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def priced(db: None) -> PricedTown:
    town = make_priced_town()
    billed(town)
    run_deferred_jobs()
    return town


def make(priced: PricedTown, actor: Actor = SYSTEM, at: datetime = NOON, channel: Channel = Channel.SMS) -> str:
    return operations.make_batch(actor=actor, unit_id=priced.company_id, channel=channel, at=at)


def lines(batch_no: str) -> list[list[str]]:
    file = operations.download_batch(actor=SYSTEM, batch_no=batch_no, at=NOON)
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))


def states() -> list[tuple[str, str, str | None]]:
    return list(Notice.objects.order_by("id").values_list("state", "reason", "batch__batch_no"))


def take(batch_no: str, *rows: tuple[int, str, str]) -> Taken:
    given = [ResultRow(2 + n, f"{batch_no}-{place:06d}", word, why) for n, (place, word, why) in enumerate(rows)]
    return operations.take_results(actor=SYSTEM, batch_no=batch_no, rows=given, file_name="回执.csv", on=JANUARY)


def test_a_batch_takes_what_is_queued_and_its_file_says_it(priced: PricedTown) -> None:
    number = make(priced)

    found = lines(number)
    notices = list(Notice.objects.order_by("id"))
    assert found[0][:3] == ["通知号", "手机号", "内容"]
    assert [row[:3] for row in found[1:]] == [
        [f"{number}-{place:06d}", notice.recipient, notice.text] for place, notice in enumerate(notices, start=1)
    ]
    assert {tuple(row[4:]) for row in found[1:]} == {("2025-01-20 12:00", "2025-01-20 21:00")}
    assert {(notice.state, notice.batch_id) for notice in notices} == {("HANDED_OVER", NoticeBatch.objects.get().pk)}
    batch = NoticeBatch.objects.get()
    file = operations.download_batch(actor=SYSTEM, batch_no=number, at=NOON)
    assert batch.content_hash == hashlib.sha256(file.content).hexdigest() == file.content_hash
    assert (batch.notice_count, batch.downloads) == (3, 1)
    assert AuditEntry.objects.filter(action="notifications.batch_downloaded", object_key=number).count() == 2


def test_at_night_messages_wait_for_the_morning(priced: PricedTown) -> None:
    found = lines(make(priced, at=NIGHT))

    assert {tuple(row[4:]) for row in found[1:]} == {("2025-01-21 08:00", "2025-01-21 21:00")}


def test_nothing_is_handed_over_twice_and_the_size_is_kept(priced: PricedTown) -> None:
    set_parameter(priced, "notifications.batch_size", 2)
    first, second = make(priced), make(priced)

    assert [len(lines(number)) - 1 for number in (first, second)] == [2, 1]
    with pytest.raises(NothingQueued):
        make(priced)
    with pytest.raises(NothingQueued):
        make(priced, channel=Channel.PAPER)
    assert NoticeBatch.objects.count() == 2


def test_scope_and_permission_are_kept(priced: PricedTown) -> None:
    other = make_unit("09", parent_id=priced.company_id)
    with pytest.raises(NotPermitted):
        make(priced, make_person(priced.company_id, "notifications.view", login="sieht"))
    with pytest.raises(NotPermitted):
        make(priced, make_person(other, "notifications.send", login="fern"))
    assert not NoticeBatch.objects.exists()

    number = make(priced)
    stranger = make_person(other, "notifications.send", "notifications.view", login="fern2")
    with pytest.raises(NotPermitted):
        operations.download_batch(actor=stranger, batch_no=number, at=NOON)
    with pytest.raises(NotFound):
        queries.batch(stranger, number, on=JANUARY)
    with pytest.raises(NotPermitted):
        operations.judge_results(actor=stranger, batch_no=number, rows=[], on=JANUARY)
    assert NoticeBatch.objects.get().downloads == 0


def test_a_damaged_file_is_not_given_out(priced: PricedTown) -> None:
    number = make(priced)
    NoticeBatch.objects.update(content_hash="0" * 64)

    with pytest.raises(BatchDamaged):
        operations.download_batch(actor=SYSTEM, batch_no=number, at=NOON)


def test_a_bill_cancelled_after_the_batch_keeps_its_notice_and_one_before_leaves_it(priced: PricedTown) -> None:
    subjects = list(Notice.objects.order_by("id").values_list("subject", flat=True))
    ids = dict(Bill.objects.values_list("bill_no", "id"))
    billing.cancel_bill(actor=SYSTEM, bill_id=ids[subjects[0]], posting_date=FEBRUARY, reason="读错")
    number = make(priced)
    billing.cancel_bill(actor=SYSTEM, bill_id=ids[subjects[1]], posting_date=FEBRUARY, reason="读错")

    assert [state for state, _reason, _batch in states()] == ["CANCELLED", "HANDED_OVER", "HANDED_OVER"]
    assert len(lines(number)) == 3


def test_results_are_taken_in_and_bad_rows_are_left_out(priced: PricedTown) -> None:
    number = make(priced)

    taken = take(number, (1, "成功", ""), (2, "失败", "空号"), (3, "也许", ""), (2, "成功", ""), (9, "成功", ""))

    assert taken == Taken(delivered=1, failed=1, same=0, refused=3)
    assert states() == [("DELIVERED", "", number), ("FAILED", "空号", number), ("HANDED_OVER", "", number)]


def test_the_same_file_twice_does_nothing_twice(priced: PricedTown) -> None:
    number = make(priced)
    take(number, (1, "成功", ""), (2, "失败", "空号"))
    before = (states(), NoticeResultFile.objects.count())

    with pytest.raises(ResultsTakenBefore):
        take(number, (1, "成功", ""), (2, "失败", "空号"))

    assert (states(), NoticeResultFile.objects.count()) == before
    again = take(number, (1, "成功", ""), (2, "成功", ""), (3, "成功", ""))
    assert again == Taken(delivered=1, failed=0, same=1, refused=1)
    assert [state for state, _reason, _batch in states()] == ["DELIVERED", "FAILED", "DELIVERED"]


def test_a_failed_notice_is_queued_again_and_leaves_its_batch(priced: PricedTown) -> None:
    number = make(priced)
    take(number, (1, "失败", "停机"))
    subject = Notice.objects.order_by("id")[0].subject

    assert queue_notices.notify_bill(actor=SYSTEM, bill_no=subject, on=JANUARY) == "QUEUED"

    assert states()[0] == ("QUEUED", "", None)
    row = queries.batch(SYSTEM, number, on=JANUARY)
    assert (row.count, row.failed, row.waiting, row.left) == (3, 0, 2, 1)
    assert len(lines(number)) == 4, "the file stays as it was handed over"
    assert take(number, (1, "成功", "")).refused == 1
    second = make(priced)
    assert [line[0] for line in lines(second)[1:]] == [f"{second}-000001"]

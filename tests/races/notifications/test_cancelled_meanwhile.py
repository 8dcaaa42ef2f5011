"""A bill is cancelled while its notice is being queued: no notice of a cancelled bill stays in the queue."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillReversal
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.notifications.models import Notice, NoticeRequest
from qingyuan.overviews.bill_notices import bills_of_run
from qingyuan.workflows import queue_notices
from tests.databases import InThread
from tests.factories.billing import bill_month, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.race
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


class Paused:
    """Wraps a reading: its caller has looked, and goes on when it is let."""

    def __init__(self, reading: Callable[..., Any]) -> None:
        self.reading = reading
        self.has_looked = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = self.reading(*args, **kwargs)
        self.has_looked.set()
        assert self.may_go_on.wait(30)
        return found


@pytest.fixture
def bill(committed_db: str) -> Bill:
    priced = make_priced_town()
    point = make_billable_points(priced, 1)[0]
    give_phone(point)
    return bill_month(priced, JANUARY, {point: "140"})[0]


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Paused:
    pausing = Paused(bills_of_run)
    monkeypatch.setattr(queue_notices, "bills_of_run", pausing)
    return pausing


def cancel(bill: Bill) -> None:
    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="读错")


def test_who_cancels_waits_for_the_queue_and_takes_the_notice_back(bill: Bill, paused: Paused) -> None:
    request_id = NoticeRequest.objects.get().pk
    queueing = InThread(lambda: queue_notices.work_on(request_id=request_id))
    assert paused.has_looked.wait(30)

    cancelling = InThread(lambda: cancel(bill))
    assert cancelling.is_blocked()
    paused.may_go_on.set()
    queueing.wait()
    cancelling.wait()

    assert list(Notice.objects.values_list("state", flat=True)) == ["CANCELLED"]


def test_control_without_the_lock_a_notice_of_a_cancelled_bill_stays_queued(
    bill: Bill, paused: Paused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "lock_accounts", lambda ids, *, shared=False: None)
    request_id = NoticeRequest.objects.get().pk
    queueing = InThread(lambda: queue_notices.work_on(request_id=request_id))
    assert paused.has_looked.wait(30)

    cancel(bill)
    paused.may_go_on.set()
    queueing.wait()

    assert BillReversal.objects.count() == 1
    assert list(Notice.objects.values_list("state", flat=True)) == ["QUEUED"]

"""A worker killed while it queues notices: started again it comes to the same rows as one that nobody disturbed."""

import os
import signal
import subprocess
import sys
from datetime import date

import pytest
from django.db import connection

from qingyuan.domains.notifications.models import Notice, NoticeRequest
from qingyuan.workflows import queue_notices
from tests.factories.billing import bill_month, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.races.notifications.dying import POINTS

pytestmark = pytest.mark.race
JANUARY = date(2025, 1, 20)
BILLS = 7


def a_request() -> int:
    priced = make_priced_town()
    points = make_billable_points(priced, BILLS)
    for place, point in enumerate(points[:-1]):
        give_phone(point, f"1390000000{place}")
    bill_month(priced, JANUARY, {point: str(140 + 10 * place) for place, point in enumerate(points)})
    return NoticeRequest.objects.get().pk


def rows() -> list[tuple[object, ...]]:
    told = Notice.objects.order_by("subject")
    return list(told.values_list("subject", "kind", "channel", "state", "reason", "recipient", "text", "amount"))


def killed(point: str, request_id: int) -> int:
    """The exit status of a process that dies at the point."""
    entry = connection.settings_dict
    address = f"postgresql://{entry['USER']}@:{entry['PORT']}/{entry['NAME']}?host={entry['HOST']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "qingyuan.config.settings"}
    command = [sys.executable, "-m", "tests.races.notifications.dying", point, str(request_id), "2"]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


@pytest.mark.parametrize("point", [point.name for point in POINTS])
def test_killed_and_started_again_it_comes_to_the_rows_of_an_undisturbed_one(committed_db: str, point: str) -> None:
    request_id = a_request()
    queue_notices.work_on(request_id=request_id)
    undisturbed = rows()
    assert len(undisturbed) == BILLS
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notice")
    NoticeRequest.objects.update(
        reached=None, last=None, queued_count=0, unreachable_count=0, untold_count=0, finished_at=None
    )

    assert killed(point, request_id) == -signal.SIGKILL
    at_death = rows()
    assert 2 <= len(at_death) < BILLS, "killed in between: something is there, and something is missing"

    queue_notices.work_on(request_id=request_id)

    assert rows() == undisturbed
    request = NoticeRequest.objects.get()
    assert request.finished_at is not None
    assert (request.queued_count, request.unreachable_count) == (BILLS - 1, 1)


def test_control_without_the_unique_key_a_repeated_window_doubles_its_rows(committed_db: str) -> None:
    request_id = a_request()
    queue_notices.work_on(request_id=request_id)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notice DROP CONSTRAINT notice_once")
        cursor.execute("CREATE INDEX notice_not_once ON notice (subject, kind, channel)")
    NoticeRequest.objects.update(reached=None, last=None, finished_at=None)

    with pytest.MonkeyPatch.context() as patched:
        from qingyuan.domains.notifications.operations import outbox

        patched.setattr(outbox, "_INSERT", outbox._INSERT.replace("ON CONFLICT (subject, kind, channel)", ""))
        patched.setattr(outbox, "_LEAVE", "")
        queue_notices.work_on(request_id=request_id)

    assert len(rows()) == 2 * BILLS

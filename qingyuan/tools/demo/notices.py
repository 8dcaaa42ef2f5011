"""Notices of the demo's bills: queued after each run, handed over, and answered but for the last month."""

import csv
import io
from datetime import datetime

from qingyuan.domains.notifications import operations, queries
from qingyuan.domains.notifications.operations import NothingQueued
from qingyuan.domains.notifications.rules.batch_file import ResultRow
from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.kernel.actor import Actor
from qingyuan.workflows import queue_notices

_FAILURES = {17: "空号（演示）", 53: "停机（演示）"}
"""Of each hundred lines of a file those with these places failed."""


def tell(*, actor: Actor, company_id: int, at: datetime, hand_over: bool) -> None:
    """Queue what was asked for; with `hand_over` also make batches of it and take their results in."""
    for request in queries.open_requests(company_id):
        queue_notices.work_on(request_id=request.id)
    while hand_over:
        try:
            number = operations.make_batch(actor=actor, unit_id=company_id, channel=Channel.SMS, at=at)
        except NothingQueued:
            return
        file = operations.download_batch(actor=actor, batch_no=number, at=at)
        lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:]
        rows = [_result(place, line[0]) for place, line in enumerate(lines, start=1)]
        operations.take_results(
            actor=actor, batch_no=number, rows=rows, file_name=f"{number}-回执（演示）.csv", on=at.date()
        )


def _result(place: int, notice_no: str) -> ResultRow:
    reason = _FAILURES.get(place % 100, "")
    return ResultRow(place + 1, notice_no, "失败" if reason else "成功", reason)

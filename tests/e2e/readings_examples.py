"""Examples of the addresses of the reading pages, in the demo utility, whose last month leaves a book to be reviewed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from qingyuan.domains.meters.models import MeterLink
from qingyuan.domains.readings.models import ReadingItem, ReadingTask, VolumeAdjustment
from qingyuan.domains.readings.operations import Evidence, adjust_volume, approve
from qingyuan.domains.readings.queries import waiting_mains
from qingyuan.kernel.actor import system_actor


def _one_that_is(*states: str) -> Callable[[], dict[str, object]]:
    return lambda: {"reading_item_id": ReadingItem.objects.filter(state__in=states).order_by("-id")[0].pk}


def _sheet_to_review() -> dict[str, object]:
    held = ReadingItem.objects.filter(state="HELD").order_by("-id")[0]
    return {"task_id": ReadingTask.objects.get(pk=held.task_id).pk}


def _adjustment() -> dict[str, object]:
    """One that holds, with evidence; the demo utility has none of its own."""
    found = VolumeAdjustment.objects.first()
    if found is None:
        billed = ReadingItem.objects.filter(state="BILLED", usage_volume__gt=5).order_by("-id")[0]
        assert billed.read_date is not None
        adjust_volume(
            actor=system_actor("tests"),
            reading_item_id=billed.pk,
            change=Decimal(-5),
            reason="表后漏水，已修复",
            reason_code="LEAK",
            on=billed.read_date,
            evidence=Evidence("漏水减免申请.pdf", "application/pdf", b"%PDF-1.4 evidence"),
        )
        found = VolumeAdjustment.objects.get()
    return {"adjustment_no": found.adjustment_no}


def _main_that_waits() -> dict[str, object]:
    """One of the newest period: a reading is approved and becomes the main of one that is not, unless there is one already."""
    held = ReadingItem.objects.filter(state__in=("PENDING", "HELD")).order_by("-period__yyyymm", "-id")[0]
    waits = waiting_mains(period_id=held.period_id)
    if waits:
        return {"point_no": waits[0].point_no}
    read = ReadingItem.objects.filter(period_id=held.period_id, state="READ").select_related("point").order_by("id")[0]
    assert read.read_date is not None
    actor, at = system_actor("tests"), datetime.combine(read.read_date, time(12), UTC)
    assert not approve(actor=actor, reading_item_ids=[read.pk], at=at, reason="核实").failed
    MeterLink.objects.create(
        company_id=read.company_id, main_id=read.point_id, sub_id=held.point_id, from_date=date(2020, 1, 1)
    )
    return {"point_no": read.point.point_no}


READINGS: dict[str, Callable[[], dict[str, object]]] = {
    "readings:grid": _sheet_to_review,
    "readings:detail": _one_that_is("HELD"),
    "readings:enter": _one_that_is("PENDING", "READ"),
    "readings:change": _one_that_is("HELD"),
    "readings:correct": _one_that_is("BILLED"),
    "readings:adjust": _one_that_is("BILLED"),
    "readings:adjustment": _adjustment,
    "readings:release-main": _main_that_waits,
    "readings:edit-condition": lambda: {"condition_code": "01"},
}

NO_PAGES_OF_READINGS = {
    "readings:save-rows": "takes a POST alone; JSON",
    "readings:review-reasons": "a part of a page",
    "readings:review-near": "a part of a page",
    "readings:adjust-effect": "a part of a page",
    "readings:approve": "takes a POST alone",
    "readings:approve-near": "takes a POST alone",
    "readings:send-back": "takes a POST alone",
    "readings:skip": "takes a POST alone",
    "readings:reopen": "takes a POST alone",
    "readings:adjustment-approve": "takes a POST alone",
    "readings:adjustment-refuse": "takes a POST alone",
    "readings:adjustment-withdraw": "takes a POST alone",
    "readings:adjustment-reverse": "takes a POST alone",
    "readings:adjustment-file": "a file",
    "readings:photo": "a picture",
    "readings:import-sample": "a file",
}

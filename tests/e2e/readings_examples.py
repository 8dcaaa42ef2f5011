"""Examples of the addresses of the reading pages, in the demo utility, whose last month leaves a book to be reviewed."""

from collections.abc import Callable
from decimal import Decimal

from qingyuan.domains.readings.models import ReadingItem, ReadingTask, VolumeAdjustment
from qingyuan.domains.readings.operations import Evidence, adjust_volume
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


READINGS: dict[str, Callable[[], dict[str, object]]] = {
    "readings:grid": _sheet_to_review,
    "readings:detail": _one_that_is("HELD"),
    "readings:enter": _one_that_is("PENDING", "READ"),
    "readings:change": _one_that_is("HELD"),
    "readings:correct": _one_that_is("BILLED"),
    "readings:adjust": _one_that_is("BILLED"),
    "readings:adjustment": _adjustment,
    "readings:edit-condition": lambda: {"condition_code": "01"},
}

NO_PAGES_OF_READINGS = {
    "readings:save-rows": "takes a POST alone; JSON",
    "readings:review-reasons": "a part of a page",
    "readings:review-near": "a part of a page",
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

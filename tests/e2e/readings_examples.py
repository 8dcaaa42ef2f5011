"""Examples of the addresses of the reading pages, in the demo utility, whose last month leaves a book to be reviewed."""

from collections.abc import Callable

from qingyuan.domains.readings.models import ReadingItem, ReadingTask


def _one_that_is(*states: str) -> Callable[[], dict[str, object]]:
    return lambda: {"reading_item_id": ReadingItem.objects.filter(state__in=states).order_by("-id")[0].pk}


def _sheet_to_review() -> dict[str, object]:
    held = ReadingItem.objects.filter(state="HELD").order_by("-id")[0]
    return {"task_id": ReadingTask.objects.get(pk=held.task_id).pk}


READINGS: dict[str, Callable[[], dict[str, object]]] = {
    "readings:grid": _sheet_to_review,
    "readings:detail": _one_that_is("HELD"),
    "readings:enter": _one_that_is("PENDING", "READ"),
    "readings:change": _one_that_is("HELD"),
    "readings:correct": _one_that_is("BILLED"),
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
    "readings:photo": "a picture",
    "readings:import-sample": "a file",
}

"""Decisions on readings from the queue and the item's page: approve, send back, skip, read after all."""

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qingyuan.domains.readings import operations, queries
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import reason_text
from qingyuan.interfaces.office.readings.scope import company_of, today
from qingyuan.interfaces.office.readings.views.review import percent_of, queue_filter
from qingyuan.interfaces.office.shell.addresses import wanted_address
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.batch import BatchResult
from qingyuan.kernel.errors import NotFound


def _picked(request: OfficeRequest) -> Mapping[int, int | None]:
    """The items of the request with the versions that were looked at: ids=123:4. Raises NotFound for other texts."""
    found: dict[int, int | None] = {}
    for text in request.POST.getlist("ids"):
        item_id, _colon, version = text.partition(":")
        if not item_id.isdigit() or (version and not version.isdigit()) or len(text) > 30:
            raise NotFound(reading_item=text[:30])
        found[int(item_id)] = int(version) if version else None
    return found


def _answer(request: OfficeRequest, result: BatchResult, said: str) -> HttpResponseBase:
    """JSON for the queue's script; for a plain form back to the queue with the sentences as messages."""
    failed = [{"place": one.place, "text": code_sentence(one.code, one.params)} for one in result.failed]
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"done": result.done, "message": said, "failed": failed})
    if result.done:
        messages.success(request, said)
    for one in failed:
        messages.error(request, f"{one['place']}: {one['text']}")
    address = wanted_address(request) if "next" in request.POST else reverse("readings:review")
    return redirect(address)


@requires("readings.review")
@require_POST
def approve(request: OfficeRequest) -> HttpResponseBase:
    """Approve the picked readings; held ones need a reason."""
    picked = _picked(request)
    return _answer(request, *_approved(request, list(picked), {k: v for k, v in picked.items() if v is not None}))


def _approved(request: OfficeRequest, ids: Sequence[int], versions: Mapping[int, int]) -> tuple[BatchResult, str]:
    result = operations.approve(
        actor=request.actor,
        reading_item_ids=ids,
        at=timezone.now(),
        reason=_reason(request, "acceptance_reason"),
        versions=versions,
    )
    return result, ngettext("%(n)s reading approved", "%(n)s readings approved", result.done) % {"n": result.done}


@requires("readings.review")
@require_POST
def approve_near(request: OfficeRequest) -> HttpResponseBase:
    """Approve everything in the filter whose usage is near the average."""
    percent = percent_of(request.POST.get("percent", ""))
    if percent is None:
        return JsonResponse(
            {"done": 0, "message": "", "failed": [{"place": "", "text": _("Write a whole percentage.")}]}
        )
    asked = QueryDict(request.POST.get("query", "")).dict()
    found = queries.items_near_average(
        actor=request.actor,
        company_id=company_of(request.actor),
        on=today(),
        percent=percent,
        **queue_filter(request, asked).as_arguments(),
    )
    versions = {one.reading_item_id: one.version for one in found}
    return _answer(request, *_approved(request, list(versions), versions))


@requires("readings.review")
@require_POST
def send_back(request: OfficeRequest) -> HttpResponseBase:
    """Send the picked readings back with a coded reason."""
    result = operations.send_back(
        actor=request.actor,
        reading_item_ids=list(_picked(request)),
        reason=_reason(request, "return_reason"),
        at=timezone.now(),
        on=today(),
    )
    said = ngettext("%(n)s reading sent back", "%(n)s readings sent back", result.done) % {"n": result.done}
    return _answer(request, result, said)


def _reason(request: OfficeRequest, set_code: str) -> str:
    return reason_text(set_code, request.POST.get("reason_code", ""), request.POST.get("reason", ""))


@requires("readings.plan")
@require_POST
def skip(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """免抄: leave the point out this period."""
    result = operations.skip(
        actor=request.actor,
        reading_item_ids=[reading_item_id],
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
        on=today(),
    )
    return _back_to(request, reading_item_id, result, _("The point is left out this period."))


@requires("readings.plan")
@require_POST
def reopen(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """恢复抄表: read a point after all that was left out."""
    result = operations.reopen(
        actor=request.actor, reading_item_ids=[reading_item_id], reason=request.POST.get("reason", ""), on=today()
    )
    return _back_to(request, reading_item_id, result, _("The point is to be read after all."))


def _back_to(request: OfficeRequest, reading_item_id: int, result: BatchResult, said: str) -> HttpResponseBase:
    if result.done:
        messages.success(request, said)
    for one in result.failed:
        messages.error(request, code_sentence(one.code, one.params))
    return redirect("readings:detail", reading_item_id)

"""录入: a book's sheet in reading order with one column to fill; rows are saved as they are left."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.operations import ReadRow
from qingyuan.domains.readings.queries import EntryRow, TaskRow
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.rows import as_json, grid_row, totals_of
from qingyuan.interfaces.office.readings.scope import company_of, today
from qingyuan.interfaces.office.readings.words import STATES, anomaly_chips, condition_name, rate_text
from qingyuan.interfaces.office.shell.exports import export_response
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_query
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue
from qingyuan.kernel.errors import NotFound, StaleEdit

ROWS_A_PAGE = 200
MOST_ROWS = 5000
_VALUE = VolumeField(required=False, minimum=Decimal(0))

SHEET: ListSpec[EntryRow] = ListSpec(
    key="reading-sheet",
    title=gettext_lazy("Reading sheet"),
    unit=gettext_lazy("points"),
    sort="order_no",
    columns=(
        Column("order_no", gettext_lazy("Seq."), ColumnKind.INTEGER, sortable=True),
        Column("account_no", gettext_lazy("Account no."), ColumnKind.IDENTIFIER),
        Column("holder_name", gettext_lazy("Holder")),
        Column("address", gettext_lazy("Address")),
        Column("point_no", gettext_lazy("Point no."), ColumnKind.IDENTIFIER),
        Column("meter_no", gettext_lazy("Meter no."), ColumnKind.IDENTIFIER),
        Column("previous_date", gettext_lazy("Previous date"), ColumnKind.DATE),
        Column("previous_value", gettext_lazy("Previous"), ColumnKind.READING),
        Column("read_date", gettext_lazy("Reading date"), ColumnKind.DATE),
        Column("value", gettext_lazy("This reading"), ColumnKind.READING, totalled=True),
        Column("condition_code", gettext_lazy("Condition"), ColumnKind.IDENTIFIER),
        Column("usage_volume", gettext_lazy("Usage"), ColumnKind.VOLUME, totalled=True),
        Column("average_volume", gettext_lazy("Average"), ColumnKind.VOLUME),
        Column("state", gettext_lazy("State"), value=lambda row: str(STATES[row.state])),
        Column("anomalies", gettext_lazy("Noticed"), value=lambda row: [str(chip) for chip in anomaly_chips(row)]),
        Column("note", gettext_lazy("Remark")),
    ),
)


class SheetFilter(FilterForm):
    """The sheet is exported whole."""


@requires("readings.view")
def grid(request: OfficeRequest, task_id: int) -> HttpResponseBase:
    """The sheet of one book in one period."""
    task = queries.task(actor=request.actor, task_id=task_id, on=today())
    rows = queries.entry_rows(actor=request.actor, task_id=task_id, on=today(), limit=MOST_ROWS)
    if request.GET.get("format") in {"xlsx", "csv"}:
        return _export(request, rows)
    show = request.GET.get("show", "")
    wanted = [row for row in rows if _is_shown(row, show)]
    page = _page_no(request, len(wanted))
    shown = wanted[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    found = queries.conditions(company_of(request.actor))
    context = {
        "title": _("Reading entry"),
        "task": task,
        "period_key": f"{task.yyyymm}" if task.round_no == 1 else f"{task.yyyymm}-{task.round_no}",
        "rate": rate_text(task.progress),
        "rows": [grid_row(row) for row in shown],
        "totals": totals_of(rows),
        "conditions": [(one.code, condition_name(one), one.algorithm) for one in found],
        "read_date": min(task.planned_date, today()),
        "latest": today(),
        "show": show,
        "shows": _shows(task, rows),
        "page": page,
        "pages": max(-(-len(wanted) // ROWS_A_PAGE), 1),
        "may_record": "readings.record" in request.permissions,
        "may_review": "readings.review" in request.permissions,
        "person": person_of(request).pk,
        "words": _words(),
    }
    return render(request, "readings/grid.html", context)


def _is_shown(row: EntryRow, show: str) -> bool:
    if show == "pending":
        return row.state == "PENDING"
    return row.state == "HELD" if show == "held" else True


def _shows(task: TaskRow, rows: Sequence[EntryRow]) -> list[tuple[str, str, int]]:
    return [
        ("", _("All"), len(rows)),
        ("pending", str(STATES["PENDING"]), task.progress.pending),
        ("held", str(STATES["HELD"]), task.progress.held),
    ]


def _page_no(request: OfficeRequest, count: int) -> int:
    text = request.GET.get("page", "1")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(wanted, 1), max(-(-count // ROWS_A_PAGE), 1))


def _export(request: OfficeRequest, rows: Sequence[EntryRow]) -> HttpResponse:
    def load(_actor: Actor, query: ListQuery) -> ListResult[EntryRow]:
        taken = [row for row in rows if row.state not in {"PENDING", "SKIPPED"}]
        totals = {
            "value": sum((row.value for row in taken if row.value is not None), Decimal(0)),
            "usage_volume": sum((row.usage_volume for row in taken if row.usage_volume is not None), Decimal(0)),
        }
        return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows), totals=totals)

    return export_response(request, SHEET, SheetFilter(request.GET), list_query(SHEET, request.GET, {}), load)


def _words() -> dict[str, str]:
    """The sentences that the grid's script says."""
    return {
        "unsaved": _("not saved"),
        "saving": _("saving"),
        "saved": _("saved"),
        "failed": _("not taken"),
        "conflict": _("changed meanwhile"),
        "offline": _("The server cannot be reached. %(count)s rows wait here and are sent again by themselves."),
        "refused": _("The server did not take this. What you typed is still here."),
        "signed_out": _("You have been signed out. Sign in again in a new window; what you typed is kept."),
        "restored": _("%(count)s rows from before are not saved yet: press Enter on them."),
        "pasted": _("%(count)s rows pasted"),
        "theirs": _("Stored meanwhile: %(value)s, usage %(usage)s. You typed: %(typed)s."),
        "keep": _("Keep mine"),
        "take": _("Take the stored one"),
        "usage": _("usage %(usage)s"),
    }


@requires("readings.record")
@require_POST
def save_rows(request: OfficeRequest, task_id: int) -> HttpResponseBase:
    """Save rows of the sheet; each stands or falls alone. JSON in, JSON out."""
    task = queries.task(actor=request.actor, task_id=task_id, on=today())
    entries = _entries(request)
    before = {
        row.reading_item_id: row
        for row in queries.entry_rows(actor=request.actor, task_id=task_id, on=today(), limit=MOST_ROWS)
    }
    messages: dict[int, str] = {}
    rows: list[ReadRow] = []
    for entry in entries:
        item_id = int(entry["id"])
        if item_id not in before:
            raise NotFound(reading_item=item_id)
        try:
            rows.append(_read_row(entry, item_id))
        except ValidationError as error:
            messages[item_id] = " ".join(error.messages)
    result = operations.record_readings(actor=request.actor, rows=rows, source=ReadingSource.GRID, on=today())
    refused = {issue.place: issue for issue in result.failed}
    after = queries.entry_rows(actor=request.actor, task_id=task_id, on=today(), limit=MOST_ROWS)
    by_id = {row.reading_item_id: row for row in after}
    answers = [_answer(int(entry["id"]), by_id, messages, refused) for entry in entries]
    progress = queries.task(actor=request.actor, task_id=task.task_id, on=today()).progress
    return JsonResponse({"rows": answers, "totals": asdict(totals_of(after)), "rate": rate_text(progress)})


def _entries(request: OfficeRequest) -> list[Mapping[str, Any]]:
    """The rows of the body. Raises NotFound for a body that is none of ours."""
    try:
        body = json.loads(request.body)
        entries: list[Mapping[str, Any]] = body["rows"]
        if not all(str(entry["id"]).isdigit() for entry in entries):
            raise ValueError(entries)
    except (ValueError, KeyError, TypeError) as error:
        raise NotFound(rows=None) from error
    return entries[:ROWS_A_PAGE]


def _read_row(entry: Mapping[str, Any], item_id: int) -> ReadRow:
    """Raises ValidationError with a sentence for the cell that is wrong."""
    try:
        read_date = date.fromisoformat(str(entry.get("date", "")))
    except ValueError as error:
        raise ValidationError(_("Write the date as 2026-11-24")) from error
    version = str(entry.get("version", ""))
    return ReadRow(
        reading_item_id=item_id,
        read_date=read_date,
        value=_VALUE.clean(entry.get("value", "")),
        condition_code=str(entry.get("condition", "")),
        volume=_VALUE.clean(entry.get("volume", "")),
        version=int(version) if version.isdigit() else None,
        place=str(item_id),
    )


def _answer(
    item_id: int, rows: Mapping[int, EntryRow], messages: Mapping[int, str], refused: Mapping[str, BatchIssue]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": item_id, "ok": True, "row": as_json(grid_row(rows[item_id]))}
    issue = refused.get(str(item_id))
    if item_id in messages:
        answer |= {"ok": False, "message": messages[item_id]}
    elif issue is not None:
        answer |= {
            "ok": False,
            "message": code_sentence(issue.code, issue.params),
            "conflict": issue.code == StaleEdit.code,
        }
    return answer

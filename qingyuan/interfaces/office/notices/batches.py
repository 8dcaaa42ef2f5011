"""Batches of notices (通知批次): made, downloaded, their results taken in."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.notifications import operations, queries
from qingyuan.domains.notifications.operations.results import MOST_RESULTS
from qingyuan.domains.notifications.queries import BatchRow, ResultFileRow
from qingyuan.domains.notifications.rules.batch_file import RESULT_HEADINGS, JudgedResult, ResultRow
from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.notices import columns
from qingyuan.interfaces.office.notices.forms import BatchFilterForm, BatchForm
from qingyuan.interfaces.office.notices.words import CHANNELS, STATES
from qingyuan.interfaces.office.shell.choices import unit_choices
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, FactList, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import instant_text, integer_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.uploads import (
    Preview,
    PreviewRow,
    UploadRefused,
    UploadSpec,
    Verdict,
    upload_response,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.platform.files.queries.tables import read_table
from qingyuan.platform.organisation.queries import units_within_reach

VIEW, SEND = "notifications.view", "notifications.send"
_RESULT_NAMES = (("通知号", "notice_no"), ("结果", "result"), ("原因", "reason"))

BATCHES: ListSpec[BatchRow] = ListSpec(
    key="notice-batches",
    title=gettext_lazy("Notice batches"),
    unit=gettext_lazy("batches"),
    columns=columns.BATCHES,
    sort="batch_no",
    descending=True,
    actions=(
        Action(gettext_lazy("Make a batch"), "/notices/batches/new/", SEND, "send", key="new", primary=True),
        Action(gettext_lazy("Notices"), "/notices/", VIEW, "message"),
    ),
    empty=EmptyState(
        gettext_lazy("There are no batches yet. A batch takes what is queued and makes a file of it."),
        Action(gettext_lazy("Make a batch"), "/notices/batches/new/", SEND),
    ),
)
FILES: tuple[Column[ResultFileRow], ...] = (
    Column("file_name", gettext_lazy("File")),
    Column("delivered", gettext_lazy("Delivered"), ColumnKind.INTEGER),
    Column("failed", gettext_lazy("Failed"), ColumnKind.INTEGER),
    Column("same", gettext_lazy("Known before"), ColumnKind.INTEGER),
    Column("refused", gettext_lazy("Rows refused"), ColumnKind.INTEGER),
    Column("taken_by", gettext_lazy("Taken in by")),
    Column("taken_at", gettext_lazy("At"), ColumnKind.INSTANT),
)


@requires(VIEW)
def batches(request: OfficeRequest) -> HttpResponseBase:
    """Batches, the newest first."""
    return list_response(request, BATCHES, BatchFilterForm, _load)


@requires(SEND)
def make(request: OfficeRequest) -> HttpResponse:
    """Make a batch of what is queued."""
    on = timezone.localdate()
    units = units_within_reach(request.actor, SEND, on=on)
    own = request.actor.unit_id if request.actor.unit_id in {one.id for one in units} else None
    form = BatchForm(unit_choices(units), request.POST or None, initial={"unit": own, "channel": Channel.SMS})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="channel"):
            number = operations.make_batch(
                actor=request.actor,
                unit_id=form.cleaned_data["unit"],
                channel=Channel(form.cleaned_data["channel"]),
                at=timezone.now(),
            )
            return done(
                request,
                _("Batch %(number)s was made. Download its file and hand it over.") % {"number": number},
                reverse("notices:batch", args=[number]),
            )
    page = FormPage(
        title=_("Make a batch of notices"),
        submit=_("Make it"),
        cancel_url=reverse("notices:batches"),
        intro=" ".join(
            [
                _("A batch takes what is queued, the oldest first. What it took is handed over: a bill cancelled"
                  " afterwards does not take its notice back."),
                _waiting(request),
            ]
        ),
    )  # fmt: skip
    return form_response(request, form, page)


@requires(VIEW)
def batch(request: OfficeRequest, batch_no: str) -> HttpResponse:
    """One batch: its file, what came of its notices, the files of results."""
    found = queries.batch(request.actor, batch_no, on=timezone.localdate())
    context = {
        "facts": _facts(found),
        "files": sub_table(gettext_lazy("Results taken in"), FILES, queries.result_files(batch_no), caption_shown=True),
        "batch": found,
        "may_send": SEND in request.permissions,
        "left_text": _("%(count)s of them were queued again since.") % {"count": found.left} if found.left else "",
    }
    return detail_response(request, _page(request, found), "notices/batch.html", context=context)


@requires(SEND)
def download(request: OfficeRequest, batch_no: str) -> HttpResponse:
    """The batch's file; each download goes on record."""
    file = operations.download_batch(actor=request.actor, batch_no=batch_no, at=timezone.now())
    response = HttpResponse(file.content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["X-Content-SHA256"] = file.content_hash
    return response


@requires(SEND)
def results(request: OfficeRequest, batch_no: str) -> HttpResponse:
    """Take a file of results in: choose, look at each row, confirm."""
    on = timezone.localdate()
    queries.batch(request.actor, batch_no, on=on)

    def preview(actor: Actor, name: str, content: bytes) -> Preview:
        del name
        judged = operations.judge_results(actor=actor, batch_no=batch_no, rows=_rows(content), on=on)
        return Preview((_("Notice no."), _("Result"), _("Reason given")), [_judged(one) for one in judged])

    def carry_out(actor: Actor, name: str, content: bytes) -> BatchResult:
        rows = _rows(content)
        judged = operations.judge_results(actor=actor, batch_no=batch_no, rows=rows, on=on)
        taken = operations.take_results(actor=actor, batch_no=batch_no, rows=rows, file_name=name, on=on)
        return BatchResult(
            ids=tuple(range(taken.delivered + taken.failed)),
            failed=tuple(
                BatchIssue(str(one.row.row_no), one.problem, one.params or {})
                for one in judged
                if one.problem is not None
            ),
        )

    spec = UploadSpec(
        title=_("Results of batch %(number)s") % {"number": batch_no},
        intro=_(
            "Headings in the first row: 通知号, 结果 (成功 or 失败), 原因. A failed one needs its reason. Rows that are"
            " refused are left out; put them, mended, in a file of their own."
        ),
        preview=preview,
        carry_out=carry_out,
        back_url=reverse("notices:batch", args=[batch_no]),
        sample_url=reverse("notices:result-sample", args=[batch_no]),
    )
    return upload_response(request, spec)


@requires(SEND)
def sample(request: OfficeRequest, batch_no: str) -> HttpResponse:
    """A file of results with two lines as an example."""
    queries.batch(request.actor, batch_no, on=timezone.localdate())
    lines = (RESULT_HEADINGS, (f"{batch_no}-000001", "成功", ""), (f"{batch_no}-000002", "失败", "空号"))
    content = "\r\n".join(",".join(line) for line in lines) + "\r\n"
    response = HttpResponse(b"\xef\xbb\xbf" + content.encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{batch_no}-results.csv"'
    return response


def _load(actor: Actor, query: ListQuery) -> ListResult[BatchRow]:
    found = queries.batches(
        actor,
        on=timezone.localdate(),
        channel=query.filters.get("channel", ""),
        text=query.filters.get("q", "").strip(),
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
    )
    return ListResult(found.rows, found.count)


def _waiting(request: OfficeRequest) -> str:
    found = queries.waiting(request.actor, on=timezone.localdate())
    words = "，".join(
        _("%(channel)s: %(count)s") % {"channel": CHANNELS[channel], "count": integer_text(found.get(channel, 0))}
        for channel in Channel
    )
    return _("Queued now: %(words)s.") % {"words": words}


def _page(request: OfficeRequest, found: BatchRow) -> DetailPage:
    actions = []
    if SEND in request.permissions:
        actions = [
            Action(_("Take results in"), reverse("notices:results", args=[found.batch_no]), SEND, "upload"),
        ]
    return DetailPage(
        title=_("Notice batch"),
        number=found.batch_no,
        facts=(
            Fact(gettext_lazy("Channel"), CHANNELS[found.channel]),
            Fact(gettext_lazy("Organisation unit"), found.unit_name),
            Fact(gettext_lazy("Made"), instant_text(found.made_at)),
            Fact(gettext_lazy("Handed over by"), found.made_by),
        ),
        figures=(
            Figure(gettext_lazy("Notices"), integer_text(found.count)),
            Figure(gettext_lazy("Delivered"), integer_text(found.delivered)),
            Figure(gettext_lazy("Failed"), integer_text(found.failed)),
            Figure(gettext_lazy("No result yet"), integer_text(found.waiting)),
        ),
        actions=tuple(actions),
        back_url=reverse("notices:batches"),
    )


def _facts(found: BatchRow) -> FactList:
    facts = [
        Fact(gettext_lazy("Lines of the file"), integer_text(found.count)),
        Fact(gettext_lazy("SHA-256 of the file"), found.content_hash),
        Fact(
            gettext_lazy("Downloaded"),
            _("%(count)s×, first at %(at)s") % {"count": found.downloads, "at": instant_text(found.downloaded_at)}
            if found.downloaded_at
            else _("not yet"),
        ),
    ]
    if found.send_from is not None:
        until = instant_text(found.send_until) if found.send_until else ""
        facts.append(
            Fact(
                gettext_lazy("To be sent"),
                _("%(begin)s to %(end)s") % {"begin": instant_text(found.send_from), "end": until}
                if until
                else _("from %(begin)s on") % {"begin": instant_text(found.send_from)},
            )
        )
    return FactList(tuple(facts), heading=gettext_lazy("The file"))


def _rows(content: bytes) -> list[ResultRow]:
    """The rows of a file. Raises UploadRefused without a heading, and the refusals of `read_table`."""
    table = read_table(content, max_rows=MOST_RESULTS)
    headings = [_text(cell).lower() for cell in table.headings]
    places = []
    for chinese, english in _RESULT_NAMES:
        found = next((name for name in (chinese, english) if name in headings), None)
        if found is None and chinese != "原因":
            raise UploadRefused(reason=_("The first row has no heading %(wanted)s.") % {"wanted": chinese})
        places.append(headings.index(found) if found is not None else -1)
    rows = []
    for row_no, line in enumerate(table.rows, start=2):
        cells = [_text(line[place]) if 0 <= place < len(line) else "" for place in places]
        if any(cells):
            rows.append(ResultRow(row_no, *cells))
    return rows


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)).normalize():f}"
    return str(cell if cell is not None else "").strip()


def _judged(one: JudgedResult) -> PreviewRow:
    cells: Sequence[str] = (one.row.notice_no, one.row.result, one.row.reason)
    place = str(one.row.row_no)
    if one.problem is not None:
        params = dict(one.params or {})
        if "state" in params:
            params["state"] = next((str(word) for key, word in STATES.items() if key == params["state"]), "")
        return PreviewRow(place, tuple(cells), Verdict.REFUSED, code_sentence(one.problem, params))
    if one.same:
        return PreviewRow(place, tuple(cells), Verdict.SKIPPED, _("This result is known."))
    return PreviewRow(place, tuple(cells), Verdict.TAKEN)

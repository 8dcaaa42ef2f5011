"""Pages of background jobs (后台任务)."""

import json

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires, signed_in
from qingyuan.interfaces.office.jobs.forms import JobFilter
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, detail_response
from qingyuan.interfaces.office.shell.formats import instant_text
from qingyuan.interfaces.office.shell.job_words import STATES, job_title, stepper_of
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.actor import Actor
from qingyuan.platform.jobs import queries
from qingyuan.platform.jobs.models import JobState
from qingyuan.platform.jobs.queries import JobRow


def _progress_text(row: JobRow) -> str:
    if not row.total_count:
        return ""
    return f"{row.done_count} / {row.total_count} ({row.percent}%)"


JOBS: ListSpec[JobRow] = ListSpec(
    key="jobs",
    title=gettext_lazy("Background jobs"),
    unit=gettext_lazy("jobs"),
    sort="id",
    descending=True,
    columns=(
        Column("id", pgettext_lazy("settings", "No."), ColumnKind.IDENTIFIER, sortable=True),
        Column(
            "title",
            gettext_lazy("Job"),
            value=job_title,
            link=lambda row: reverse("jobs:detail", args=[row.id]),
            sortable=True,
            fixed=True,
        ),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: STATES[row.state]),
        Column("progress", gettext_lazy("Progress"), ColumnKind.IDENTIFIER, value=_progress_text),
        Column("message", gettext_lazy("Message")),
        Column("started_by_name", gettext_lazy("Started by"), value=lambda row: row.started_by_name or _("the system")),
        Column("created_at", gettext_lazy("Ordered"), ColumnKind.INSTANT),
        Column("finished_at", gettext_lazy("Ended"), ColumnKind.INSTANT, sortable=True),
    ),
    row_tone=lambda row: "warn" if row.state is JobState.FAILED else "",
    empty=EmptyState(gettext_lazy("No job has run yet.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[JobRow]:
    asked = query.filters
    found = queries.jobs_page(
        actor,
        on=timezone.localdate(),
        state=JobState(asked["state"]) if asked.get("state") else None,
        text=(asked.get("q") or "").strip(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows=found.rows, count=found.count)


@requires("jobs.view")
def jobs(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, JOBS, JobFilter, _load)


@signed_in
def job(request: OfficeRequest, job_id: int) -> HttpResponse:
    """One's own job is open to its starter, another's to whoever sees jobs of that unit."""
    found = queries.within_reach(request.actor, job_id, on=timezone.localdate())
    page = DetailPage(
        title=job_title(found),
        number=f"#{found.id}",
        chips=(STATES[found.state],),
        facts=(
            Fact(_("Started by"), found.started_by_name or _("the system")),
            Fact(_("Ordered"), instant_text(found.created_at)),
            Fact(_("Begun"), instant_text(found.started_at)),
            Fact(_("Ended"), instant_text(found.finished_at)),
            Fact(_("Kind"), found.kind),
            Fact(_("Message"), found.message),
        ),
        back_url=reverse("jobs:list"),
    )
    context = {
        "stepper": stepper_of(found, reverse("jobs:progress", args=[job_id])),
        "failure": code_sentence(found.error_code, {}) if found.error_code else "",
        "job": found,
        "arguments": json.dumps(dict(found.arguments), ensure_ascii=False, indent=2) if found.arguments else "",
    }
    return detail_response(request, page, "jobs/job.html", context=context)


@signed_in
def progress(request: OfficeRequest, job_id: int) -> HttpResponse:
    """The stepper alone, asked for every two seconds."""
    found = queries.within_reach(request.actor, job_id, on=timezone.localdate())
    stepper = stepper_of(found, reverse("jobs:progress", args=[job_id]))
    return render(request, "office/components/stepper.html", {"stepper": stepper})

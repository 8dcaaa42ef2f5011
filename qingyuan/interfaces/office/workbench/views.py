"""The start page (工作台)."""

from datetime import datetime, time

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest, signed_in
from qingyuan.interfaces.office.shell.job_words import RunningJob, running_job
from qingyuan.interfaces.office.workbench.cards import figures_of, first_steps_of, notices_of, tasks_of
from qingyuan.overviews import workbench as overview
from qingyuan.platform.jobs.queries import JobRow


@signed_in
def start(request: OfficeRequest) -> HttpResponse:
    """The first page of everybody: it differs by what the person may do."""
    today = timezone.localdate()
    since = datetime.combine(today, time.min, tzinfo=timezone.get_current_timezone())
    page = overview.workbench(request.actor, request.permissions, on=today, since=since)
    context = {
        "title": _("Workbench"),
        "has_role": bool(request.permissions),
        "tasks": tasks_of(page, request.permissions),
        "figures": figures_of(page),
        "notices": notices_of(page, request.permissions),
        "steps": first_steps_of(page, request.permissions),
        "today": today,
        **_jobs(request, page.jobs),
    }
    return render(request, "workbench/start.html", context)


@signed_in
def running_jobs(request: OfficeRequest) -> HttpResponse:
    """The jobs alone, asked for every two seconds while any runs; the last answer lets the page load anew."""
    found = overview.jobs_of(request.actor, on=timezone.localdate())
    return render(request, "workbench/jobs.html", {**_jobs(request, found), "asked_again": True})


def _jobs(request: OfficeRequest, rows: tuple[JobRow, ...]) -> dict[str, object]:
    shown: list[RunningJob] = [running_job(row, linked="jobs.view" in request.permissions) for row in rows]
    return {"jobs": shown, "jobs_url": reverse("workbench:jobs")}

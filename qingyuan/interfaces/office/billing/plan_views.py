"""Pages of plans of billing runs (出账计划): the list, the form with its next starts, one plan, and what is done to it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.queries.run_plans import RunPlanRow
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanTiming
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing import plan_pages
from qingyuan.interfaces.office.billing.plan_forms import TIMINGS, EditPlanForm, PlanFilter, PlanForm
from qingyuan.interfaces.office.billing.run_scope import cycle_key, cycle_words
from qingyuan.interfaces.office.shell.choices import indented, unit_choices
from qingyuan.interfaces.office.shell.details import detail_response
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import ListQuery, ListResult
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.overviews.run_plan_dates import PlannedStart, next_starts
from qingyuan.overviews.run_plans import (
    NEXT,
    PlanListRow,
    PlanPage,
    book_numbers,
    books_by_number,
    plan_choices,
    run_plan_list,
    run_plan_page,
)
from qingyuan.platform.organisation import queries as organisation
from qingyuan.workflows import scheduled_runs

VIEW = "billing.view_runs"
RUN = "billing.run"
FIELDS = {
    "billing.run_plan_exists": "name",
    "billing.run_plan_refused": "day",
    "billing.run_plan_book_refused": "books",
}


@requires(VIEW)
def plans(request: OfficeRequest) -> HttpResponseBase:
    def load(actor: Actor, query: ListQuery) -> ListResult[PlanListRow]:
        rows, count = run_plan_list(
            actor,
            filters=query.filters,
            descending=query.descending,
            offset=query.offset,
            limit=query.limit,
            now=timezone.now(),
            on=timezone.localdate(),
        )
        return ListResult(rows, count)

    return list_response(request, plan_pages.PLANS, PlanFilter, load)


@requires(VIEW)
def plan(request: OfficeRequest, plan_id: int) -> HttpResponse:
    found = run_plan_page(request.actor, plan_id, now=timezone.now(), on=timezone.localdate())
    may = RUN in request.permissions
    return detail_response(
        request,
        plan_pages.page(found, timezone.localdate(), may),
        "billing/plan.html",
        context=plan_pages.context(found, may),
    )


@requires(RUN)
def create(request: OfficeRequest) -> HttpResponse:
    initial = {
        "purpose": str(RunPurpose.REHEARSAL),
        "timing": "LAST",
        "day": 1,
        "hour": "6",
        "on_workdays": True,
        "with_earlier": True,
        "business_date_rule": str(PlanBusinessDate.START_DAY),
        "active_from": timezone.localdate(),
    }
    form = _form(request, PlanForm, initial)
    page = FormPage(title=_("New billing plan"), cancel_url=reverse("billing:plans"))
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            plan_id = billing.create_run_plan(
                actor=request.actor, values=form.values(), at=timezone.now(), on=timezone.localdate()
            )
            return done(request, _("The plan was made."), reverse("billing:plan", args=[plan_id]))
    return _answer(request, form, page, plan_id=0)


@requires(RUN)
def edit(request: OfficeRequest, plan_id: int) -> HttpResponse:
    found = run_plan_page(request.actor, plan_id, now=timezone.now(), on=timezone.localdate(), permission=RUN)
    stored = _stored(found.plan)
    form = _form(request, EditPlanForm, stored)
    url = reverse("billing:plan", args=[plan_id])
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            try:
                billing.change_run_plan(
                    actor=request.actor,
                    plan_id=plan_id,
                    version=form.version,
                    values=form.values(),
                    at=timezone.now(),
                    on=timezone.localdate(),
                )
            except StaleEdit:
                form.show_conflict(stored, version=found.plan.version)
            else:
                return done(request, _("The plan was changed. It runs in your name from now on."), url)
    page = FormPage(title=with_name(_("Change billing plan"), found.plan.name), cancel_url=url)
    return _answer(request, form, page, plan_id=plan_id)


@requires(RUN)
def preview(request: OfficeRequest) -> HttpResponse:
    """The next starts by what stands in the form at the moment."""
    form = _form(request, PlanForm, None, typed=request.GET)
    text = request.GET.get("plan", "")
    return render(request, "billing/plan_preview.html", _preview(form, int(text) if text.isdecimal() else 0))


@requires(RUN)
@require_POST
def pause(request: OfficeRequest, plan_id: int) -> HttpResponse:
    def act(_found: PlanPage, now: datetime) -> None:
        billing.pause_run_plan(actor=request.actor, plan_id=plan_id, on=timezone.localtime(now).date())

    return _done_to(request, plan_id, _("The plan is paused: it starts nothing until it is resumed."), act)


@requires(RUN)
@require_POST
def resume(request: OfficeRequest, plan_id: int) -> HttpResponse:
    def act(_found: PlanPage, now: datetime) -> None:
        billing.resume_run_plan(actor=request.actor, plan_id=plan_id, at=now, on=timezone.localtime(now).date())

    return _done_to(request, plan_id, _("The plan is in force again."), act)


@requires(RUN)
@require_POST
def start(request: OfficeRequest, plan_id: int, yyyymm: int) -> HttpResponse:
    """Make a start by hand. Then to its run."""
    now = timezone.now()
    run_plan_page(request.actor, plan_id, now=now, on=timezone.localdate(), permission=RUN)
    runs: list[int] = []
    with told(request, _("The run is being calculated.")):
        runs.append(scheduled_runs.start_now(actor=request.actor, plan_id=plan_id, month=_month(yyyymm), now=now))
    return redirect("billing:run", run_id=runs[0]) if runs else redirect("billing:plan", plan_id=plan_id)


@requires(RUN)
@require_POST
def leave(request: OfficeRequest, plan_id: int, yyyymm: int) -> HttpResponse:
    def act(_found: PlanPage, now: datetime) -> None:
        on = timezone.localtime(now).date()
        billing.leave_start(actor=request.actor, plan_id=plan_id, month=_month(yyyymm), at=now, on=on)

    return _done_to(request, plan_id, _("The start is left at that."), act)


def _done_to(
    request: OfficeRequest, plan_id: int, success: str, act: Callable[[PlanPage, datetime], None]
) -> HttpResponse:
    """Do it to a plan that the person may change, and go back to its page with what came of it."""
    now = timezone.now()
    found = run_plan_page(request.actor, plan_id, now=now, on=timezone.localdate(), permission=RUN)
    with told(request, success):
        act(found, now)
    return redirect("billing:plan", plan_id=plan_id)


def _month(yyyymm: int) -> Month:
    try:
        return Month.from_number(yyyymm)
    except ValueError as error:
        raise NotFound(period=yyyymm) from error


def _form(
    request: OfficeRequest,
    kind: type[PlanForm],
    initial: Mapping[str, object] | None,
    *,
    typed: Mapping[str, object] | None = None,
) -> PlanForm:
    """The form with what there is to choose within the person's reach, and its books looked up."""
    units = [
        one
        for one in organisation.units_within_reach(request.actor, RUN, on=timezone.localdate())
        if one.company_id is not None
    ]
    if not units:
        raise NotPermitted(permission=RUN)
    areas, cycles = plan_choices(frozenset(one.company_id for one in units if one.company_id is not None))
    form = kind(
        unit_choices(tuple(units)),
        [(str(one.id), indented(one.name, one.depth)) for one in areas],
        [(cycle_key(one), cycle_words(one)) for one in cycles],
        request.POST or None if typed is None else typed,
        initial={"unit": str(units[0].id), **(initial or {})},
    )
    if form.is_bound:
        form.full_clean()
        unit = str(form.cleaned_data.get("unit") or "")
        below = organisation.subtree_ids(int(unit)) if unit else frozenset()
        form.find_books(books_by_number(below, form.cleaned_data.get("books") or []))
    return form


def _stored(plan: RunPlanRow) -> dict[str, object]:
    """The plan as its form shows it."""
    rule = plan.rule
    timing = (
        next(key for key, value in TIMINGS.items() if value == (rule.timing, rule.months_back))
        if (rule.timing is PlanTiming.DAY_OF_MONTH)
        else str(rule.timing)
    )
    return {
        "name": plan.name,
        "unit": str(plan.unit_id),
        "area": str(plan.area_id or ""),
        "cycle": cycle_key(plan.cycle) if plan.cycle else "",
        "books": " ".join(book_numbers(plan.book_ids)),
        "with_earlier": plan.with_earlier,
        "purpose": str(plan.purpose),
        "timing": timing,
        "day": rule.day,
        "hour": str(rule.hour),
        "on_workdays": rule.on_workdays,
        "business_date_rule": str(plan.business_date_rule),
        "active_from": plan.active_from,
        "last_date": plan.last_date,
        "version": plan.version,
    }


def _answer(request: OfficeRequest, form: PlanForm, page: FormPage, *, plan_id: int) -> HttpResponse:
    return form_response(request, form, page, context=_preview(form, plan_id), template="billing/plan_form.html")


def _preview(form: PlanForm, plan_id: int) -> dict[str, object]:
    """The next starts by the form, where it says enough; `known` tells the two apart."""
    looked = form
    if not form.is_bound:
        typed = {name: value for name, value in form.initial.items() if value not in (None, False)}
        looked = type(form)(*form.offered, typed)
        looked.full_clean()
    starts: tuple[PlannedStart, ...] = ()
    if looked.knows_when:
        now = timezone.now()
        company_id = organisation.company_of(int(looked.cleaned_data["unit"]))
        starts = next_starts(looked.sketched(company_id, plan_id, now), now, NEXT)
    return {"plan_id": plan_id, "known": looked.knows_when, "coming": [plan_pages.coming(one) for one in starts]}

"""What the pages of plans of billing runs show: the list's columns, a plan's head, its next starts and its history."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.rules.run_plans import OPEN_STATES, PlanTiming, StartState
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.interfaces.office.billing.plan_words import (
    BUSINESS_DATE_WORDS,
    START_CHIPS,
    day_words,
    plan_chip,
    scope_words,
    start_words,
    timing_words,
)
from qingyuan.interfaces.office.billing.words import purpose_chip, state_chip
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, FactList
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, month_text
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind, EmptyState, ListSpec
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.period import Month
from qingyuan.overviews.run_plan_dates import PlannedStart
from qingyuan.overviews.run_plans import PlanListRow, PlanPage, StartRow

RUN = "billing.run"


def _next_text(row: PlanListRow) -> str:
    if row.plan.is_paused:
        return ""
    if row.coming is not None:
        return instant_text(row.coming.at)
    return _("by the reading days") if row.plan.rule.timing is PlanTiming.AFTER_READING else ""


def _last_chip(row: PlanListRow) -> tuple[Chip, ...]:
    chips: tuple[Chip, ...] = () if row.last_state is None else (START_CHIPS[row.last_state],)
    if row.waiting and row.last_state not in OPEN_STATES:
        chips += (Chip(_("%(n)s waiting") % {"n": row.waiting}, Tone.AMBER),)
    return chips


PLANS: ListSpec[PlanListRow] = ListSpec(
    key="billing-plans",
    title=gettext_lazy("Billing plans"),
    unit=gettext_lazy("plans"),
    sort="name",
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            sortable=True,
            fixed=True,
            value=lambda row: row.plan.name,
            link=lambda row: reverse("billing:plan", args=[row.plan.id]),
        ),
        Column(
            "state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: plan_chip(row.plan, timezone.localdate())
        ),
        Column("unit_name", gettext_lazy("Organisation unit")),
        Column("purpose", gettext_lazy("Purpose"), ColumnKind.CHIP, value=lambda row: purpose_chip(row.plan.purpose)),
        Column("timing", gettext_lazy("When"), ColumnKind.LONG_TEXT, value=lambda row: timing_words(row.plan)),
        Column("next", gettext_lazy("Next start"), value=_next_text),
        Column("last_month", gettext_lazy("Period last due"), ColumnKind.MONTH),
        Column("last_state", gettext_lazy("Last start"), ColumnKind.CHIP, value=_last_chip),
        Column("responsible", gettext_lazy("In whose name")),
    ),
    actions=(
        Action(gettext_lazy("New plan"), "/billing/plans/new/", permission=RUN, icon="plus", key="new", primary=True),
    ),
    empty=EmptyState(
        gettext_lazy(
            "There are no billing plans yet. A plan starts a rehearsal or a run by itself, every period on its day; it never issues."
        ),
        Action(gettext_lazy("New plan"), "/billing/plans/new/", permission=RUN, icon="plus"),
    ),
)


@dataclass(frozen=True, slots=True)
class Coming:
    """A start that lies ahead."""

    period: str
    at: str


@dataclass(frozen=True, slots=True)
class Made:
    """A start in the history, in words. `again`: the button's word, empty where nothing can be started; `leave_url` empty
    where it waits for nobody.
    """

    period: str
    planned_at: str
    chip: Chip
    run_no: str
    run_url: str
    run_chip: Chip | None
    text: str
    settled: str
    again: Label
    start_url: str
    leave_url: str


def coming(start: PlannedStart) -> Coming:
    return Coming(month_text(start.month), day_words(start.at))


def page(found: PlanPage, on: date, may: bool) -> DetailPage:
    """The plan's head."""
    plan = found.plan
    return DetailPage(
        title=_("Billing plan"),
        number=plan.name,
        chips=(plan_chip(plan, on), purpose_chip(plan.purpose)),
        facts=(
            Fact(gettext_lazy("Organisation unit"), found.unit_name),
            Fact(gettext_lazy("Scope"), scope_words(found)),
            Fact(gettext_lazy("When"), timing_words(plan)),
        ),
        actions=(
            Action(gettext_lazy("Change"), reverse("billing:edit-plan", args=[plan.id]), permission=RUN, icon="edit"),
        )
        if may
        else (),
        notice=_notice(found, on),
        back_url=reverse("billing:plans"),
    )


def context(found: PlanPage, may: bool) -> dict[str, object]:
    """What the plan's page shows below its head."""
    plan = found.plan
    upcoming = [] if plan.is_paused else [coming(one) for one in found.upcoming]
    starts = [_made(plan.id, row, may) for row in found.starts]
    return {
        "plan": plan,
        "may": may,
        "facts": FactList(
            (
                Fact(gettext_lazy("Business date"), BUSINESS_DATE_WORDS[plan.business_date_rule]),
                Fact(
                    gettext_lazy("Readings approved late"), _("are billed too") if plan.with_earlier else _("stay out")
                ),
                Fact(gettext_lazy("In force"), _span(plan.active_from, plan.last_date)),
                Fact(gettext_lazy("Runs in the name of"), found.responsible or "—"),
                Fact(gettext_lazy("Plan made by"), f"{found.created_by or '—'} {instant_text(found.created_at)}"),
                Fact(gettext_lazy("After the start"), _after(plan.purpose)),
            )
        ),
        "upcoming": upcoming,
        "next_url": _start_url(plan.id, found.upcoming[0].month) if found.upcoming and may else "",
        "open": [one for one, row in zip(starts, found.starts, strict=True) if row.state in OPEN_STATES],
        "starts": starts,
    }


def _after(purpose: RunPurpose) -> str:
    if purpose is RunPurpose.REAL:
        return _("It waits to be checked; a person issues it and types the total.")
    return _("It can be looked at and compared; nothing is booked.")


def _span(first: date, last: date | None) -> str:
    if last is None:
        return _("since %(first)s") % {"first": date_text(first)}
    return _("%(first)s to %(last)s") % {"first": date_text(first), "last": date_text(last)}


def _notice(found: PlanPage, on: date) -> str:
    if found.plan.last_date is not None and found.plan.last_date < on:
        return _("The plan has ended: it starts nothing any more.")
    if found.plan.is_paused:
        return _("The plan is paused: what falls due meanwhile is left out, and can be started here by hand.")
    return ""


def _made(plan_id: int, row: StartRow, may: bool) -> Made:
    month = Month.from_number(row.yyyymm)
    again: Label = ""
    if may and row.state is not StartState.STARTED:
        again = _("Try again") if row.state is StartState.FAILED else _("Start now")
    return Made(
        period=month_text(row.yyyymm),
        planned_at=instant_text(row.planned_at),
        chip=START_CHIPS[row.state],
        run_no=row.run_no,
        run_url=reverse("billing:run", args=[row.run_id]) if row.run_id else "",
        run_chip=state_chip(row.run_state) if row.run_state else None,
        text=start_words(row),
        settled=f"{instant_text(row.settled_at)} {row.settled_by}".strip(),
        again=again,
        start_url=_start_url(plan_id, month),
        leave_url=reverse("billing:leave-start", args=[plan_id, row.yyyymm])
        if may and row.state in OPEN_STATES
        else "",
    )


def _start_url(plan_id: int, month: Month) -> str:
    return reverse("billing:start-plan", args=[plan_id, month.number])

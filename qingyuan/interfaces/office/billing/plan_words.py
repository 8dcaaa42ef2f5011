"""Words for plans of billing runs (出账计划用语)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.queries.run_plans import RunPlanRow
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanTiming, StartState
from qingyuan.interfaces.office.billing.run_scope import cycle_words
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.formats import instant_text, integer_text
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.run_plans import PlanPage, StartRow

BUSINESS_DATE_WORDS: Mapping[PlanBusinessDate, Label] = {
    PlanBusinessDate.START_DAY: gettext_lazy("the planned day of the start"),
    PlanBusinessDate.PERIOD_END: gettext_lazy("the last day of the period"),
}
START_CHIPS: Mapping[StartState, Chip] = {
    StartState.STARTED: Chip(gettext_lazy("started"), Tone.GREEN),
    StartState.FAILED: Chip(gettext_lazy("failed"), Tone.RED),
    StartState.MISSED: Chip(gettext_lazy("missed"), Tone.AMBER),
    StartState.PAUSED: Chip(gettext_lazy("was paused"), Tone.GREY),
    StartState.LEFT: Chip(gettext_lazy("left at that"), Tone.GREY),
}


def plan_chip(plan: RunPlanRow, on: date) -> Chip:
    """Whether the plan starts runs at present."""
    if plan.last_date is not None and plan.last_date < on:
        return Chip(gettext_lazy("ended"), Tone.GREY)
    return Chip(gettext_lazy("paused"), Tone.AMBER) if plan.is_paused else Chip(gettext_lazy("in force"), Tone.GREEN)


def timing_words(plan: RunPlanRow) -> str:
    """“on the 3rd at 06:00, for last month's period” in one sentence."""
    rule = plan.rule
    given = {"day": rule.day, "hour": f"{rule.hour:02d}:00"}
    if rule.timing is PlanTiming.AFTER_PERIOD:
        return _("working day %(day)s after the period's end, %(hour)s") % given
    if rule.timing is PlanTiming.AFTER_READING:
        return _("working day %(day)s after the last reading day of its books, %(hour)s") % given
    if rule.months_back:
        text = _("day %(day)s of each month, %(hour)s, for last month's period") % given
    else:
        text = _("day %(day)s of each month, %(hour)s, for the same month's period") % given
    return text + _(", else the next working day") if rule.on_workdays else text


def scope_words(page: PlanPage) -> str:
    """What narrows the unit's books, or that nothing does."""
    parts = []
    if page.area_name:
        parts.append(_("area %(name)s") % {"name": page.area_name})
    if page.plan.cycle is not None:
        parts.append(cycle_words(page.plan.cycle))
    if page.books:
        some = "、".join(page.books[:12]) + (" …" if len(page.books) > 12 else "")
        parts.append(_("books %(books)s") % {"books": some})
    return "; ".join(parts) or _("all books")


def day_words(at: datetime) -> str:
    """The instant with its day of the week."""
    local = timezone.localtime(at)
    return f"{instant_text(at)} {date_format(local, 'l')}"


def start_words(row: StartRow) -> str:
    """What there is to say of a start: why it was not made and what helps, or what the run left out."""
    if row.code:
        return code_sentence(row.code, row.params)
    said = []
    if row.waiting:
        said.append(_("%(n)s readings were not approved yet and were left out.") % {"n": integer_text(row.waiting)})
    if row.taskless:
        said.append(_("%(n)s books that were due had no reading tasks.") % {"n": integer_text(row.taskless)})
    if row.state is StartState.PAUSED:
        said.append(_("The plan was paused when this start was due."))
    return " ".join(said)

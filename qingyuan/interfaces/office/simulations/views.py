"""Pages of price simulations: the list, one with its results, its progress, workbook and report."""

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.simulations.rules.states import SimulationState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.details import (
    Confirm,
    DetailPage,
    Fact,
    Figure,
    Progress,
    Step,
    Stepper,
    detail_response,
)
from qingyuan.interfaces.office.shell.exports import file_name, workbook_response
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, integer_text, money_text, month_text
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
from qingyuan.interfaces.office.simulations.figures import partial_cycle, yuan
from qingyuan.interfaces.office.simulations.forms import SimulationFilter
from qingyuan.interfaces.office.simulations.report import report_pdf
from qingyuan.interfaces.office.simulations.tables import page_tables, sheets, spread_chart
from qingyuan.interfaces.office.simulations.words import STATES, version_chip
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.simulations import SimulationPage, SimulationRow, simulation_list, simulation_page

VIEW, RUN = "tariffs.view", "tariffs.edit"


def _yuan(fen: int | None) -> object:
    return None if fen is None else yuan(fen)


def _change(row: SimulationRow) -> object:
    if not row.base_fen or row.new_fen is None:
        return None
    return (yuan(row.new_fen) - yuan(row.base_fen)) / yuan(row.base_fen)


SIMULATIONS: ListSpec[SimulationRow] = ListSpec(
    key="simulations",
    title=gettext_lazy("Price simulations"),
    unit=gettext_lazy("simulations"),
    sort="created_at",
    descending=True,
    columns=(
        Column(
            "title",
            gettext_lazy("Title"),
            sortable=True,
            fixed=True,
            link=lambda row: reverse("simulations:detail", args=[row.id]),
        ),
        Column("plan_code", gettext_lazy("Plan"), ColumnKind.IDENTIFIER),
        Column("version_from", gettext_lazy("Version"), ColumnKind.DATE),
        Column(
            "state",
            gettext_lazy("State"),
            ColumnKind.CHIP,
            value=lambda row: (STATES[row.state], version_chip(row.is_draft)),
        ),
        Column("first_month", gettext_lazy("First period"), ColumnKind.MONTH, sortable=True),
        Column("last_month", gettext_lazy("Up to period"), ColumnKind.MONTH),
        Column("bills", gettext_lazy("Bills"), ColumnKind.INTEGER),
        Column("base", gettext_lazy("Baseline"), ColumnKind.MONEY, value=lambda row: _yuan(row.base_fen)),
        Column("new", gettext_lazy("Simulated"), ColumnKind.MONEY, value=lambda row: _yuan(row.new_fen)),
        Column("change", gettext_lazy("Change in %"), ColumnKind.PERCENT, value=_change),
        Column("created_by", gettext_lazy("Started by")),
        Column("created_at", gettext_lazy("Started at"), ColumnKind.INSTANT, sortable=True),
    ),
    actions=(
        Action(
            gettext_lazy("New simulation"), "/simulations/new/", permission=RUN, icon="plus", key="new", primary=True
        ),
    ),
    empty=EmptyState(
        gettext_lazy("No price was simulated yet. A simulation runs a draft over months that have been billed."),
        Action(gettext_lazy("New simulation"), "/simulations/new/", permission=RUN, icon="plus"),
    ),
)


@requires(VIEW)
def simulations(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, SIMULATIONS, SimulationFilter, _load)


def _load(actor: Actor, query: ListQuery) -> ListResult[SimulationRow]:
    rows, count = simulation_list(
        actor,
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
        text=str(query.filters.get("q") or "").strip(),
    )
    return ListResult(rows=list(rows), count=count)


@requires(VIEW)
def simulation(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    """The results, or how far the work is."""
    found = simulation_page(request.actor, simulation_id, on=timezone.localdate())
    context: dict[str, object] = {
        "found": found,
        "stepper": stepper(found),
        "failures": _failures(found),
        "may_run": RUN in request.permissions,
        "delete": _delete(found),
        "is_done": found.row.state is SimulationState.DONE,
    }
    if found.row.state is SimulationState.DONE:
        context |= {
            "tables": page_tables(found),
            "chart": spread_chart(found),
            "check": check_words(found),
            "check_holds": _check_holds(found),
            "refused": refused_words(found),
            "partial": partial_cycle(found),
        }
    return detail_response(request, _page(found), "simulations/simulation.html", context=context)


@requires(VIEW)
def progress(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    """The stepper alone, for htmx."""
    found = simulation_page(request.actor, simulation_id, on=timezone.localdate())
    return render(request, "office/components/stepper.html", {"stepper": stepper(found, polled=True)})


@requires(VIEW)
def workbook(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    """All tables as an XLSX file."""
    found = simulation_page(request.actor, simulation_id, on=timezone.localdate())
    if found.row.state is not SimulationState.DONE:
        return redirect("simulations:detail", simulation_id=simulation_id)
    scope = f"{found.row.title} {month_text(found.row.first_month)}_{month_text(found.row.last_month)}"
    return workbook_response(request, key="simulation", title=_("Price simulation"), scope=scope, sheets=sheets(found))


@requires(VIEW)
def report(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    """The report for a hearing as PDF: no account is named in it."""
    found = simulation_page(request.actor, simulation_id, on=timezone.localdate())
    if found.row.state is not SimulationState.DONE:
        return redirect("simulations:detail", simulation_id=simulation_id)
    response = HttpResponse(report_pdf(found, check_words(found), refused_words(found)), content_type="application/pdf")
    name = f"{file_name(_('Price simulation'), found.row.title)}.pdf"
    response["Content-Disposition"] = f"inline; filename=\"simulation.pdf\"; filename*=UTF-8''{quote(name)}"
    return response


def stepper(found: SimulationPage, *, polled: bool = False) -> Stepper:
    """计算; asked for again while it runs."""
    state = found.row.state
    running = state is SimulationState.RUNNING
    step = {"RUNNING": "current", "DONE": "done", "FAILED": "failed"}[state]
    return Stepper(
        key="simulation",
        steps=(Step(gettext_lazy("Calculate"), step),),
        progress=Progress(found.done, found.total, _("accounts")) if running else None,
        poll_url=reverse("simulations:progress", args=[found.row.id]) if running else "",
        reload_when_done=polled and not running,
    )


def check_words(found: SimulationPage) -> str:
    """What the check of the baseline found."""
    total = found.results["total"]
    amounts = {
        "issued": money_text(yuan(total["issued"])),
        "base": money_text(yuan(total["base"])),
        "bills": integer_text(total["bills"]),
    }
    if _check_holds(found):
        return (
            _(
                "Check: %(bills)s bills rated again by the prices in force give %(base)s yuan, what was issued to the fen."
            )
            % amounts
        )
    return _(
        "Check: issued %(issued)s yuan, rated again by the prices in force %(base)s yuan; %(differing)s bills differ. Tier room moved after issue: see the open correction proposals."
    ) % {**amounts, "differing": integer_text(found.results["differing"])}


def refused_words(found: SimulationPage) -> list[str]:
    """What could not be rated, by reason."""
    return [
        _("%(count)s bills over %(amount)s yuan are left out: %(reason)s")
        % {
            "count": integer_text(count),
            "amount": money_text(yuan(fen)),
            "reason": code_sentence(code, {"plan": found.row.plan_code}),
        }
        for code, (count, fen) in sorted(found.results["refused"].items())
    ]


def _check_holds(found: SimulationPage) -> bool:
    return not found.results["differing"] and found.results["total"]["issued"] == found.results["total"]["base"]


def _failures(found: SimulationPage) -> list[str]:
    return [
        _("Chunk %(no)s: %(reason)s") % {"no": number, "reason": f"{code_sentence(code, {})} {detail}".strip()}
        for number, code, detail in found.failures
    ]


def _page(found: SimulationPage) -> DetailPage:
    row = found.row
    done = row.state is SimulationState.DONE
    figures: tuple[Figure, ...] = ()
    if done and row.base_fen is not None and row.new_fen is not None:
        change = yuan(row.new_fen - row.base_fen)
        figures = (
            Figure(gettext_lazy("Baseline (yuan)"), money_text(yuan(row.base_fen))),
            Figure(gettext_lazy("Simulated (yuan)"), money_text(yuan(row.new_fen))),
            Figure(gettext_lazy("Change (yuan)"), f"{'+' if change > 0 else ''}{money_text(change)}"),
        )
    actions = [
        Action(_("Export Excel"), reverse("simulations:workbook", args=[row.id]), icon="download"),
        Action(_("Report (PDF)"), reverse("simulations:report", args=[row.id]), icon="printer"),
    ]
    return DetailPage(
        title=row.title,
        chips=(STATES[row.state], version_chip(row.is_draft)),
        facts=(
            Fact(
                gettext_lazy("Version"),
                f"{row.plan_code} {date_text(row.version_from)}",
                url=reverse("tariffs:detail", args=[row.plan_code]),
            ),
            Fact(gettext_lazy("Plan that gives way"), found.replaces),
            Fact(gettext_lazy("Periods"), f"{month_text(row.first_month)} – {month_text(row.last_month)}"),
            Fact(gettext_lazy("Tiers filled from"), month_text(found.lead_month)),
            Fact(gettext_lazy("Price document no."), found.document_no),
            Fact(gettext_lazy("Households"), integer_text(found.results["accounts"]["total"][0]) if done else "—"),
            Fact(gettext_lazy("Bills"), integer_text(row.bills)),
            Fact(gettext_lazy("Company"), found.company_name),
            Fact(gettext_lazy("Started by"), f"{row.created_by} {instant_text(row.created_at)}".strip()),
        ),
        figures=figures,
        actions=tuple(actions) if done else (),
        back_url=reverse("simulations:list"),
    )


def _delete(found: SimulationPage) -> Confirm:
    return Confirm(
        key="delete-simulation",
        title=_("Delete the simulation?"),
        consequence=gettext_lazy("Its results are gone. Bills and tariffs are not touched."),
        url=reverse("simulations:delete", args=[found.row.id]),
        submit=gettext_lazy("Delete"),
    )

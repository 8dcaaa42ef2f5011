"""Pages of billing runs: the list, one run with its tabs, its progress, and the comparison with another run."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.queries.compare import compare_runs
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing import run_header
from qingyuan.interfaces.office.billing.forms import RunFilter
from qingyuan.interfaces.office.billing.tables import (
    books_table,
    counts_table,
    differences_table,
    items_table,
    totals_tables,
)
from qingyuan.interfaces.office.billing.words import purpose_chip, state_chip
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import detail_response
from qingyuan.interfaces.office.shell.list_pages import list_response, page_loader
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListSpec,
)
from qingyuan.overviews.billing_runs import (
    RunPage,
    RunRow,
    book_progress,
    other_runs,
    run_exceptions,
    run_list,
    run_page,
)
from qingyuan.overviews.run_review import review_counts
from qingyuan.overviews.run_totals import run_totals

VIEW = "billing.view_runs"
MOST_DIFFERENCES = 500


def _purpose_chips(row: RunRow) -> tuple[Chip, ...]:
    """What the run is for; one that bills fees and no readings says so."""
    of_fees = (Chip(gettext_lazy("of fees"), Tone.BLUE),) if row.of_fees else ()
    return (purpose_chip(row.purpose), *of_fees)


RUNS: ListSpec[RunRow] = ListSpec(
    key="billing-runs",
    title=gettext_lazy("Billing runs"),
    unit=gettext_lazy("runs"),
    sort="run_no",
    descending=True,
    columns=(
        Column(
            "run_no",
            gettext_lazy("Run no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("billing:run", args=[row.id]),
        ),
        Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH, sortable=True),
        Column("purpose", gettext_lazy("Purpose"), ColumnKind.CHIP, value=_purpose_chips),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: state_chip(row.state)),
        Column("unit_name", gettext_lazy("Organisation unit")),
        Column("scope", gettext_lazy("Readings"), ColumnKind.INTEGER),
        Column("bills", gettext_lazy("Bills"), ColumnKind.INTEGER),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
        Column("exceptions", gettext_lazy("Exceptions"), ColumnKind.INTEGER),
        Column("notices", gettext_lazy("To look at"), ColumnKind.INTEGER, value=lambda row: row.notices + row.held),
        Column("business_date", gettext_lazy("Business date"), ColumnKind.DATE, sortable=True),
    ),
    actions=(
        Action(
            gettext_lazy("New run"),
            "/billing/runs/new/",
            permission="billing.run",
            icon="plus",
            key="new",
            primary=True,
        ),
    ),
    empty=EmptyState(
        gettext_lazy("There are no billing runs yet. A run takes the approved readings of a period."),
        Action(gettext_lazy("New run"), "/billing/runs/new/", icon="plus"),
    ),
)


@requires(VIEW)
def runs(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, RUNS, RunFilter, page_loader(run_list))


@requires(VIEW)
def run(request: OfficeRequest, run_id: int) -> HttpResponse:
    found = run_page(request.actor, run_id, on=timezone.localdate())
    context = {"books": books_table(book_progress(run_id, found.row.state)), "facts": run_header.facts(found)}
    return answer(request, found, "overview", context)


@requires(VIEW)
def progress(request: OfficeRequest, run_id: int) -> HttpResponse:
    """The stepper with the books, asked every two seconds while the run is under way."""
    found = run_page(request.actor, run_id, on=timezone.localdate())
    stepper = run_header.stepper(found, polled=True)
    context = {
        "stepper": stepper,
        "still": run_header.still(stepper),
        "books": books_table(book_progress(run_id, found.row.state)),
    }
    return render(request, "billing/progress.html", context)


@requires(VIEW)
def totals(request: OfficeRequest, run_id: int) -> HttpResponse:
    found = run_page(request.actor, run_id, on=timezone.localdate())
    tables = (*totals_tables(run_totals(run_id)), counts_table(run_id, review_counts(run_id)))
    return answer(request, found, "totals", {"tables": tables})


@requires(VIEW)
def exceptions(request: OfficeRequest, run_id: int) -> HttpResponse:
    found = run_page(request.actor, run_id, on=timezone.localdate())
    empty = gettext_lazy("No exceptions: every reading of the run gives a bill.")
    return answer(request, found, "exceptions", {"table": items_table(_("Exceptions"), run_exceptions(run_id), empty)})


@requires(VIEW)
def compare(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on)
    wanted = request.GET.get("with", "")
    context: dict[str, Any] = {"others": other_runs(request.actor, found, on=on), "wanted": wanted}
    if wanted.isdigit():
        other = run_page(request.actor, int(wanted), on=on)
        rows = compare_runs(run_id, other.row.id, limit=MOST_DIFFERENCES)
        context |= {
            "other": other,
            "same_hash": bool(found.result_hash) and found.result_hash == other.result_hash,
            "table": differences_table(rows, found.row.run_no, other.row.run_no),
        }
    return answer(request, found, "compare", context)


def answer(request: OfficeRequest, found: RunPage, tab: str, context: dict[str, Any]) -> HttpResponse:
    """A tab of the run's page."""
    return detail_response(
        request,
        run_header.page(found, tab),
        "billing/run.html",
        context={"tab": tab, **run_header.context(found, request.permissions), **context},
    )

"""抄表任务: the books of a period with their progress, generating them, and the mains that wait for their subs."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.queries import PeriodRow, TaskRow
from qingyuan.domains.routes import queries as routes
from qingyuan.domains.routes.queries import BookRow
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import GenerateForm, MonthForm
from qingyuan.interfaces.office.readings.scope import (
    ChosenPeriod,
    chosen_period,
    company_of,
    key_of,
    today,
    waiting_mains,
)
from qingyuan.interfaces.office.readings.words import TASK_STATES, rate_text, shares_of
from qingyuan.interfaces.office.shell.charts import ShareBar
from qingyuan.interfaces.office.shell.form_pages import done
from qingyuan.interfaces.office.shell.forms import FilterForm
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
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchResult
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import reach

MOST_TASKS = 5000


def _review_of(row: TaskRow) -> str | None:
    if not row.progress.held:
        return None
    return f"{reverse('readings:review')}?period={row.yyyymm}&book={row.book_no}"


TASKS: ListSpec[TaskRow] = ListSpec(
    key="reading-tasks",
    title=gettext_lazy("Reading tasks"),
    unit=gettext_lazy("books"),
    sort="book_no",
    columns=(
        Column(
            "book_no",
            gettext_lazy("Book"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("readings:grid", args=[row.task_id]),
        ),
        Column("book_name", gettext_lazy("Book name"), sortable=True),
        Column("unit_name", gettext_lazy("Unit"), shown=False),
        Column("reader_name", gettext_lazy("Reader"), sortable=True),
        Column("planned_date", gettext_lazy("Planned date"), ColumnKind.DATE, sortable=True),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: TASK_STATES[row.progress.state]),
        Column("progress", gettext_lazy("Progress"), ColumnKind.SHARES, value=lambda row: shares_of(row.progress)),
        Column("rate", gettext_lazy("Reading rate"), sortable=True, value=lambda row: rate_text(row.progress)),
        Column(
            "to_read", gettext_lazy("Points due"), ColumnKind.INTEGER, totalled=True, value=lambda r: r.progress.to_read
        ),
        Column(
            "pending",
            gettext_lazy("To be read"),
            ColumnKind.INTEGER,
            totalled=True,
            sortable=True,
            value=lambda r: r.progress.pending,
        ),
        Column(
            "read",
            pgettext_lazy("count of readings", "Read"),
            ColumnKind.INTEGER,
            totalled=True,
            value=lambda r: r.progress.read,
        ),
        Column(
            "held",
            gettext_lazy("Held"),
            ColumnKind.INTEGER,
            totalled=True,
            sortable=True,
            value=lambda r: r.progress.held,
            link=_review_of,
        ),
        Column(
            "approved", gettext_lazy("Approved"), ColumnKind.INTEGER, totalled=True, value=lambda r: r.progress.approved
        ),
        Column("billed", gettext_lazy("Billed"), ColumnKind.INTEGER, totalled=True, value=lambda r: r.progress.billed),
        Column(
            "skipped", gettext_lazy("Skipped"), ColumnKind.INTEGER, totalled=True, value=lambda r: r.progress.skipped
        ),
    ),
    actions=(
        Action(
            gettext_lazy("Generate tasks"),
            "/readings/tasks/generate/",
            permission="readings.plan",
            icon="plus",
            key="new",
            primary=True,
        ),
    ),
    empty=EmptyState(
        gettext_lazy("No reading tasks have been generated yet."),
        Action(gettext_lazy("Generate tasks"), "/readings/tasks/generate/", permission="readings.plan"),
    ),
    page_size=50,
)

_SORTS = {
    "book_no": lambda row: row.book_no,
    "book_name": lambda row: (row.book_name, row.book_no),
    "reader_name": lambda row: (row.reader_name, row.book_no),
    "planned_date": lambda row: (row.planned_date, row.book_no),
    "rate": lambda row: (row.progress.permille, row.book_no),
    "pending": lambda row: (row.progress.pending, row.book_no),
    "held": lambda row: (row.progress.held, row.book_no),
}


def _filter_for(period: ChosenPeriod) -> type[FilterForm]:
    class TaskFilter(FilterForm):
        q = forms.CharField(
            label=gettext_lazy("Book or reader"), max_length=60, widget=forms.TextInput(attrs={"type": "search"})
        )
        period = forms.ChoiceField(label=gettext_lazy("Reading period"), choices=[])
        state = forms.ChoiceField(
            label=gettext_lazy("State"), choices=[(key, chip.text) for key, chip in TASK_STATES.items()]
        )

        def __init__(self, data: object = None) -> None:
            super().__init__(data)
            self.fields["period"].choices = period_choices  # type: ignore[attr-defined]

        @property
        def is_filtering(self) -> bool:
            return any(self.data.get(name) for name in ("q", "state"))

    period_choices = period.choices
    return TaskFilter


@requires("readings.view")
def task_list(request: OfficeRequest) -> HttpResponseBase:
    """The books of the chosen period."""
    period = chosen_period(request)
    context: dict[str, object] = {"period": period}
    if period.row is not None and not request.headers.get("HX-Request") and "format" not in request.GET:
        context |= _summary(request.actor, period.row)

    def load(actor: Actor, query: ListQuery) -> ListResult[TaskRow]:
        return _load(actor, period.row, query)

    return list_response(request, TASKS, _filter_for(period), load, context=context, template="readings/tasks.html")


def _summary(actor: Actor, period: PeriodRow) -> dict[str, object]:
    progress = queries.period_progress(
        actor=actor, company_id=company_of(actor), yyyymm=period.yyyymm, round_no=period.round_no, on=today()
    )
    shares = shares_of(progress)
    return {
        "progress": progress,
        "rate": rate_text(progress),
        "bar": ShareBar(shares),
        "shares": shares,
        "waiting": len(waiting_mains(actor, period)),
    }


def _load(actor: Actor, period: PeriodRow | None, query: ListQuery) -> ListResult[TaskRow]:
    if period is None:
        return ListResult(rows=(), count=0)
    found: Sequence[TaskRow] = queries.tasks(
        actor=actor,
        company_id=company_of(actor),
        on=today(),
        yyyymm=period.yyyymm,
        round_no=period.round_no,
        limit=MOST_TASKS,
    )
    text, state = query.filters.get("q", "").strip().lower(), query.filters.get("state", "")
    found = [
        row
        for row in found
        if (not state or row.progress.state == state)
        and (not text or text in f"{row.book_no} {row.book_name} {row.reader_name}".lower())
    ]
    found.sort(key=_SORTS[query.sort], reverse=query.descending)
    names = ("to_read", "pending", "read", "held", "approved", "billed", "skipped")
    totals = {name: sum(getattr(row.progress, name) for row in found) for name in names}
    return ListResult(rows=found[query.offset : query.offset + query.limit], count=len(found), totals=totals)


@requires("readings.plan")
def generate(request: OfficeRequest) -> HttpResponseBase:
    """Choose a month and its due books, and generate their tasks. Done twice it makes one, and says so."""
    month_form = MonthForm(request.GET if request.GET else {"month": str(Month.of(today())), "round_no": 1})
    valid = month_form.is_valid()
    month = month_form.cleaned_data["month"] if valid else Month.of(today())
    round_no = month_form.cleaned_data["round_no"] if valid else 1
    books = _due_books(request.actor, month) if valid else ()
    planned = _tasks_of(request.actor, month, round_no)
    form = GenerateForm(
        request.POST if request.method == "POST" else None,
        books=books,
        initial={"planned_on": today(), "books": [book.id for book in books if book.id not in planned]},
    )
    if request.method == "POST" and form.is_valid():
        chosen = [int(one) for one in form.cleaned_data["books"]]
        with form.refusals_as_messages():
            result = operations.generate_tasks(
                actor=request.actor,
                company_id=company_of(request.actor),
                month=month,
                round_no=round_no,
                book_ids=chosen,
                planned_on=form.cleaned_data["planned_on"],
            )
            key = key_of(PeriodRow(0, month.number, round_no, ""))
            return done(request, _said(result, len(chosen)), f"{reverse('readings:tasks')}?period={key}")
    units = {unit.id: unit.short_name or unit.name for unit in organisation.units()}
    context = {
        "title": _("Generate tasks"),
        "month_form": month_form,
        "form": form,
        "month": month,
        "books": [(book, units.get(book.unit_id, ""), planned.get(book.id)) for book in books],
        "chosen": {str(one) for one in (form["books"].value() or ())},
    }
    return render(request, "readings/generate.html", context, status=422 if form.problems else 200)


def _due_books(actor: Actor, month: Month) -> tuple[BookRow, ...]:
    reached = reach(actor, "readings.plan", on=today())
    books = routes.books_due(company_of(actor), month)
    return tuple(book for book in books if reached.covers(book.unit_id, book.id))


def _tasks_of(actor: Actor, month: Month, round_no: int) -> Mapping[int, TaskRow]:
    found = queries.tasks(
        actor=actor,
        company_id=company_of(actor),
        on=today(),
        yyyymm=month.number,
        round_no=round_no,
        limit=MOST_TASKS,
    )
    return {row.book_id: row for row in found}


def _said(result: BatchResult, books: int) -> str:
    """What the generation came to, in a sentence."""
    if not result.done:
        return _("These books have their tasks already: nothing was generated again.")
    skipped = len(result.skipped)
    said = ngettext(
        "%(books)s book: %(items)s points to read.", "%(books)s books: %(items)s points to read.", books
    ) % {
        "books": books,
        "items": result.done - skipped,
    }
    if skipped:
        said += " " + _("%(count)s points are left out this period.") % {"count": skipped}
    return said

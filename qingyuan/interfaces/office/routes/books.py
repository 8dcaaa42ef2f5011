"""The list of books, and one book with its points in order (抄表册)."""

from dataclasses import replace

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Fact, FactList
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    BatchAction,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.kernel.actor import Actor
from qingyuan.overviews import account_choices, book_page
from qingyuan.overviews.book_page import BookFilter, BookListRow, PointInBookRow

NEW = Action(_("New book"), "/books/new/", permission="routes.manage", icon="plus", key="new", primary=True)


def cycle_text(row: BookListRow) -> str:
    """How often and when the book is read."""
    if row.months_interval == 1:
        return gettext("every month, on day %(day)s") % {"day": row.reading_day}
    return gettext("every %(months)s months from month %(phase)s, on day %(day)s") % {
        "months": row.months_interval,
        "phase": row.phase_month,
        "day": row.reading_day,
    }


def _activity(row: BookListRow) -> Chip:
    return Chip(_("In use"), Tone.GREEN) if row.is_active else Chip(_("Out of use"), Tone.GREY)


BOOKS: ListSpec[BookListRow] = ListSpec(
    key="books",
    title=_("Books"),
    unit=_("books"),
    sort="book_no",
    columns=(
        Column(
            "book_no",
            _("Book no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("routes:book", args=[row.book_no]),
        ),
        Column("name", _("Book name")),
        Column("unit_name", _("Unit")),
        Column("area_name", _("Area")),
        Column("reader_name", _("Reader"), sortable=True),
        Column("cycle", _("Cycle"), value=cycle_text),
        Column("point_count", _("Points"), ColumnKind.INTEGER, sortable=True, totalled=True),
        Column("state", _("State"), ColumnKind.CHIP, value=_activity),
    ),
    actions=(NEW,),
    empty=EmptyState(_("There is no book yet."), NEW),
)


def books_filter(actor: Actor) -> type[FilterForm]:
    """The filter with the units that this person reaches."""
    units = account_choices.unit_choices(actor, "routes.view", on=timezone.localdate())

    class BooksFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            max_length=40,
            widget=forms.TextInput(
                attrs={"type": "search", "placeholder": _("Book no. / name / reader"), "data-key": "filter"}
            ),
        )
        unit = forms.ChoiceField(label=_("Unit"), choices=units)
        state = forms.ChoiceField(label=_("State"), choices=[("1", _("In use")), ("0", _("Out of use"))])

    return BooksFilter


def load(actor: Actor, query: ListQuery) -> ListResult[BookListRow]:
    asked = query.filters
    found = book_page.book_list(
        actor,
        BookFilter(
            text=asked.get("q") or "",
            unit_id=int(asked["unit"]) if asked.get("unit") else None,
            is_active=asked["state"] == "1" if asked.get("state") else None,
        ),
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows=found.rows, count=found.count, totals={"point_count": found.point_count})


@requires("routes.view")
def book_list(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, BOOKS, books_filter(request.actor), load)


POINT_COLUMNS: tuple[Column[PointInBookRow], ...] = (
    Column("order_no", _("Order"), ColumnKind.IDENTIFIER, sortable=True, fixed=True),
    Column(
        "account_no",
        _("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]) if row.account_no else None,
    ),
    Column("holder_name", _("Account name")),
    Column("address", _("Address")),
    Column(
        "meter_no",
        _("Meter no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("meters:detail", args=[row.meter_no]) if row.meter_no else None,
    ),
    Column("point_no", _("Point no."), ColumnKind.IDENTIFIER),
)
POINTS: ListSpec[PointInBookRow] = ListSpec(
    key="book-points",
    title=_("Points of the book"),
    unit=_("points"),
    sort="order_no",
    columns=POINT_COLUMNS,
    row_id=lambda row: str(row.point_id),
    page_size=50,
    empty=EmptyState(_("No point lies in this book yet.")),
)


class PointsFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Account no. / address / point no."), "data-key": "filter"}
        ),
    )


@requires("routes.view")
def book(request: OfficeRequest, book_no: str) -> HttpResponseBase:
    """The book's points in order; those selected can be moved to another book."""
    on = timezone.localdate()
    found = book_page.one_book(request.actor, book_no, on=on)

    def load_points(_actor: Actor, query: ListQuery) -> ListResult[PointInBookRow]:
        points = book_page.points_of_book(
            found.id, on=on, text=(query.filters.get("q") or "").strip(), offset=query.offset, limit=query.limit
        )
        return ListResult(rows=points.rows, count=points.count)

    spec = replace(
        POINTS,
        title=f"{gettext('Book')} {found.book_no} {found.name}",
        batch_actions=(
            BatchAction(
                _("Move to another book"), reverse("routes:move", args=[found.book_no]), "meters.change", "book"
            ),
        ),
        actions=(
            Action(_("Change"), reverse("routes:edit", args=[found.book_no]), "routes.manage", "edit", key="edit"),
        ),
    )
    facts = FactList(
        (
            Fact(_("Reader"), found.reader_name),
            Fact(_("Cycle"), cycle_text(found)),
            Fact(_("Unit"), found.unit_name),
            Fact(_("Area"), found.area_name),
            Fact(_("Points"), str(found.point_count)),
            Fact(_("State"), chip=_activity(found)),
        )
    )
    return list_response(
        request, spec, PointsFilter, load_points, context={"facts": facts}, template="routes/book.html"
    )

"""From a `ListSpec`, a filter form and a loader to the answer: page, page part for htmx, or file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.cells import Cell, cell_for, css_for, text_for, unit_for
from qingyuan.interfaces.office.shell.exports import export_response
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.lists import (
    PAGE_SIZES,
    Action,
    BatchAction,
    Column,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
    Loader,
)
from qingyuan.interfaces.office.shell.preferences import chosen_columns
from qingyuan.kernel.actor import Actor

RowT = TypeVar("RowT")
_LIST_KEYS = ("page", "size", "sort", "format")


@dataclass(frozen=True, slots=True)
class Heading:
    """One column heading; `sort_url` is set where a click sorts."""

    key: str
    label: str
    unit: str
    css: str
    sort_url: str
    aria_sort: str


@dataclass(frozen=True, slots=True)
class TableRow:
    id: str
    cells: tuple[Cell, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    key: str
    label: str
    shown: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """Everything that the list's templates read."""

    key: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[TableRow, ...]
    totals: tuple[Cell, ...] | None
    choices: tuple[ColumnChoice, ...]
    actions: tuple[Action, ...]
    batch_actions: tuple[BatchAction, ...]
    count: int
    page: int
    pages: int
    size: int
    sizes: tuple[int, ...]
    unit: str
    query: str
    previous_url: str
    next_url: str
    export_urls: Mapping[str, str]
    filtered: bool
    empty: EmptyState | None

    @property
    def summary(self) -> str:
        """Which page of how many, and how many rows in all."""
        return _("Page %(page)s of %(pages)s, %(count)s %(unit)s in all") % {
            "page": self.page,
            "pages": self.pages,
            "count": f"{self.count:,}" if self.count >= 10000 else self.count,
            "unit": self.unit,
        }


def list_response(
    request: OfficeRequest,
    spec: ListSpec[RowT],
    filter_class: type[FilterForm],
    load: Loader[RowT],
    *,
    context: Mapping[str, Any] | None = None,
    template: str = "office/list.html",
) -> HttpResponseBase:
    """The list's page; only its region when htmx asks for it; a file when `format` is xlsx or csv.

    A filter that does not hold (a date that is none) shows its message and no rows.
    """
    form = filter_class(request.GET)
    valid = form.is_valid()
    query = list_query(spec, request.GET, form.cleaned_data if valid else {})
    if valid and request.GET.get("format") in {"xlsx", "csv"} and _may_export(request, spec):
        return export_response(request, spec, form, query, load)
    result = load(request.actor, query) if valid else ListResult[RowT](rows=(), count=0)
    view = build_view(request, spec, query, result, filtered=form.is_filtering)
    region = request.headers.get("HX-Target", "").endswith(f"#list-{spec.key}")
    name = "office/components/list_region.html" if region else template
    return render(request, name, {"list": view, "filter": form, "title": spec.title, **(context or {})})


def page_loader(ask: Callable[..., tuple[Sequence[RowT], int]]) -> Loader[RowT]:
    """The loader of a list whose read takes filters, order, offset and limit on a day and answers with the page's rows and
    how many there are in all.
    """

    def load(actor: Actor, query: ListQuery) -> ListResult[RowT]:
        rows, count = ask(
            actor,
            filters=query.filters,
            sort=query.sort,
            descending=query.descending,
            offset=query.offset,
            limit=query.limit,
            on=timezone.localdate(),
        )
        return ListResult(rows, count)

    return load


def list_query(spec: ListSpec[Any], asked: QueryDict, filters: Mapping[str, Any]) -> ListQuery:
    """What the address asks for; unknown sorts, sizes and pages fall back to the list's own."""
    wanted = asked.get("sort", "")
    sortable = {column.key for column in spec.columns if column.sortable}
    if wanted.lstrip("-") in sortable:
        sort, descending = wanted.lstrip("-"), wanted.startswith("-")
    else:
        sort, descending = spec.sort, spec.descending
    size = _whole(asked.get("size", ""), spec.page_size)
    size = size if size in PAGE_SIZES else spec.page_size
    page = max(_whole(asked.get("page", ""), 1), 1)
    return ListQuery(filters=filters, sort=sort, descending=descending, offset=(page - 1) * size, limit=size)


def build_view(
    request: OfficeRequest, spec: ListSpec[RowT], query: ListQuery, result: ListResult[RowT], *, filtered: bool
) -> ListView:
    """The typed view of one page of the list for this person."""
    shown = shown_columns(request, spec)
    page = query.offset // query.limit + 1
    pages = max(-(-result.count // query.limit), 1)
    return ListView(
        key=spec.key,
        title=str(spec.title),
        headings=tuple(_heading(request, column, query) for column in shown),
        rows=tuple(_row(spec, shown, row) for row in result.rows),
        totals=_totals(shown, result),
        choices=_choices(spec, shown),
        actions=tuple(action for action in spec.actions if _allowed(request, action.permission)),
        batch_actions=tuple(action for action in spec.batch_actions if _allowed(request, action.permission)),
        count=result.count,
        page=page,
        pages=pages,
        size=query.limit,
        sizes=PAGE_SIZES,
        unit=str(spec.unit),
        query=_address(request, page=None),
        previous_url=_address(request, page=str(page - 1)) if page > 1 else "",
        next_url=_address(request, page=str(page + 1)) if page < pages else "",
        export_urls={name: _address(request, page=None, format=name) for name in ("xlsx", "csv")}
        if _may_export(request, spec) and result.count
        else {},
        filtered=filtered,
        empty=spec.empty,
    )


def shown_columns(request: OfficeRequest, spec: ListSpec[RowT]) -> tuple[Column[RowT], ...]:
    """The columns this person chose, in the list's order; the list's own choice when there is none."""
    chosen = chosen_columns(request, spec.key)
    if chosen is None:
        return tuple(column for column in spec.columns if column.shown or column.fixed)
    return tuple(column for column in spec.columns if column.fixed or column.key in chosen)


def _heading(request: OfficeRequest, column: Column[Any], query: ListQuery) -> Heading:
    aria, url = "", ""
    if column.sortable:
        sorted_here = query.sort == column.key
        aria = ("descending" if query.descending else "ascending") if sorted_here else "none"
        prefix = "-" if sorted_here and not query.descending else ""
        url = _address(request, page=None, sort=f"{prefix}{column.key}")
    return Heading(column.key, str(column.label), unit_for(column.kind), css_for(column.kind), url, aria)


def _row(spec: ListSpec[RowT], columns: Sequence[Column[RowT]], row: RowT) -> TableRow:
    return TableRow(
        id=spec.row_id(row) if spec.row_id is not None else "",
        cells=tuple(cell_for(column, row) for column in columns),
        tone=spec.row_tone(row) if spec.row_tone is not None else "",
    )


def _totals(columns: Sequence[Column[Any]], result: ListResult[Any]) -> tuple[Cell, ...] | None:
    if not result.totals or not result.count:
        return None
    return tuple(
        Cell(text_for(column.kind, result.totals[column.key]), css_for(column.kind))
        if column.totalled and column.key in result.totals
        else Cell("", css_for(column.kind))
        for column in columns
    )


def _choices(spec: ListSpec[RowT], shown: Sequence[Column[RowT]]) -> tuple[ColumnChoice, ...]:
    keys = {column.key for column in shown}
    return tuple(
        ColumnChoice(column.key, str(column.label), column.key in keys, column.fixed) for column in spec.columns
    )


def _may_export(request: OfficeRequest, spec: ListSpec[Any]) -> bool:
    return spec.exportable and _allowed(request, spec.export_permission)


def _allowed(request: OfficeRequest, permission: str) -> bool:
    return not permission or permission in request.permissions


def _address(request: OfficeRequest, **changes: str | None) -> str:
    """The page's own address with some parts of the query changed, None taking a part out."""
    asked = request.GET.copy()
    asked.pop("format", None)
    for name, value in changes.items():
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = value
    for name in [name for name, values in asked.lists() if name not in _LIST_KEYS and not any(values)]:
        del asked[name]
    encoded = asked.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else default

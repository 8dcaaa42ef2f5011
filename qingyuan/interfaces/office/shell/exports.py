"""Lists as files (导出): XLSX and CSV with the same rows, columns, order and totals as the page's filter.

Numbers that are names stay text; text that a spreadsheet would run as a formula is disarmed; phones stay masked.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.cells import text_for, unit_for
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, ListQuery, ListSpec, Loader
from qingyuan.interfaces.office.shell.preferences import chosen_columns
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit.operations import record_export

RowT = TypeVar("RowT")

MAXIMUM_ROWS = 20_000
_STRIDE = 2_000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER_FORMATS = {
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.DEBT: "#,##0.00",
    ColumnKind.PRICE: "0.00####",
    ColumnKind.VOLUME: "#,##0.###",
    ColumnKind.READING: "#,##0.###",
    ColumnKind.INTEGER: "#,##0",
    ColumnKind.PERCENT: "0.0%",
}
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportTooLarge(DomainError):
    """The filter holds more rows than one file takes (导出行数过多)."""

    code: ClassVar[str] = "office.export_too_large"


def export_response(
    request: OfficeRequest, spec: ListSpec[RowT], form: FilterForm, query: ListQuery, load: Loader[RowT]
) -> HttpResponse:
    """The whole filter as a file of the asked `format`. Raises ExportTooLarge above MAXIMUM_ROWS."""
    first = load(request.actor, ListQuery(query.filters, query.sort, query.descending, 0, _STRIDE))
    if first.count > MAXIMUM_ROWS:
        raise ExportTooLarge(count=first.count, maximum=MAXIMUM_ROWS)
    kind = request.GET["format"]
    record_export(actor=request.actor, list_key=spec.key, rows=first.count, filters=dict(form.chosen()), file_kind=kind)
    columns = _columns(request, spec)
    rows = _rows(request, query, load, first.rows)
    if kind == "csv":
        content, media_type = _csv(columns, rows), "text/csv; charset=utf-8"
    else:
        facts = _facts(request, spec, form, first.count)
        content, media_type = _xlsx(columns, rows, first.totals, facts), XLSX_TYPE
    response = HttpResponse(content, content_type=media_type)
    name = f"{file_name(str(spec.title), form.scope_text())}.{kind}"
    response["Content-Disposition"] = f"attachment; filename=\"export.{kind}\"; filename*=UTF-8''{quote(name)}"
    return response


@dataclass(frozen=True)
class Sheet(Generic[RowT]):
    """One table of a workbook; `totals` by column key."""

    title: str
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    totals: Mapping[str, Decimal | int] = field(default_factory=dict)


def workbook_response(
    request: OfficeRequest, *, key: str, title: str, scope: str, sheets: Sequence[Sheet[Any]]
) -> HttpResponse:
    """Several tables as one XLSX file, with a last sheet that says who made it and when. The export is audited."""
    count = sum(len(sheet.rows) for sheet in sheets)
    record_export(actor=request.actor, list_key=key, rows=count, filters={"scope": scope}, file_kind="xlsx")
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        looks = _Looks(book)
        for sheet in sheets:
            columns = [column for column in sheet.columns if column.kind.is_exported]
            totalled = {column.key for column in columns} & set(sheet.totals)
            _add_sheet(book, looks, sheet.title, columns, iter(sheet.rows), sheet.totals, totalled)
        _add_facts(book, looks, [(_("List"), f"{title} {scope}"), *_made(request, count)])
    response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
    name = f"{file_name(title, scope)}.xlsx"
    response["Content-Disposition"] = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response


def file_name(title: str, scope: str) -> str:
    """`报表_范围_日期`, without what file systems refuse."""
    day = timezone.localdate().strftime("%Y%m%d")
    parts = (part for part in (title, scope, day) if part)
    return "".join(sign if sign.isalnum() or sign in "-_.()（）、" else "_" for sign in "_".join(parts))


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading = + - @ tab or return gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _columns(request: OfficeRequest, spec: ListSpec[RowT]) -> list[Column[RowT]]:
    chosen = chosen_columns(request, spec.key)
    return [
        column
        for column in spec.columns
        if column.kind.is_exported and (column.fixed or (column.shown if chosen is None else column.key in chosen))
    ]


def _rows(request: OfficeRequest, query: ListQuery, load: Loader[RowT], first: Sequence[RowT]) -> Iterator[RowT]:
    rows: Sequence[RowT] = first
    offset = 0
    while True:
        yield from rows
        if len(rows) < _STRIDE:
            return
        offset += _STRIDE
        rows = load(request.actor, ListQuery(query.filters, query.sort, query.descending, offset, _STRIDE)).rows


def _heading(column: Column[Any]) -> str:
    unit = unit_for(column.kind)
    return f"{column.label}({unit})" if unit else str(column.label)


def _csv(columns: Sequence[Column[RowT]], rows: Iterator[RowT]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads the Chinese."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_text(_heading(column)) for column in columns])
    for row in rows:
        writer.writerow([_csv_value(column, column.value_of(row)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _csv_value(column: Column[Any], value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal | int) and column.kind.is_number:
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return safe_text(text_for(column.kind, value))


def _xlsx(
    columns: Sequence[Column[RowT]], rows: Iterator[RowT], totals: Any, facts: Sequence[tuple[str, str]]
) -> bytes:
    """One sheet of rows (heading frozen, totals last) and one of what was asked. Constant memory: rows go to disk."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        looks = _Looks(book)
        totalled = {column.key for column in columns if column.totalled and column.key in (totals or {})}
        _add_sheet(book, looks, _("Rows"), columns, rows, totals, totalled)
        _add_facts(book, looks, facts)
    return target.getvalue()


_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class _Looks:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format({"bold": True, "bg_color": "#EDF1F5", "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.plain, self.total = {}, {}
        for kind in ColumnKind:
            number = {"num_format": _NUMBER_FORMATS.get(kind, "@")}
            self.plain[kind] = book.add_format(number)
            self.total[kind] = book.add_format({"bold": True, "top": 1, **number})


def _add_sheet(
    book: Any,
    looks: _Looks,
    title: str,
    columns: Sequence[Column[RowT]],
    rows: Iterator[RowT],
    totals: Any,
    totalled: Collection[str],
) -> None:
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
    for place, column in enumerate(columns):
        sheet.write_string(0, place, _heading(column), looks.heading)
    line = 0
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            _write(sheet, line, place, column, column.value_of(row), looks.plain[column.kind], looks.day)
    for place, column in enumerate(columns):
        if totals and column.key in totalled:
            sheet.write_number(line + 1, place, totals[column.key], looks.total[column.kind])
        elif totals:
            sheet.write_string(line + 1, place, _("Total") if place == 0 else "", looks.total[ColumnKind.TEXT])


def _add_facts(book: Any, looks: _Looks, facts: Sequence[tuple[str, str]]) -> None:
    asked = book.add_worksheet(_sheet_name(_("Filter")))
    asked.set_column(0, 0, 18)
    asked.set_column(1, 1, 60)
    for place, (name, value) in enumerate(facts):
        asked.write_string(place, 0, name, looks.heading)
        asked.write_string(place, 1, value)


def _sheet_name(title: str) -> str:
    """At most 31 signs, without those that a sheet's name cannot have."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31]


def _write(sheet: Any, line: int, place: int, column: Column[Any], value: Any, plain: Any, day: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(line, place, None)
    elif column.kind.is_number and isinstance(value, Decimal | int):
        sheet.write_number(line, place, value, plain)
    elif column.kind is ColumnKind.DATE and isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(line, place, value, day)
    else:
        sheet.write_string(line, place, safe_text(text_for(column.kind, value)), plain)


def _width(column: Column[Any]) -> int:
    if column.kind in {ColumnKind.TEXT, ColumnKind.CHIP}:
        return 22
    return 18 if column.kind is ColumnKind.INSTANT else 14


def _facts(request: OfficeRequest, spec: ListSpec[Any], form: FilterForm, count: int) -> list[tuple[str, str]]:
    """What was asked, by whom and when: the file explains itself later."""
    return [(_("List"), str(spec.title)), *_made(request, count), *form.chosen()]


def _made(request: OfficeRequest, count: int) -> list[tuple[str, str]]:
    return [
        (_("Rows"), str(count)),
        (_("Made at"), timezone.localtime().strftime("%Y-%m-%d %H:%M")),
        (_("Made by"), request.actor.name),
    ]

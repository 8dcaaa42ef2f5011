"""One cell of a table, ready for the template: text, alignment, tone, link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.charts import Share, ShareBar, Sparkline
from qingyuan.interfaces.office.shell.chips import Chip
from qingyuan.interfaces.office.shell.formats import (
    NOTHING,
    date_text,
    instant_text,
    integer_text,
    masked_phone,
    money_text,
    month_text,
    percent_text,
    price_text,
    volume_text,
)
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, RowAction

_WRITERS: dict[ColumnKind, Callable[[Any], str]] = {
    ColumnKind.MONEY: money_text,
    ColumnKind.DEBT: money_text,
    ColumnKind.PRICE: price_text,
    ColumnKind.VOLUME: volume_text,
    ColumnKind.READING: volume_text,
    ColumnKind.INTEGER: integer_text,
    ColumnKind.PERCENT: percent_text,
    ColumnKind.DATE: date_text,
    ColumnKind.INSTANT: instant_text,
    ColumnKind.MONTH: month_text,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`css` holds the classes of the td; at most one of the pictures is set, else `text` is shown."""

    text: str
    css: str
    url: str | None = None
    chip: Chip | None = None
    sparkline: Sparkline | None = None
    chips: tuple[Chip, ...] = ()
    shares: ShareBar | None = None
    actions: tuple[RowAction, ...] = ()


def cell_for(column: Column[Any], row: Any) -> Cell:
    """The cell of `row` under `column`."""
    value = column.value_of(row)
    url = column.link(row) if column.link is not None else None
    css = css_for(column.kind)
    drawn = _PICTURES.get(column.kind)
    if drawn is not None:
        return drawn(value, css, url, str(column.label))
    if column.kind is ColumnKind.DEBT and value:
        return _debt_cell(value, css, url)
    return Cell(text_for(column.kind, value), css, url)


def text_for(kind: ColumnKind, value: Any) -> str:
    """`value` as text of its kind."""
    if value is None or value == "":
        return NOTHING
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value)
    if kind is ColumnKind.PHONE:
        return masked_phone(str(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(part) for part in value)
    return str(value)


def css_for(kind: ColumnKind) -> str:
    if kind.is_number:
        return "number"
    if kind in {ColumnKind.IDENTIFIER, ColumnKind.PHONE}:
        return "identifier"
    return "wraps" if kind is ColumnKind.LONG_TEXT else ""


def unit_for(kind: ColumnKind) -> str:
    """The unit that stands once in the column's heading."""
    if kind in {ColumnKind.MONEY, ColumnKind.DEBT}:
        return _("yuan")
    if kind is ColumnKind.VOLUME:
        return "m³"
    return _("yuan/m³") if kind is ColumnKind.PRICE else ""


def _chip_cell(value: Any, css: str, url: str | None, _label: str) -> Cell:
    if not value:
        return Cell("", css)
    if isinstance(value, list | tuple):
        return Cell("", css, url, chips=tuple(value))
    return Cell("", css, url, chip=value if isinstance(value, Chip) else Chip(str(value)))


def _sparkline_cell(value: Sequence[Any], css: str, url: str | None, label: str) -> Cell:
    return Cell("", css, url, sparkline=Sparkline(tuple(value), label)) if value else Cell(NOTHING, css)


def _shares_cell(value: Sequence[Share], css: str, url: str | None, _label: str) -> Cell:
    return Cell("", css, url, shares=ShareBar(tuple(value)))


def _actions_cell(value: Sequence[RowAction], css: str, _url: str | None, _label: str) -> Cell:
    return Cell("", css, actions=tuple(value))


_PICTURES: dict[ColumnKind, Callable[[Any, str, str | None, str], Cell]] = {
    ColumnKind.CHIP: _chip_cell,
    ColumnKind.SPARKLINE: _sparkline_cell,
    ColumnKind.SHARES: _shares_cell,
    ColumnKind.ACTIONS: _actions_cell,
}


def _debt_cell(amount: Decimal, css: str, url: str | None) -> Cell:
    """Owed money says so in a word, not only in red."""
    if amount > 0:
        return Cell(_("owes %(amount)s") % {"amount": money_text(amount)}, f"{css} owed", url)
    return Cell(money_text(amount), css, url)

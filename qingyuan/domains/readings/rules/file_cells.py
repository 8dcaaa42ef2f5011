"""Cells of a reading file as values, each refusal naming the column (抄表文件单元格)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qingyuan.kernel.errors import DomainError

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "point_no": ("point_no", "用水点号", "用水点编号"),
    "account_no": ("account_no", "户号", "用户编号", "用户号"),
    "meter_no": ("meter_no", "表身码", "表号", "水表编号"),
    "read_date": ("read_date", "抄表日期", "抄见日期"),
    "value": ("value", "本期读数", "本次读数", "读数", "抄见数", "示数"),
    "register_no": ("register_no", "计数器", "计数器号"),
    "condition": ("condition", "表况", "表况代码"),
    "volume": ("volume", "水量", "用水量"),
    "note": ("note", "备注"),
}
"""The columns of a reading file and the headings by which each is known."""

LOCATORS = ("point_no", "meter_no", "account_no")


class ColumnMissing(DomainError):
    """The file has no column by which to find the point, or none for the date (缺少列)."""

    code = "readings.column_missing"


class ColumnTwice(DomainError):
    """Two columns of the file mean the same (列重复)."""

    code = "readings.column_twice"


class NotANumber(DomainError):
    """A cell of a number column holds something else (数字列含文字)."""

    code = "readings.not_a_number"


class NotADate(DomainError):
    """A cell of the date column holds no date (日期格式不对)."""

    code = "readings.not_a_date"


class CellEmpty(DomainError):
    """A cell that must be filled is empty (单元格为空)."""

    code = "readings.cell_empty"


class FormulaCell(DomainError):
    """A cell holds a formula: only values are taken (单元格含公式)."""

    code = "readings.formula_cell"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a reading file as values; `row_no` as the file counts, with the headings as row 1."""

    row_no: int
    point_no: str
    account_no: str
    meter_no: str
    read_date: date
    value: Decimal | None
    register_no: int | None
    condition_code: str
    volume: Decimal | None
    note: str


def columns_of(headings: Sequence[object]) -> Mapping[str, int]:
    """The place of each known column; unknown ones are left out. Raises ColumnTwice, ColumnMissing."""
    by_heading = {_folded(name): column for column, names in COLUMNS.items() for name in names}
    found: dict[str, int] = {}
    for index, heading in enumerate(headings):
        column = by_heading.get(_folded(text_of(heading)))
        if column is None:
            continue
        if column in found:
            raise ColumnTwice(column=text_of(heading))
        found[column] = index
    if not any(locator in found for locator in LOCATORS):
        raise ColumnMissing(column="户号 / 用水点号 / 表身码")
    for column in ("read_date", "value"):
        if column not in found:
            raise ColumnMissing(column=COLUMNS[column][1])
    return found


def row_of(row_no: int, cells: Sequence[object], columns: Mapping[str, int], formulas: Sequence[int] = ()) -> FileRow:
    """One row as values. `formulas`: places of its cells that hold formulas. Raises FormulaCell, NotANumber,
    NotADate, CellEmpty, each with `column` as the cell's letter and heading."""
    for column, index in columns.items():
        if index in formulas or text_of(_cell(cells, index)).startswith(("=", "@")):
            raise FormulaCell(column=_named(column, index))

    def text(column: str) -> str:
        return text_of(_cell(cells, columns[column])) if column in columns else ""

    def number(column: str) -> Decimal | None:
        if column not in columns:
            return None
        return number_of(_cell(cells, columns[column]), _named(column, columns[column]))

    if not any(text(locator) for locator in LOCATORS):
        first = next(locator for locator in LOCATORS if locator in columns)
        raise CellEmpty(column=_named(first, columns[first]))
    register = number("register_no")
    if register is not None and register != int(register):
        raise NotANumber(column=_named("register_no", columns["register_no"]), text=str(register))
    return FileRow(
        row_no=row_no,
        point_no=text("point_no"),
        account_no=text("account_no"),
        meter_no=text("meter_no"),
        read_date=date_of(_cell(cells, columns["read_date"]), _named("read_date", columns["read_date"])),
        value=number("value"),
        register_no=None if register is None else int(register),
        condition_code=_condition(text("condition")),
        volume=number("volume"),
        note=text("note")[:200],
    )


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without the point that spreadsheets give them, no spaces around."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip()


def number_of(cell: object, column: str) -> Decimal | None:
    """A cell as a number, None when empty. Raises NotANumber."""
    text = text_of(cell)
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,11}(\.\d+)?", text):
        raise NotANumber(column=column, text=text[:40])
    return Decimal(text)


def date_of(cell: object, column: str) -> date:
    """A cell as a date: a spreadsheet's date, or text like 2025-01-15, 2025/1/15, 20250115. Raises NotADate, CellEmpty."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if not text:
        raise CellEmpty(column=column)
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text
    )
    if parts is None:
        raise NotADate(column=column, text=text[:40])
    year, month, day = (int(part) for part in parts.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate(column=column, text=text[:40]) from None


def column_letters(index: int) -> str:
    """The letters by which a spreadsheet names the column at a place from 0: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _named(column: str, index: int) -> str:
    return f"{column_letters(index)} {COLUMNS[column][1]}"


def _cell(cells: Sequence[object], index: int) -> object:
    return cells[index] if index < len(cells) else None


def _condition(text: str) -> str:
    """Condition codes are of two digits; spreadsheets drop the leading 0."""
    return text.zfill(2) if text.isdigit() else text


def _folded(text: str) -> str:
    return re.sub(r"[\s_()（）]", "", unicodedata.normalize("NFKC", text)).casefold()

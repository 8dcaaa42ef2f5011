"""A file's bytes as a table of cells: XLSX and CSV, with what cannot be taken refused by name (表格文件读取)."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from qingyuan.kernel.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
MAX_XML_BYTES = 200 * 1024 * 1024
MAX_COLUMNS = 60
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


class TableTooLarge(DomainError):
    """The file has more megabytes than are taken (文件过大)."""

    code = "files.table_too_large"


class TooManyRows(DomainError):
    """The table has more rows than are taken at once (行数过多)."""

    code = "files.too_many_rows"


class TooManyColumns(DomainError):
    """The table has more columns than are taken (列数过多)."""

    code = "files.too_many_columns"


class TableNotReadable(DomainError):
    """The file is neither XLSX nor CSV, or it is damaged (文件格式无法识别)."""

    code = "files.table_not_readable"


class TableEmpty(DomainError):
    """The file has no rows below its headings (文件没有数据行)."""

    code = "files.table_empty"


class EncodingUnknown(DomainError):
    """A text file in another encoding than UTF-8 or GBK; `encoding` names it where it says so itself (编码不支持)."""

    code = "files.encoding_unknown"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of cells. `formulas`: by row (0 is the first below the headings) the places of formula cells."""

    headings: list[object]
    rows: list[list[object]]
    encoding: str
    formulas: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def read_table(content: bytes, *, max_rows: int) -> Table:
    """The first sheet, or the text file, as a table. The content decides what it is, not the name.

    Raises TableTooLarge, TooManyRows, TooManyColumns, TableNotReadable, TableEmpty, EncodingUnknown.
    """
    if len(content) > MAX_BYTES:
        raise TableTooLarge(megabytes=MAX_BYTES // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        table = _spreadsheet(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableNotReadable(kind="XLS")
    else:
        table = _text(content)
    rows = table.rows
    while rows and not any(cell not in ("", None) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise TableEmpty()
    if len(rows) > max_rows:
        raise TooManyRows(limit=max_rows)
    if len(table.headings) > MAX_COLUMNS:
        raise TooManyColumns(limit=MAX_COLUMNS)
    return table


def _spreadsheet(content: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_XML_BYTES:
                raise TableTooLarge(megabytes=MAX_XML_BYTES // 1024 // 1024)
            formulas = _formulas(archive)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        cells: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except (zipfile.BadZipFile, CalamineError, expat.ExpatError, KeyError, IndexError) as error:
        raise TableNotReadable(kind=type(error).__name__) from error
    if not cells:
        raise TableEmpty()
    below = {row - 1: places for row, places in formulas.items() if row > 0}
    return Table(cells[0], cells[1:], "XLSX", below)


def _formulas(archive: zipfile.ZipFile) -> Mapping[int, tuple[int, ...]]:
    """Places of the first sheet's formula cells, by row from 0. The reader of cells gives a formula's last value only."""
    sheets: list[str] = []
    targets: dict[str, str] = {}
    found: dict[int, list[int]] = {}
    cell = ""

    def in_workbook(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == f"{_MAIN} sheet":
            sheets.append(attributes.get(_RELATION, ""))

    def in_relations(_tag: str, attributes: Mapping[str, str]) -> None:
        targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def in_sheet(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal cell
        if tag == f"{_MAIN} c":
            cell = attributes.get("r", "A1")
        elif tag == f"{_MAIN} f":
            row, place = _place(cell)
            found.setdefault(row, []).append(place)

    _walk(archive, "xl/workbook.xml", in_workbook)
    _walk(archive, "xl/_rels/workbook.xml.rels", in_relations)
    target = targets[sheets[0]]
    _walk(archive, target.lstrip("/") if target.startswith("/") else f"xl/{target}", in_sheet)
    return {row: tuple(places) for row, places in found.items()}


def _walk(archive: zipfile.ZipFile, path: str, at_start: Callable[[str, Mapping[str, str]], None]) -> None:
    """Call `at_start` with each element's name and attributes. A document type, hence any entity, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = at_start
    parser.StartDoctypeDeclHandler = _refuse_document_type
    with archive.open(path) as stream:
        parser.ParseFile(stream)


def _refuse_document_type(*_declaration: object) -> None:
    raise TableNotReadable(kind="DOCTYPE")


def _place(reference: str) -> tuple[int, int]:
    """(row, column) from 0 of a cell reference: B7 → (6, 1)."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]) - 1, column - 1


def _text(content: bytes) -> Table:
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise TableNotReadable(kind="binary")
    first_line = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first_line.count)
    rows: list[list[object]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    if not rows:
        raise TableEmpty()
    return Table(rows[0], rows[1:], encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """Text and encoding: UTF-8 with or without its mark, else GBK (as its superset GB18030). Raises EncodingUnknown."""
    for mark, name in ((b"\xff\xfe", "UTF-16 LE"), (b"\xfe\xff", "UTF-16 BE")):
        if content.startswith(mark):
            raise EncodingUnknown(encoding=name, row=1)
    failed_at = 0
    for codec, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GBK")):
        try:
            return content.decode(codec), name
        except UnicodeDecodeError as error:
            failed_at = max(failed_at, error.start)
    raise EncodingUnknown(encoding="?", row=content[:failed_at].count(b"\n") + 1)

"""Reads of areas and books (片区、抄表册)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Mod

from qingyuan.domains.routes.models import Book, ReadingArea
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month


@dataclass(frozen=True, slots=True)
class BookRow:
    """One book with what people read of it. `reader_name` is empty without a reader."""

    id: int
    book_no: str
    name: str
    company_id: int
    unit_id: int
    area_id: int | None
    area_name: str
    reader_id: int | None
    reader_name: str
    months_interval: int
    phase_month: int
    reading_day: int
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area; `parent_id` makes the tree."""

    id: int
    code: str
    name: str
    unit_id: int
    parent_id: int | None


_COLUMNS = (
    "id", "book_no", "name", "company_id", "unit_id", "area_id", "area__name", "reader_id", "reader__name",
    "months_interval", "phase_month", "reading_day", "is_active", "version",
)  # fmt: skip


def books_due(company_id: int, month: Month, unit_ids: Iterable[int] | None = None) -> tuple[BookRow, ...]:
    """The company's active books that are read in the month, by number; `unit_ids` narrows to these units."""
    due = Q(is_active=True, company_id=company_id, from_phase=0)
    if unit_ids is not None:
        due &= Q(unit_id__any=list(unit_ids))
    since_phase = Mod(F("phase_month") + 12 * 12 - month.month, F("months_interval"))
    return _rows(Book.objects.annotate(from_phase=since_phase).filter(due).order_by("book_no").values_list(*_COLUMNS))


def books(
    *,
    company_id: int | None = None,
    unit_ids: Iterable[int] | None = None,
    book_ids: Iterable[int] | None = None,
    reader_id: int | None = None,
) -> tuple[BookRow, ...]:
    """Books by number, narrowed by what is given."""
    wanted = Q()
    if company_id is not None:
        wanted &= Q(company_id=company_id)
    if unit_ids is not None:
        wanted &= Q(unit_id__any=list(unit_ids))
    if book_ids is not None:
        wanted &= Q(id__any=list(book_ids))
    if reader_id is not None:
        wanted &= Q(reader_id=reader_id)
    return _rows(Book.objects.filter(wanted).order_by("book_no").values_list(*_COLUMNS))


def book(book_no: str) -> BookRow:
    """The book with this number. Raises NotFound."""
    found = _rows(Book.objects.filter(book_no=book_no).values_list(*_COLUMNS))
    if not found:
        raise NotFound(book_no=book_no)
    return found[0]


def book_refs(book_nos: Iterable[str]) -> Mapping[str, BookRow]:
    """By number; unknown numbers are left out. One query."""
    found = _rows(Book.objects.filter(book_no__any=list(book_nos)).order_by("id").values_list(*_COLUMNS))
    return {row.book_no: row for row in found}


def areas(company_id: int) -> tuple[AreaRow, ...]:
    """The company's areas by code."""
    rows = ReadingArea.objects.filter(company_id=company_id).order_by("code")
    return tuple(AreaRow(*row) for row in rows.values_list("id", "code", "name", "unit_id", "parent_id"))


def _rows(rows: Iterable[Sequence[Any]]) -> tuple[BookRow, ...]:
    texts = {_COLUMNS.index("area__name"), _COLUMNS.index("reader__name")}
    filled: Iterable[list[Any]] = (
        ["" if column is None and place in texts else column for place, column in enumerate(row)] for row in rows
    )
    return tuple(BookRow(*row) for row in filled)


def areas_of_books(company_id: int) -> dict[int, int]:
    """The reading area of each of the company's books that has one, by book id."""
    rows = Book.objects.filter(company_id=company_id, area_id__isnull=False)
    return dict(rows.values_list("id", "area_id"))

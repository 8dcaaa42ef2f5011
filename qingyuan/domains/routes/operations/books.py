"""Creating and changing books (抄表册)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.domains.routes.declarations import MANAGE
from qingyuan.domains.routes.models import Book, ReadingArea
from qingyuan.domains.routes.rules.cycle import check_cycle
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, StaleEdit
from qingyuan.platform.audit.operations import record, record_bulk
from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.operations import require
from qingyuan.platform.staff.queries import Reach, reach


@dataclass(frozen=True, slots=True)
class NewBook:
    """One book to create. `place` names the row for a person; `reader_login` and `area_code` may be empty."""

    place: str
    unit_code: str
    book_no: str
    name: str
    area_code: str = ""
    reader_login: str = ""
    months_interval: int = 1
    phase_month: int = 1
    reading_day: int = 1


class BookNoInvalid(DomainError):
    """A book has a number of 1 to 32 characters."""

    code = "routes.book_no_invalid"


class BookNoTaken(DomainError):
    """Another book has this number."""

    code = "routes.book_no_taken"


class UnitUnknown(DomainError):
    """No unit of a company has this code, or it is closed."""

    code = "routes.unit_unknown"


class AreaUnknown(DomainError):
    """The company has no area with this code."""

    code = "routes.area_unknown"


class ReaderUnknown(DomainError):
    """No active person has this login."""

    code = "routes.reader_unknown"


def create_books(*, actor: Actor, rows: Sequence[NewBook], on: date, strict: bool = False) -> BatchResult:
    """Create a book for each good row; `ids` in the order of the good rows, each bad row in `failed` with its code.

    With `strict` one bad row leaves all uncreated.
    """
    with transaction.atomic():
        ids, refused = _create(actor, rows, on, strict)
    return BatchResult(
        ids=tuple(ids), failed=tuple(BatchIssue(row.place, error.code, error.params) for row, error in refused)
    )


def create_book(*, actor: Actor, row: NewBook, on: date) -> int:
    """Create one book and return its id. Raises the row's refusal: the classes of this module, CycleInvalid, NotPermitted."""
    with transaction.atomic():
        ids, refused = _create(actor, [row], on, strict=True)
    if refused:
        raise refused[0][1]
    return ids[0]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows name, fetched once: units, areas and readers by their codes, and the numbers that are taken."""

    units: dict[str, tuple[int, int]]
    areas: dict[tuple[int, str], int]
    readers: dict[str, int]
    taken: set[str]


def _create(
    actor: Actor, rows: Sequence[NewBook], on: date, strict: bool
) -> tuple[list[int], list[tuple[NewBook, DomainError]]]:
    known = _look_up(rows)
    reached = reach(actor, MANAGE, on=on)
    books: list[Book] = []
    refused: list[tuple[NewBook, DomainError]] = []
    for row in rows:
        try:
            books.append(_accepted(row, known, reached))
        except DomainError as error:
            refused.append((row, error))
    if not books or (strict and refused):
        return [], refused
    return _written(actor, books), refused


def _look_up(rows: Sequence[NewBook]) -> _Known:
    units = OrgUnit.objects.filter(
        code__in={row.unit_code for row in rows}, closed_date__isnull=True, company__isnull=False
    )
    areas = ReadingArea.objects.filter(code__in={row.area_code for row in rows if row.area_code})
    readers = Staff.objects.filter(login__in={row.reader_login for row in rows if row.reader_login}, is_active=True)
    taken = Book.objects.filter(book_no__any=[row.book_no for row in rows])
    return _Known(
        units={code: (id_, company) for id_, code, company in units.values_list("id", "code", "company_id")},
        areas={(company, code): id_ for id_, company, code in areas.values_list("id", "company_id", "code")},
        readers=dict(readers.order_by("id").values_list("login", "id")),
        taken=set(taken.values_list("book_no", flat=True)),
    )


def _accepted(row: NewBook, known: _Known, reached: Reach) -> Book:
    """The row as a book, its number taken up into `known.taken`. Raises its first refusal."""
    check_cycle(months_interval=row.months_interval, phase_month=row.phase_month, reading_day=row.reading_day)
    if not 1 <= len(row.book_no) <= 32 or not 1 <= len(row.name) <= 60:
        raise BookNoInvalid(book_no=row.book_no)
    if row.unit_code not in known.units:
        raise UnitUnknown(unit_code=row.unit_code)
    unit_id, company_id = known.units[row.unit_code]
    if not reached.covers(unit_id):
        raise NotPermitted(permission=MANAGE, unit_code=row.unit_code)
    if row.area_code and (company_id, row.area_code) not in known.areas:
        raise AreaUnknown(area_code=row.area_code)
    if row.reader_login and row.reader_login not in known.readers:
        raise ReaderUnknown(reader_login=row.reader_login)
    if row.book_no in known.taken:
        raise BookNoTaken(book_no=row.book_no)
    known.taken.add(row.book_no)
    return Book(
        company_id=company_id,
        unit_id=unit_id,
        area_id=known.areas.get((company_id, row.area_code)),
        book_no=row.book_no,
        name=row.name,
        reader_id=known.readers.get(row.reader_login),
        months_interval=row.months_interval,
        phase_month=row.phase_month,
        reading_day=row.reading_day,
    )


def _written(actor: Actor, books: list[Book]) -> list[int]:
    try:
        with transaction.atomic():
            made = Book.objects.bulk_create(books)
    except IntegrityError as error:
        raise BookNoTaken(book_no=", ".join(book.book_no for book in books[:5])) from error
    for company in sorted({book.company_id for book in made}):
        own = [book for book in made if book.company_id == company]
        record_bulk(
            actor=actor,
            action="routes.create_books",
            object_type="book",
            object_keys_hash=sha256_hex("\n".join(sorted(book.book_no for book in own))),
            count=len(own),
            company_id=company,
        )
    return [book.pk for book in made]


def update_book(
    *,
    actor: Actor,
    book_id: int,
    version: int,
    on: date,
    name: str,
    area_id: int | None,
    months_interval: int,
    phase_month: int,
    reading_day: int,
    is_active: bool,
) -> None:
    """Change a book's particulars; the cycle counts from the next generation of tasks on.

    Raises NotFound, NotPermitted, StaleEdit, CycleInvalid, AreaUnknown.
    """
    check_cycle(months_interval=months_interval, phase_month=phase_month, reading_day=reading_day)
    with transaction.atomic():
        book = Book.objects.filter(id=book_id).first()
        if book is None:
            raise NotFound(book_id=book_id)
        require(actor, MANAGE, on=on, unit_id=book.unit_id, book_id=book.pk)
        if area_id is not None and not ReadingArea.objects.filter(id=area_id, company_id=book.company_id).exists():
            raise AreaUnknown(area_code=area_id)
        changed: dict[str, object] = {
            "name": name,
            "area_id": area_id,
            "months_interval": months_interval,
            "phase_month": phase_month,
            "reading_day": reading_day,
            "is_active": is_active,
        }
        before = {field: getattr(book, field) for field in changed}
        if not Book.objects.filter(id=book_id, version=version).update(**changed, version=version + 1):
            raise StaleEdit(book_no=book.book_no)
        record(
            actor=actor,
            action="routes.update_book",
            object_type="book",
            object_key=book.book_no,
            company_id=book.company_id,
            unit_id=book.unit_id,
            before=before,
            after=changed,
        )


def assign_reader(*, actor: Actor, book_ids: Iterable[int], reader_id: int | None, on: date) -> BatchResult:
    """Give the books to a reader (None: to nobody). Books he has already are skipped.

    Raises NotFound for an unknown book, ReaderUnknown, NotPermitted; then nothing changes.
    """
    with transaction.atomic():
        if reader_id is not None and not Staff.objects.filter(id=reader_id, is_active=True).exists():
            raise ReaderUnknown(reader_login=reader_id)
        wanted = sorted(set(book_ids))
        found = list(Book.objects.filter(id__any=wanted).order_by("id"))
        if len(found) != len(wanted):
            raise NotFound(book_ids=sorted(set(wanted) - {book.pk for book in found}))
        reached = reach(actor, MANAGE, on=on)
        for book in found:
            if not reached.covers(book.unit_id, book.pk):
                raise NotPermitted(permission=MANAGE, book_no=book.book_no)
        changed = [book for book in found if book.reader_id != reader_id]
        Book.objects.filter(id__any=[book.pk for book in changed]).update(reader_id=reader_id, version=F("version") + 1)
        for book in changed:
            record(
                actor=actor,
                action="routes.assign_reader",
                object_type="book",
                object_key=book.book_no,
                company_id=book.company_id,
                unit_id=book.unit_id,
                before={"reader_id": book.reader_id},
                after={"reader_id": reader_id},
            )
    same = tuple(BatchIssue(book.book_no, "routes.reader_unchanged") for book in found if book.reader_id == reader_id)
    return BatchResult(ids=tuple(book.pk for book in changed), skipped=same)

"""Books (抄表册) for pages: the list with how many points each has, and one book with its points in order."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.meters.models import Installation, PointAccount, PointBook
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.routes.models import Book
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import reach

VIEW = "routes.view"


@dataclass(frozen=True, slots=True)
class BookFilter:
    """What the list is narrowed to; empty fields do not narrow. `text` is part of number, name or reader."""

    text: str = ""
    unit_id: int | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class BookListRow:
    """One book. `point_count` counts the points that lie in it on the day."""

    id: int
    book_no: str
    name: str
    company_id: int
    unit_id: int
    unit_name: str
    area_id: int | None
    area_name: str
    reader_id: int | None
    reader_name: str
    months_interval: int
    phase_month: int
    reading_day: int
    is_active: bool
    version: int
    point_count: int


@dataclass(frozen=True, slots=True)
class BookPage:
    """The asked rows; count and points over the whole filter."""

    rows: tuple[BookListRow, ...]
    count: int
    point_count: int


@dataclass(frozen=True, slots=True)
class PointInBookRow:
    """A point at its place in a book."""

    point_id: int
    point_no: str
    order_no: int
    account_no: str
    holder_name: str
    address: str
    meter_no: str


@dataclass(frozen=True, slots=True)
class BookPoints:
    """One page of a book's points in their order."""

    rows: tuple[PointInBookRow, ...]
    count: int


SORTS = {"book_no": "book_no", "reader_name": "reader__name", "point_count": "point_count"}


def book_list(
    actor: Actor,
    wanted: BookFilter,
    *,
    on: date,
    sort: str = "book_no",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> BookPage:
    """Books within the reach of routes.view. At most seven queries."""
    rows = Book.objects.filter(reach(actor, VIEW, on=on).condition("unit_id", "id"))
    text = wanted.text.strip()
    if text:
        rows = rows.filter(Q(book_no__istartswith=text) | Q(name__icontains=text) | Q(reader__name__icontains=text))
    if wanted.unit_id is not None:
        rows = rows.filter(unit_id__in=organisation.subtree_ids(wanted.unit_id))
    if wanted.is_active is not None:
        rows = rows.filter(is_active=wanted.is_active)
    ordered = _counted(rows, on).order_by(f"{'-' if descending else ''}{SORTS[sort]}", "book_no")
    points = PointBook.objects.filter(in_force(on), book_id__in=rows.values("id")).count()
    return BookPage(tuple(_row(row) for row in ordered[offset : offset + limit]), rows.count(), points)


def one_book(actor: Actor, book_no: str, *, on: date, permission: str = VIEW) -> BookListRow:
    """One book. Raises NotFound for an unknown one and one outside the permission's reach."""
    found = _counted(Book.objects.filter(book_no=book_no), on).first()
    if found is None or not reach(actor, permission, on=on).covers(found.unit_id, found.pk):
        raise NotFound(book_no=book_no)
    return _row(found)


def points_of_book(book_id: int, *, on: date, text: str = "", offset: int = 0, limit: int = 50) -> BookPoints:
    """The points that lie in the book on the day, in their order. Five queries. The caller checks the reach."""
    rows = PointBook.objects.filter(in_force(on), book_id=book_id)
    if text:
        rows = rows.filter(
            Q(point__point_no__istartswith=text)
            | Q(point__premise__address__contains=text)
            | Q(
                point_id__in=PointAccount.objects.filter(in_force(on), account__account_no__startswith=text).values(
                    "point_id"
                )
            )
        )
    found = list(
        rows.order_by("order_no", "point_id").values_list(
            "point_id", "point__point_no", "order_no", "point__premise__address"
        )[offset : offset + limit]
    )
    ids = [row[0] for row in found]
    owners = PointAccount.objects.filter(in_force(on), point_id__any=ids)
    accounts = {
        point: (key, number)
        for point, key, number in owners.values_list("point_id", "account_id", "account__account_no")
    }
    holders = dict(
        AccountHolder.objects.filter(in_force(on), account_id__any=[key for key, _no in accounts.values()]).values_list(
            "account_id", "customer__name"
        )
    )
    meters = dict(
        Installation.objects.filter(point_id__any=ids, removed_at__isnull=True).values_list(
            "point_id", "meter__meter_no"
        )
    )
    shown = []
    for point_id, point_no, order_no, address in found:
        account_id, account_no = accounts.get(point_id, (0, ""))
        shown.append(
            PointInBookRow(
                point_id, point_no, order_no, account_no, holders.get(account_id, ""), address, meters.get(point_id, "")
            )
        )
    return BookPoints(tuple(shown), rows.count())


def _counted(rows: QuerySet[Book], on: date) -> QuerySet[Book]:
    points = (
        PointBook.objects.filter(in_force(on), book_id=OuterRef("pk"))
        .order_by()
        .values("book_id")
        .annotate(number=Count("id"))
        .values("number")
    )
    return rows.annotate(point_count=Subquery(points)).select_related("unit", "area", "reader")


def _row(book: Book) -> BookListRow:
    return BookListRow(
        id=book.pk,
        book_no=book.book_no,
        name=book.name,
        company_id=book.company_id,
        unit_id=book.unit_id,
        unit_name=book.unit.short_name or book.unit.name,
        area_id=book.area_id,
        area_name=book.area.name if book.area else "",
        reader_id=book.reader_id,
        reader_name=book.reader.name if book.reader else "",
        months_interval=book.months_interval,
        phase_month=book.phase_month,
        reading_day=book.reading_day,
        is_active=book.is_active,
        version=book.version,
        point_count=getattr(book, "point_count", None) or 0,
    )

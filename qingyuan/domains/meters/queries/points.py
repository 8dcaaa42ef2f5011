"""Points by book, account and number (用水点), for thousands at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from qingyuan.domains.meters.models import PointAccount, PointBook, ServicePoint
from qingyuan.domains.meters.rules.states import PointKind
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PointInBook:
    """A point at its place in a book on a day; `account_id` is whose it is that day, None for nobody's."""

    point_id: int
    point_no: str
    company_id: int
    unit_id: int
    book_id: int
    order_no: int
    account_id: int | None
    kind: PointKind
    calibre: int
    fixed_volume: Decimal | None
    never_billed: bool
    is_waiting: bool
    is_reversed: bool
    opened_date: date


@dataclass(frozen=True, slots=True)
class PointRef:
    """What another domain needs to hang something on a point."""

    id: int
    point_no: str
    company_id: int
    unit_id: int
    kind: PointKind
    opened_date: date
    closed_date: date | None


def in_force(on: date, prefix: str = "") -> Q:
    """The span [from_date, to_date) of a row, or of the row behind `prefix`, holds the day."""
    open_end = Q(**{f"{prefix}to_date__isnull": True}) | Q(**{f"{prefix}to_date__gt": on})
    return Q(**{f"{prefix}from_date__lte": on}) & open_end


def points_in_books(book_ids: Iterable[int], on: date) -> tuple[PointInBook, ...]:
    """Points that lie in the books on the day and are open then, in the order (book, order, point). Two queries."""
    rows = list(
        PointBook.objects.filter(in_force(on), book_id__any=list(book_ids), point__opened_date__lte=on)
        .filter(Q(point__closed_date__isnull=True) | Q(point__closed_date__gt=on))
        .order_by("book_id", "order_no", "point_id")
        .values_list(
            "point_id", "point__point_no", "company_id", "point__unit_id", "book_id", "order_no", "point__kind",
            "point__calibre", "point__fixed_volume", "point__never_billed", "point__is_waiting",
            "point__is_reversed", "point__opened_date",
        )
    )  # fmt: skip
    accounts = accounts_of_points((row[0] for row in rows), on=on)
    return tuple(
        PointInBook(
            point, point_no, company, unit, book, order, accounts.get(point), PointKind(kind), calibre, fixed,
            never_billed, is_waiting, is_reversed, opened,
        )
        for (
            point, point_no, company, unit, book, order, kind, calibre, fixed, never_billed, is_waiting, is_reversed,
            opened,
        ) in rows
    )  # fmt: skip


def accounts_of_points(point_ids: Iterable[int], *, on: date) -> Mapping[int, int]:
    """Point → the account it belongs to on the day; points of nobody are left out. One query."""
    rows = PointAccount.objects.filter(in_force(on), point_id__any=list(point_ids))
    return dict(rows.values_list("point_id", "account_id"))


def books_of_points(point_ids: Iterable[int], *, on: date) -> Mapping[int, tuple[int, int]]:
    """Point → (book, order) on the day; points in no book are left out. One query."""
    rows = PointBook.objects.filter(in_force(on), point_id__any=list(point_ids))
    return {point: (book, order) for point, book, order in rows.values_list("point_id", "book_id", "order_no")}


def points_of_accounts(account_ids: Iterable[int], *, on: date) -> Mapping[int, tuple[int, ...]]:
    """Account → its points on the day, in the order of their ids; accounts without any are left out. One query."""
    found: dict[int, tuple[int, ...]] = {}
    rows = PointAccount.objects.filter(in_force(on), account_id__any=list(account_ids))
    for account, point in rows.order_by("account_id", "point_id").values_list("account_id", "point_id"):
        found[account] = (*found.get(account, ()), point)
    return found


def point_refs(point_nos: Iterable[str]) -> Mapping[str, PointRef]:
    """By point number; unknown numbers are left out. One query."""
    return {ref.point_no: ref for ref in _refs(Q(point_no__any=list(point_nos)))}


def point_refs_by_id(point_ids: Iterable[int]) -> Mapping[int, PointRef]:
    """By point id; unknown ids are left out. One query."""
    return {ref.id: ref for ref in _refs(Q(id__any=list(point_ids)))}


def point_ref(point_no: str) -> PointRef:
    """The point with this number. Raises NotFound."""
    found = point_refs([point_no]).get(point_no)
    if found is None:
        raise NotFound(point_no=point_no)
    return found


def _refs(condition: Q) -> list[PointRef]:
    rows = ServicePoint.objects.filter(condition).order_by("id")
    return [
        PointRef(id_, number, company, unit, PointKind(kind), opened, closed)
        for id_, number, company, unit, kind, opened, closed in rows.values_list(
            "id", "point_no", "company_id", "unit_id", "kind", "opened_date", "closed_date"
        )
    ]

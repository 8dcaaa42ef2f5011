"""What set-wise installing must know from the database, fetched once for all rows (建点装表所需的对照)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, Max, OuterRef

from qingyuan.domains.customers.queries import AccountRef, account_refs
from qingyuan.domains.meters.models import Meter, MeterLink, MeterModel, PointBook, Register, ServicePoint
from qingyuan.domains.meters.rules.installing import NewInstallation
from qingyuan.domains.meters.rules.states import LinkKind, MeterState
from qingyuan.domains.routes.queries import BookRow, book_refs
from qingyuan.domains.tariffs.queries.codes import Coded, charge_item_ids, plan_ids, usage_class_ids
from qingyuan.platform.organisation.models import CompanyProfile

DEFAULT_TIME_ZONE = str(CompanyProfile._meta.get_field("time_zone").default)


@dataclass(frozen=True, slots=True)
class KnownModel:
    id: int
    calibre: int
    digits: int
    decimals: int


@dataclass(frozen=True, slots=True)
class KnownRegister:
    id: int
    limit: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter that is in the database; `registers` by register number."""

    id: int
    company_id: int
    state: MeterState
    calibre: int
    registers: Mapping[int, KnownRegister]


@dataclass(frozen=True, slots=True)
class KnownPoint:
    """A point that is in the database; `shares_difference`: subs hang under it that share its difference."""

    id: int
    company_id: int
    closed_date: date | None
    shares_difference: bool


@dataclass(frozen=True, slots=True)
class InstallingLookups:
    """Everything by the natural keys that rows use."""

    accounts: Mapping[str, AccountRef]
    books: Mapping[str, BookRow]
    models: Mapping[Coded, KnownModel]
    meters: Mapping[str, KnownMeter]
    points: Mapping[str, KnownPoint]
    usage_classes: Mapping[Coded, int]
    charge_items: Mapping[Coded, int]
    plans: Mapping[Coded, int]
    last_orders: Mapping[int, int]
    time_zones: Mapping[int, str]


def look_up(rows: Sequence[NewInstallation]) -> InstallingLookups:
    """A fixed number of queries, however many rows."""
    accounts = account_refs({row.account_no for row in rows})
    companies = {account.company_id for account in accounts.values()}
    books = book_refs({row.book_no for row in rows})
    options = [option for row in rows for option in row.options]
    return InstallingLookups(
        accounts=accounts,
        books=books,
        models=_models(companies, {row.model_code for row in rows if row.model_code}),
        meters=known_meters({row.meter_no for row in rows if row.meter_no}),
        points=_points({number for row in rows for number in (row.point_no, row.main_point_no) if number}),
        usage_classes=usage_class_ids(companies, {share.class_code for row in rows for share in row.shares}),
        charge_items=charge_item_ids(companies, {option.item_code for option in options}) if options else {},
        plans=plan_ids(companies, {option.plan_code for option in options if option.plan_code}) if options else {},
        last_orders=last_orders(book.id for book in books.values()),
        time_zones=time_zones(companies),
    )


def known_meters(numbers: Iterable[str]) -> dict[str, KnownMeter]:
    """Meters by their number, with their registers. Two queries."""
    rows = list(
        Meter.objects.filter(meter_no__any=list(numbers)).values_list(
            "id", "meter_no", "company_id", "state", "model__calibre"
        )
    )
    registers: dict[int, dict[int, KnownRegister]] = {}
    for meter_id, register_no, id_, limit, decimals in Register.objects.filter(
        meter_id__any=[row[0] for row in rows]
    ).values_list("meter_id", "register_no", "id", "maximum", "decimals"):
        registers.setdefault(meter_id, {})[register_no] = KnownRegister(id_, limit, decimals)
    return {
        number: KnownMeter(id_, company, MeterState(state), calibre, registers.get(id_, {}))
        for id_, number, company, state, calibre in rows
    }


def last_orders(book_ids: Iterable[int]) -> dict[int, int]:
    """The highest place taken in each of the books; books without points are left out."""
    rows = PointBook.objects.filter(book_id__any=list(book_ids), to_date__isnull=True).values("book_id")
    return {row["book_id"]: row["last"] for row in rows.annotate(last=Max("order_no")).order_by("book_id")}


def time_zones(company_ids: Iterable[int]) -> dict[int, str]:
    """The time zone of each company that has a profile."""
    return dict(CompanyProfile.objects.filter(unit_id__any=list(company_ids)).values_list("unit_id", "time_zone"))


def taken_point_nos(numbers: Iterable[str]) -> frozenset[str]:
    """Those of the numbers that a point already has."""
    return frozenset(ServicePoint.objects.filter(point_no__any=list(numbers)).values_list("point_no", flat=True))


def _models(companies: Iterable[int], codes: Iterable[str]) -> dict[Coded, KnownModel]:
    rows = MeterModel.objects.filter(company_id__in=list(companies), code__in=list(codes))
    return {
        (company, code): KnownModel(id_, calibre, digits, decimals)
        for id_, company, code, calibre, digits, decimals in rows.values_list(
            "id", "company_id", "code", "calibre", "digits", "decimals"
        )
    }


def _points(numbers: Iterable[str]) -> dict[str, KnownPoint]:
    sharing = MeterLink.objects.filter(main_id=OuterRef("id"), kind=LinkKind.ALLOCATE.value, to_date__isnull=True)
    rows = ServicePoint.objects.filter(point_no__any=list(numbers)).annotate(is_sharing=Exists(sharing))
    return {
        number: KnownPoint(id_, company, closed, shares)
        for id_, number, company, closed, shares in rows.values_list(
            "id", "point_no", "company_id", "closed_date", "is_sharing"
        )
    }

"""One town in two copies: the product's, in the database, and the model's, in plain Python; and how they are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from qingyuan.domains.meters.models import Meter, Register
from qingyuan.kernel.period import Month
from tests.factories.billing import (
    PricedTown,
    account_of,
    make_billable_points,
    make_priced_town,
    share_group,
)
from tests.factories.ledger import Company
from tests.factories.payments import Till, open_till
from tests.factories.readings import plan
from tests.machine.plain_bills import Bill, Bills, Terms
from tests.machine.plain_money import Purse
from tests.machine.plain_points import APPROVED, OPENED, PENDING, SKIPPED, Piece, Point, Read
from tests.machine.tariffs import HOMES, WORKS
from tests.machine.tariffs import plain as plain_tariff

FIRST_DAY = date(2025, 1, 20)
LAST_MONTH = 202512
FLOAT = Decimal("100.00")


@dataclass(frozen=True, slots=True)
class Town:
    """What stands before the first step: five accounts of one point each, a cashier at work, meters in stock.

    Homes: one alone, one alone with six people, two that share their tier room. And one factory.
    """

    priced: PricedTown
    till: Till
    homes: tuple[int, ...]
    works: int
    together: int
    stock: tuple[int, ...]

    @property
    def points(self) -> tuple[int, ...]:
        return (*self.homes, self.works)


def make_town() -> Town:
    priced = make_priced_town(tariffs=(HOMES, WORKS))
    homes = make_billable_points(priced, 3)
    homes += make_billable_points(priced, 1, people=6, prefix="R")
    (works,) = make_billable_points(priced, 1, usage_class="INDUSTRY", prefix="W")
    together = share_group([account_of(homes[0]), account_of(homes[1])], "G-共")
    till = open_till(Company(priced.town.utility, "01"), float_amount=str(FLOAT))
    meters = Meter.objects.bulk_create(
        Meter(company_id=priced.company_id, meter_no=f"S{number:03}", model_id=priced.town.model_id, state="IN_STOCK")
        for number in range(20)
    )
    Register.objects.bulk_create(
        Register(company_id=priced.company_id, meter=meter, digits=5, maximum=Decimal(100_000)) for meter in meters
    )
    return Town(priced, till, tuple(homes), works, together, tuple(meter.pk for meter in meters))


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """Household size in [start, end)."""

    start: date
    end: date | None
    people: int


@dataclass
class OpenRun:
    """A run that is calculated and not issued: its bills in tier order, each with how often its reading had been corrected."""

    run_id: int
    made: list[tuple[Bill, int]]
    cancelled_groups: set[int] = field(default_factory=set)


@dataclass
class World:
    """The model's copy of the town."""

    town: Town
    today: date = FIRST_DAY
    points: dict[int, Point] = field(default_factory=dict)
    purses: dict[int, Purse] = field(default_factory=dict)
    people: dict[int, list[PeopleRow]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, tuple[str, str]] = field(default_factory=dict)
    cash: Decimal = FLOAT
    gone_bills: list[int] = field(default_factory=list)
    gone_payments: list[int] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)
    open_run: OpenRun | None = None
    waiting: int = 0
    """How many proposals wait for a decision."""
    bills: Bills = field(init=False)

    def __post_init__(self) -> None:
        self.bills = Bills({"m-homes": plain_tariff(HOMES), "m-works": plain_tariff(WORKS)})
        self.stock = list(self.town.stock)
        rows = rows_of(
            "SELECT p.id, a.id, m.group_id, a.account_no, p.point_no FROM service_point p JOIN point_account x"
            " ON x.point_id = p.id JOIN account a ON a.id = x.account_id JOIN tier_group_member m ON m.account_id = a.id"
        )
        for point_id, account_id, group_id, account_no, point_no in rows:
            self.points[point_id] = Point(point_id, account_id)
            self.purses[account_id] = Purse()
            self.people[account_id] = []
            self.states[account_id] = "ACTIVE"
            self.groups[point_id] = group_id
            self.numbers[point_id] = (account_no, point_no)
        self.people[self.points[self.town.homes[-1]].account_id] = [PeopleRow(OPENED, None, 6)]
        self.begin_month()

    @property
    def yyyymm(self) -> int:
        return Month.of(self.today).number

    @property
    def has_read(self) -> bool:
        """Whether anything was read this month."""
        return any(self.yyyymm in each.reads and each.reads[self.yyyymm].is_taken for each in self.points.values())

    @property
    def has_approved(self) -> bool:
        """Whether a reading waits for its bill."""
        return any(read.state == APPROVED for each in self.points.values() for read in each.reads.values())

    def begin_month(self) -> None:
        """Plan the month's readings, in both copies."""
        plan(self.town.priced.town, self.today)
        for point in self.points.values():
            if self.states[point.account_id] == "CLOSED":
                continue
            state = PENDING if self._is_read(point) else SKIPPED
            point.reads[self.yyyymm] = Read(self.yyyymm, state)

    def _is_read(self, point: Point) -> bool:
        """A point is read while a meter hangs, and once more for the final of the one taken off."""
        return point.has_meter or point.hung[-1].on > point.last_on

    def go_on(self) -> None:
        self.today = (self.today.replace(day=1) + timedelta(days=40)).replace(day=20)
        self.begin_month()

    def terms(self, point: Point, read: Read) -> Terms:
        """What a reading is billed by today."""
        begin = point.pieces(read)[0].start
        lasting = [row for row in self.people[point.account_id] if row.end is None or begin < row.end]
        people = tuple((row.start, row.people) for row in sorted(lasting, key=lambda row: row.start))
        tariff = "m-works" if point.key == self.town.works else "m-homes"
        return Terms(tariff, people, point.months(read), read.yyyymm, self.groups[point.key])

    def read_of(self, bill: Bill) -> Read:
        """The reading that the bill is of."""
        return self.points[bill.point].reads[bill.terms.yyyymm]

    def pieces(self, bill: Bill) -> list[Piece]:
        """The usage of the bill's reading as it stands now."""
        point = self.points[bill.point]
        return point.pieces(point.reads[bill.terms.yyyymm])

    def noon(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=UTC)


def rows_of(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()  # type: ignore[no-any-return]


_UNCOUNTED = {"number_series", "bulk_usage", "bulk_bill", "posting_item", "posting_apart", "posting_part"}
"""Numbers of bills and runs may have gaps; the others are tables of one transaction."""


def fingerprint() -> tuple[object, ...]:
    """How many rows each table has, and a sum of their hashes: what a refused act must leave as it was."""
    tables = [
        row[0]
        for row in rows_of("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        if row[0] not in _UNCOUNTED
    ]
    statement = ", ".join(
        f'(SELECT (count(*), sum(hashtextextended(t::text, 0)))::text FROM "{table}" t)' for table in tables
    )
    return tuple(zip(tables, rows_of(f"SELECT {statement}")[0], strict=True))

"""Points with meters in books, and readings, for tests of readings and of what builds on them.

Points and installations are written by their models: many in a few statements, with exactly the values a test names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from qingyuan.domains.customers.models import Account, Premise, Region
from qingyuan.domains.meters.models import (
    Installation,
    InstallationRegister,
    Maker,
    Meter,
    MeterLink,
    MeterModel,
    PointAccount,
    PointBook,
    Register,
    ServicePoint,
)
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import ReadingCondition, ReadingItem, ReadingPeriod
from qingyuan.domains.readings.rules.states import Algorithm, ReadingSource
from qingyuan.domains.routes.models import Book
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.batch import BatchResult
from qingyuan.kernel.period import Month
from tests.factories.platform import Utility, make_utility

ZONE = ZoneInfo("Asia/Shanghai")
OPENED = date(2024, 11, 15)
CONDITIONS = {
    "01": Algorithm.NORMAL,
    "02": Algorithm.ESTIMATE,
    "03": Algorithm.ZERO,
    "04": Algorithm.ROLLOVER,
    "05": Algorithm.REVERSE,
    "06": Algorithm.METER_CHANGED,
    "07": Algorithm.UNRELATED,
}


@dataclass(frozen=True, slots=True)
class Town:
    """A utility with one book at the east hall and all conditions."""

    utility: Utility
    book_id: int
    region_id: int
    model_id: int

    @property
    def company_id(self) -> int:
        return self.utility.company_id


def make_town(code: str = "01", *, months_interval: int = 1, phase_month: int = 1) -> Town:
    """A utility with a book `{code}-A` and conditions 01 normal, 02 estimate, 03 zero, 04 rollover, 05 reverse,
    06 meter changed, 07 unrelated."""
    utility = make_utility(code)
    company_id = utility.company_id
    region = Region.objects.create(company_id=company_id, code="R", name="示例路")
    maker = Maker.objects.create(company_id=company_id, code="M", name="示例厂")
    model = MeterModel.objects.create(company_id=company_id, maker=maker, code="LXS-15", name="旋翼", calibre=15)
    ReadingCondition.objects.bulk_create(
        ReadingCondition(company_id=company_id, code=condition, name=algorithm.value, algorithm=algorithm)
        for condition, algorithm in CONDITIONS.items()
    )
    book_id = make_book(
        company_id, utility.east_id, f"{code}-A", months_interval=months_interval, phase_month=phase_month
    )
    return Town(utility, book_id, region.pk, model.pk)


def make_book(company_id: int, unit_id: int, book_no: str, *, months_interval: int = 1, phase_month: int = 1) -> int:
    """A book; returns its id."""
    return Book.objects.create(
        company_id=company_id,
        unit_id=unit_id,
        book_no=book_no,
        name=book_no,
        months_interval=months_interval,
        phase_month=phase_month,
    ).pk


def make_points(
    town: Town,
    count: int,
    *,
    prefix: str = "P",
    book_id: int | None = None,
    opened: date = OPENED,
    start_value: Decimal = Decimal(100),
    digits: int = 5,
    multiplier: Decimal = Decimal(1),
    **flags: object,
) -> list[int]:
    """Points with an active account and one meter each, in the book in order. Returns their ids.

    `point_no`, account_no and meter_no are `{prefix}{n:06}`, A…, M… of the same.
    """
    company_id, unit_id = town.company_id, town.utility.east_id
    numbers = [f"{prefix}{n:06}" for n in range(1, count + 1)]
    premises = Premise.objects.bulk_create(
        Premise(company_id=company_id, region_id=town.region_id, address=f"示例路{number}号") for number in numbers
    )
    accounts = Account.objects.bulk_create(
        Account(
            company_id=company_id,
            unit_id=unit_id,
            account_no=f"A{no}",
            state="ACTIVE",
            premise=premise,
            opened_date=opened,
        )
        for no, premise in zip(numbers, premises, strict=True)
    )
    points = ServicePoint.objects.bulk_create(
        ServicePoint(company_id=company_id, unit_id=unit_id, point_no=no, premise=premise, opened_date=opened, **flags)
        for no, premise in zip(numbers, premises, strict=True)
    )
    PointAccount.objects.bulk_create(
        PointAccount(company_id=company_id, point=point, account=account, from_date=opened)
        for point, account in zip(points, accounts, strict=True)
    )
    PointBook.objects.bulk_create(
        PointBook(
            company_id=company_id, point=point, book_id=book_id or town.book_id, order_no=n * 10, from_date=opened
        )
        for n, point in enumerate(points, start=1)
    )
    meters = _make_meters(town, [f"M{no}" for no in numbers], digits=digits)
    _install(town, list(zip(points, meters, strict=True)), opened, start_value, multiplier)
    return [point.pk for point in points]


def make_point(town: Town, point_no: str = "P1", **given: object) -> int:
    """One point; see `make_points`. Its number is `{point_no}000001`."""
    return make_points(town, 1, prefix=point_no, **given)[0]  # type: ignore[arg-type]


def _make_meters(town: Town, numbers: Sequence[str], *, digits: int) -> list[tuple[Meter, Register]]:
    meters = Meter.objects.bulk_create(
        Meter(company_id=town.company_id, meter_no=number, model_id=town.model_id, state="INSTALLED")
        for number in numbers
    )
    registers = Register.objects.bulk_create(
        Register(company_id=town.company_id, meter=meter, digits=digits, maximum=Decimal(10) ** digits)
        for meter in meters
    )
    return list(zip(meters, registers, strict=True))


def _install(
    town: Town,
    pairs: Sequence[tuple[ServicePoint, tuple[Meter, Register]]],
    on: date,
    start_value: Decimal,
    multiplier: Decimal = Decimal(1),
) -> None:
    installations = Installation.objects.bulk_create(
        Installation(company_id=town.company_id, point=point, meter=meter, installed_at=noon(on), multiplier=multiplier)
        for point, (meter, _) in pairs
    )
    InstallationRegister.objects.bulk_create(
        InstallationRegister(
            company_id=town.company_id, installation=installation, register=register, start_value=start_value
        )
        for installation, (_, (_, register)) in zip(installations, pairs, strict=True)
    )


def exchange_meter(
    town: Town, point_id: int, on: date, *, final: str, start: str = "0", meter_no: str = "", digits: int = 5
) -> None:
    """Take the point's meter off with its final value and hang a new one, at noon of the day."""
    take_meter_off(point_id, on, final=final)
    meter = _make_meters(town, [meter_no or f"N{point_id}-{on:%m%d}"], digits=digits)[0]
    _install(town, [(ServicePoint.objects.get(pk=point_id), meter)], on, Decimal(start))


def take_meter_off(point_id: int, on: date, *, final: str) -> None:
    """Take the point's meter off with its final value, at noon of the day."""
    old = Installation.objects.get(point_id=point_id, removed_at__isnull=True)
    old.removed_at = noon(on)
    old.save(update_fields=["removed_at"])
    InstallationRegister.objects.filter(installation=old).update(final_value=Decimal(final))


def link_sub(town: Town, main_id: int, sub_id: int, *, from_date: date = OPENED) -> None:
    """Main → sub, DEDUCT."""
    MeterLink.objects.create(company_id=town.company_id, main_id=main_id, sub_id=sub_id, from_date=from_date)


def share_difference(
    town: Town,
    main_id: int,
    sub_ids: Sequence[int],
    *,
    method: str = "VOLUME",
    cap: str | None = None,
    shares: Sequence[str] = (),
    scale: int = 0,
) -> None:
    """Main → subs, ALLOCATE; `shares` are their fixed parts."""
    for place, sub_id in enumerate(sub_ids):
        MeterLink.objects.create(
            company_id=town.company_id,
            main_id=main_id,
            sub_id=sub_id,
            from_date=OPENED,
            kind="ALLOCATE",
            sharing=method,
            cap=None if cap is None else Decimal(cap),
            share=Decimal(shares[place]) if shares else None,
            share_scale=scale,
        )


def noon(on: date) -> datetime:
    """Noon of the day in the company's time zone, as UTC."""
    return datetime.combine(on, time(12), ZONE).astimezone(UTC)


def plan(
    town: Town, on: date, *, actor: Actor | None = None, round_no: int = 1, book_ids: list[int] | None = None
) -> BatchResult:
    """Generate the tasks of the day's month."""
    return readings.generate_tasks(
        actor=actor or system_actor("tests"),
        company_id=town.company_id,
        month=Month.of(on),
        round_no=round_no,
        book_ids=book_ids,
        planned_on=on,
    )


def reading_item(point_id: int, yyyymm: int, round_no: int = 1) -> ReadingItem:
    """The point's item of the period."""
    return ReadingItem.objects.get(point_id=point_id, period__yyyymm=yyyymm, period__round_no=round_no)


def period_id(town: Town, yyyymm: int) -> int:
    """The reading period's id."""
    return ReadingPeriod.objects.get(company_id=town.company_id, yyyymm=yyyymm, round_no=1).pk


def read(point_id: int, on: date, value: str | None = None, condition: str = "", **given: object) -> BatchResult:
    """Record one read of the point in the period of the day's month."""
    row = readings.ReadRow(
        reading_item_id=reading_item(point_id, Month.of(on).number).pk,
        read_date=on,
        value=None if value is None else Decimal(value),
        condition_code=condition,
        **given,  # type: ignore[arg-type]
    )
    return readings.record_readings(actor=system_actor("tests"), rows=[row], source=ReadingSource.KEYED, on=on)


def read_and_approve(
    point_id: int, on: date, value: str | None = None, condition: str = "", *, reason: str = "核实无误", **given: object
) -> ReadingItem:
    """Record and approve one read; returns the item as it then stands."""
    recorded = read(point_id, on, value, condition, **given)
    assert not recorded.failed, recorded.failed
    found = reading_item(point_id, Month.of(on).number)
    approved = readings.approve(actor=system_actor("tests"), reading_item_ids=[found.pk], at=noon(on), reason=reason)
    assert not approved.failed, approved.failed
    found.refresh_from_db()
    return found

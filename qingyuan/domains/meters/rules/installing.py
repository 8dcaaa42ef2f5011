"""What it takes to create a point and hang a meter on it (建点装表): the row, and the checks that need no database."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qingyuan.domains.meters.rules.registers import check_value, maximum
from qingyuan.domains.meters.rules.shares import NewShare, check_shares
from qingyuan.domains.meters.rules.states import Direction, PointKind
from qingyuan.kernel.errors import DomainError

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,31}")


@dataclass(frozen=True, slots=True)
class NewRegister:
    """One register of a compound meter; meters with one register take it from their model."""

    register_no: int
    digits: int
    decimals: int = 0
    direction: Direction = Direction.FORWARD
    start_value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewOption:
    """The point's own choice for a charge item (费用项选项): an item plan, or exempt when `plan_code` is empty."""

    item_code: str
    plan_code: str = ""
    document_no: str = ""


@dataclass(frozen=True, slots=True)
class NewInstallation:
    """One point to create, with its meter. Accounts, books, models and classes are named by their numbers and codes.

    place            names the row for a person: "row 7"
    point_no         empty: drawn from the series
    order_no         place in the book; None: after the last
    calibre          in mm; None: the model's
    installed_at     when the meter began to count; the point opens on its civil date unless `opened_date` is earlier
    meter_no         a meter in stock, or a new one of `model_code`
    main_point_no    the main under which the point hangs (DEDUCT); in the database or earlier in the same call
    """

    place: str
    account_no: str
    book_no: str
    shares: tuple[NewShare, ...]
    installed_at: datetime | None = None
    meter_no: str = ""
    model_code: str = ""
    start_value: Decimal = Decimal(0)
    registers: tuple[NewRegister, ...] = ()
    multiplier: Decimal = Decimal(1)
    point_no: str = ""
    order_no: int | None = None
    location: str = ""
    kind: PointKind = PointKind.METERED
    calibre: int | None = None
    fixed_volume: Decimal | None = None
    never_billed: bool = False
    never_cut: bool = False
    is_reversed: bool = False
    is_waiting: bool = False
    opened_date: date | None = None
    options: tuple[NewOption, ...] = ()
    quota: Decimal | None = None
    quota_document: str = ""
    main_point_no: str = ""
    made_date: date | None = None
    verify_by_date: date | None = None


class PointNoInvalid(DomainError):
    """A point or meter number is up to 32 letters, digits and . _ / -, beginning with a letter or digit."""

    code = "meters.number_invalid"


class MeterMissing(DomainError):
    """A metered point needs a meter and when it was installed; an unmetered one has none."""

    code = "meters.meter_missing"


class FixedVolumeMissing(DomainError):
    """An unmetered point needs a fixed volume above 0, with at most three places."""

    code = "meters.fixed_volume_missing"


class MultiplierInvalid(DomainError):
    """A multiplier is above 0, with at most six places."""

    code = "meters.multiplier_invalid"


class InstalledInFuture(DomainError):
    """A meter is installed on the business date or before it, and not before the point opens."""

    code = "meters.installed_in_future"


class CalibreInvalid(DomainError):
    """A calibre is 8 to 2000 mm."""

    code = "meters.calibre_invalid"


class QuotaInvalid(DomainError):
    """A quota is a volume above 0 with at most three places."""

    code = "meters.quota_invalid"


class RegistersInvalid(DomainError):
    """Registers are numbered apart, with 3 to 9 digits and at most 3 places."""

    code = "meters.registers_invalid"


def check(row: NewInstallation) -> None:
    """Raises the first refusal of the row that needs no database; see the classes of this module and `shares`."""
    for number in (row.point_no, row.meter_no):
        if number and not _NUMBER.fullmatch(number):
            raise PointNoInvalid(number=number)
    metered = row.kind is PointKind.METERED
    if metered != bool(row.meter_no) or metered != (row.installed_at is not None):
        raise MeterMissing(kind=row.kind, meter_no=row.meter_no)
    if not metered and row.fixed_volume is None:
        raise FixedVolumeMissing()
    if row.fixed_volume is not None:
        check_volume(row.fixed_volume, FixedVolumeMissing())
    if row.quota is not None:
        check_volume(row.quota, QuotaInvalid(quota=row.quota))
    if row.calibre is not None and not 8 <= row.calibre <= 2000:
        raise CalibreInvalid(calibre=row.calibre)
    check_multiplier(row.multiplier)
    check_registers(row.registers)
    check_shares(row.shares)


def check_volume(value: Decimal, error: DomainError) -> None:
    """Raises `error` unless the value is above 0 with at most three places."""
    if not value.is_finite() or value <= 0 or value != value.quantize(Decimal("0.001")):
        raise error


def check_multiplier(multiplier: Decimal) -> None:
    """Raises MultiplierInvalid."""
    if (
        not multiplier.is_finite()
        or not 0 < multiplier < 10_000
        or multiplier != multiplier.quantize(Decimal("0.000001"))
    ):
        raise MultiplierInvalid(multiplier=multiplier)


def check_registers(registers: tuple[NewRegister, ...]) -> None:
    """Raises RegistersInvalid, RegisterValueInvalid."""
    if len({register.register_no for register in registers}) < len(registers):
        raise RegistersInvalid(register_no=registers[0].register_no)
    for register in registers:
        if not 3 <= register.digits <= 9 or not 0 <= register.decimals <= 3 or not 1 <= register.register_no <= 9:
            raise RegistersInvalid(register_no=register.register_no)
        check_value(
            register.start_value,
            register_no=register.register_no,
            limit=maximum(register.digits),
            decimals=register.decimals,
        )


def check_dates(*, opened_date: date, installed_date: date | None, account_opened_date: date, on: date) -> None:
    """Raises InstalledInFuture and BeforeAccountOpened."""
    if opened_date > on or (installed_date is not None and not opened_date <= installed_date <= on):
        raise InstalledInFuture(opened_date=opened_date, installed_date=installed_date, on=on)
    if opened_date < account_opened_date:
        raise BeforeAccountOpened(opened_date=opened_date, account_opened_date=account_opened_date)


class BeforeAccountOpened(DomainError):
    """A point does not belong to an account before the account was opened."""

    code = "meters.before_account_opened"

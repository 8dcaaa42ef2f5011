"""Creating points and hanging meters on them (建点装表), one or thousands: the same checks, one write."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.customers.operations import lock_accounts
from qingyuan.domains.customers.queries import AccountRef, account_refs_by_id
from qingyuan.domains.meters.declarations import INSTALL, POINT_NUMBERS
from qingyuan.domains.meters.operations.installing_lookups import (
    DEFAULT_TIME_ZONE,
    InstallingLookups,
    KnownMeter,
    KnownModel,
    look_up,
    taken_point_nos,
)
from qingyuan.domains.meters.operations.installing_rows import Installing, RegisterStart, write
from qingyuan.domains.meters.operations.refusals import (
    AccountClosed,
    AccountUnknown,
    BookUnknown,
    ChangedMeanwhile,
    ChargeItemUnknown,
    MainUnknown,
    MeterNotInStock,
    ModelUnknown,
    PlanUnknown,
    PointNoTaken,
    PremiseMissing,
    RepeatedInFile,
    UsageClassUnknown,
)
from qingyuan.domains.meters.operations.tokens import refresh_meter_tokens
from qingyuan.domains.meters.rules.installing import NewInstallation, check, check_dates
from qingyuan.domains.meters.rules.registers import check_value, civil_date, maximum
from qingyuan.domains.meters.rules.sharing import MainKindsMixed
from qingyuan.domains.meters.rules.states import Direction, MeterState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit.operations import record_bulk
from qingyuan.platform.copying import violated_constraint
from qingyuan.platform.numbering.operations import reserve
from qingyuan.platform.staff.queries import Reach, reach

CLOSED_STATES = ("CLOSING", "CLOSED")
USABLE = (MeterState.IN_STOCK, MeterState.ISSUED)

Refused = list[tuple[NewInstallation, DomainError]]


def install_points(
    *,
    actor: Actor,
    rows: Sequence[NewInstallation],
    on: date,
    strict: bool = False,
    opened_here: Collection[int] = (),
) -> BatchResult:
    """For each good row: point, its account, its book, its meter with registers, the installation, usage shares,
    options, quota, link to its main. `on` is the business date.

    `ids` are the points in the order of the good rows; each bad row is in `failed` with its place and code, alone.
    With `strict` one bad row leaves all uncreated. `opened_here` are accounts that the caller's own transaction opened:
    nobody else can change them, they are not locked. Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        installings, refused = _install(actor, rows, on, strict, opened_here)
    return BatchResult(
        ids=tuple(installing.point_id for installing in installings),
        failed=tuple(BatchIssue(row.place, error.code, error.params) for row, error in refused),
    )


def create_point(*, actor: Actor, row: NewInstallation, on: date) -> int:
    """Create one point and return its id. Raises the row's refusal: see `install_points`, `rules.installing`, `refusals`."""
    with transaction.atomic():
        installings, refused = _install(actor, [row], on, strict=True, opened_here=())
    if refused:
        raise refused[0][1]
    return installings[0].point_id


def _install(
    actor: Actor, rows: Sequence[NewInstallation], on: date, strict: bool, opened_here: Collection[int]
) -> tuple[list[Installing], Refused]:
    lookups = look_up(rows)
    reached = reach(actor, INSTALL, on=on)
    _lock(lookups, opened_here)
    progress = _Progress(lookups)
    installings: list[Installing] = []
    refused: Refused = []
    for row in rows:
        try:
            installings.append(progress.accepted(row, reached, on))
        except DomainError as error:
            refused.append((row, error))
    if not installings or (strict and refused):
        return [], refused
    _give_numbers(installings, on)
    try:
        with transaction.atomic():
            write(installings)
    except IntegrityError as error:
        raise ChangedMeanwhile(constraint=violated_constraint(error)) from error
    refresh_meter_tokens({installing.account.id for installing in installings})
    _audit(actor, installings)
    return installings, refused


def _lock(lookups: InstallingLookups, opened_here: Collection[int]) -> None:
    """Nobody may close the accounts meanwhile. What was read before the lock is compared with what is true under it."""
    known = set(opened_here)
    waiting = {account.id: account for account in lookups.accounts.values() if account.id not in known}
    if not waiting:
        return
    lock_accounts(waiting, shared=True)
    for id_, now in account_refs_by_id(waiting).items():
        if now != waiting[id_]:
            raise ChangedMeanwhile(account_no=now.account_no)


class _Progress:
    """The rows accepted so far: which numbers they took, and where each book's order stands."""

    def __init__(self, lookups: InstallingLookups) -> None:
        self.lookups = lookups
        self.seen: set[tuple[str, str]] = set()
        self.orders = dict(lookups.last_orders)

    def accepted(self, row: NewInstallation, reached: Reach, on: date) -> Installing:
        """The row with its ids. Raises its first refusal."""
        check(row)
        account = self._account(row, reached)
        zone = self.lookups.time_zones.get(account.company_id, DEFAULT_TIME_ZONE)
        installed_date = civil_date(row.installed_at, zone) if row.installed_at is not None else None
        opened_date = row.opened_date or installed_date or on
        check_dates(
            opened_date=opened_date,
            installed_date=installed_date,
            account_opened_date=account.opened_date,
            on=on,
        )
        book = self.lookups.books.get(row.book_no)
        if book is None or book.company_id != account.company_id or not book.is_active:
            raise BookUnknown(book_no=row.book_no)
        meter, model = self._meter(row, account.company_id)
        registers = _registers(row, meter, model)
        installing = Installing(
            row=row,
            account=account,
            premise_id=_premise(account),
            book_id=book.id,
            calibre=row.calibre or (meter.calibre if meter else model.calibre if model else 15),
            opened_date=opened_date,
            known_meter=meter,
            model=model,
            registers=registers,
            class_ids=self._class_ids(row, account.company_id),
            option_ids=self._option_ids(row, account.company_id),
            main_id=self._main(row, account.company_id),
            point_no=row.point_no,
        )
        self._take(row)
        installing.order_no = self._order(row, book.id)
        return installing

    def _account(self, row: NewInstallation, reached: Reach) -> AccountRef:
        account = self.lookups.accounts.get(row.account_no)
        if account is None:
            raise AccountUnknown(account_no=row.account_no)
        if not reached.covers(account.unit_id):
            raise NotPermitted(permission=INSTALL, account_no=row.account_no)
        if account.state in CLOSED_STATES:
            raise AccountClosed(account_no=row.account_no)
        return account

    def _meter(self, row: NewInstallation, company_id: int) -> tuple[KnownMeter | None, KnownModel | None]:
        meter = self.lookups.meters.get(row.meter_no)
        if meter is not None:
            if meter.company_id != company_id or meter.state not in USABLE:
                raise MeterNotInStock(meter_no=row.meter_no, state=meter.state)
            return meter, None
        if not row.meter_no:
            return None, None
        model = self.lookups.models.get((company_id, row.model_code))
        if model is None:
            raise ModelUnknown(meter_no=row.meter_no, model_code=row.model_code)
        return None, model

    def _class_ids(self, row: NewInstallation, company_id: int) -> tuple[int, ...]:
        for share in row.shares:
            if (company_id, share.class_code) not in self.lookups.usage_classes:
                raise UsageClassUnknown(class_code=share.class_code)
        return tuple(self.lookups.usage_classes[company_id, share.class_code] for share in row.shares)

    def _option_ids(self, row: NewInstallation, company_id: int) -> tuple[tuple[int, int | None], ...]:
        found: list[tuple[int, int | None]] = []
        for option in row.options:
            if (company_id, option.item_code) not in self.lookups.charge_items:
                raise ChargeItemUnknown(item_code=option.item_code)
            if option.plan_code and (company_id, option.plan_code) not in self.lookups.plans:
                raise PlanUnknown(plan_code=option.plan_code)
            found.append(
                (
                    self.lookups.charge_items[company_id, option.item_code],
                    self.lookups.plans.get((company_id, option.plan_code)),
                )
            )
        return tuple(found)

    def _main(self, row: NewInstallation, company_id: int) -> int | None:
        """The id of a main in the database; None for none, or for one that an earlier row of the call creates."""
        if not row.main_point_no or ("point", row.main_point_no) in self.seen:
            return None
        main = self.lookups.points.get(row.main_point_no)
        if main is None or main.company_id != company_id or main.closed_date is not None:
            raise MainUnknown(main_point_no=row.main_point_no)
        if main.shares_difference:
            raise MainKindsMixed()
        return main.id

    def _take(self, row: NewInstallation) -> None:
        """The row's numbers are free in the database and in the call so far; then they are taken."""
        if row.point_no in self.lookups.points:
            raise PointNoTaken(point_no=row.point_no)
        keys = {(sort, number) for sort, number in (("point", row.point_no), ("meter", row.meter_no)) if number}
        repeated = keys & self.seen
        if repeated:
            raise RepeatedInFile(number=repeated.pop()[1])
        self.seen |= keys

    def _order(self, row: NewInstallation, book_id: int) -> int:
        order = row.order_no if row.order_no is not None else self.orders.get(book_id, 0) + 1
        self.orders[book_id] = max(order, self.orders.get(book_id, 0))
        return order


def _premise(account: AccountRef) -> int:
    if account.premise_id is None:
        raise PremiseMissing(account_no=account.account_no)
    return account.premise_id


def _registers(row: NewInstallation, meter: KnownMeter | None, model: KnownModel | None) -> tuple[RegisterStart, ...]:
    """The registers of the row's meter with their start values. Raises RegisterValueInvalid."""
    if meter is not None:
        starts = {register.register_no: register.start_value for register in row.registers} or {1: row.start_value}
        found = []
        for number, register in sorted(meter.registers.items()):
            value = starts.get(number, row.start_value)
            check_value(value, register_no=number, limit=register.limit, decimals=register.decimals)
            found.append(
                RegisterStart(number, 0, register.decimals, register.limit, Direction.FORWARD, value, register.id)
            )
        return tuple(found)
    if row.registers:
        return tuple(
            RegisterStart(
                one.register_no, one.digits, one.decimals, maximum(one.digits), one.direction, one.start_value
            )
            for one in row.registers
        )
    if model is None:
        return ()
    limit = maximum(model.digits)
    check_value(row.start_value, register_no=1, limit=limit, decimals=model.decimals)
    direction = Direction.REVERSE if row.is_reversed else Direction.FORWARD
    return (RegisterStart(1, model.digits, model.decimals, limit, direction, row.start_value),)


def _give_numbers(installings: list[Installing], on: date) -> None:
    """Draw point numbers where a row brings none; a drawn number that an import has taken is left out."""
    for company in sorted({installing.account.company_id for installing in installings}):
        own = [installing for installing in installings if installing.account.company_id == company]
        unnumbered = [installing for installing in own if not installing.point_no]
        given = {installing.point_no for installing in own if installing.point_no}
        numbers: list[str] = []
        while len(numbers) < len(unnumbered):
            block = reserve(kind=POINT_NUMBERS, unit_id=company, on=on, count=len(unnumbered) - len(numbers))
            fresh = [block.text_of(block.first + step) for step in range(block.count)]
            taken = taken_point_nos(fresh) | given
            numbers += [number for number in fresh if number not in taken]
        for installing, number in zip(unnumbered, numbers, strict=True):
            installing.point_no = number


def _audit(actor: Actor, installings: list[Installing]) -> None:
    for company in sorted({installing.account.company_id for installing in installings}):
        own = [installing for installing in installings if installing.account.company_id == company]
        record_bulk(
            actor=actor,
            action="meters.install_points",
            object_type="service_point",
            object_keys_hash=sha256_hex("\n".join(sorted(installing.point_no for installing in own))),
            count=len(own),
            company_id=company,
        )

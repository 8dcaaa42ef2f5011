"""The rows that creating points and installing meters writes, table by table (建点装表落库)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.customers.queries import AccountRef
from qingyuan.domains.meters.models import Meter
from qingyuan.domains.meters.operations.installing_lookups import KnownMeter, KnownModel
from qingyuan.domains.meters.operations.refusals import ChangedMeanwhile
from qingyuan.domains.meters.rules.installing import NewInstallation
from qingyuan.domains.meters.rules.states import Direction, LinkKind, MeterState
from qingyuan.platform.copying import copy_rows, reserve_ids


@dataclass(slots=True)
class RegisterStart:
    """A register and where it stood at installation; `id` 0 until a new one is written."""

    register_no: int
    digits: int
    decimals: int
    limit: Decimal
    direction: Direction
    start_value: Decimal
    id: int = 0


@dataclass(slots=True)
class Installing:
    """A good row on its way into the database; numbers and ids are filled in as they are drawn."""

    row: NewInstallation
    account: AccountRef
    premise_id: int
    book_id: int
    calibre: int
    opened_date: date
    known_meter: KnownMeter | None
    model: KnownModel | None
    registers: tuple[RegisterStart, ...]
    class_ids: tuple[int, ...]
    option_ids: tuple[tuple[int, int | None], ...]
    main_id: int | None
    point_no: str
    order_no: int = 0
    point_id: int = 0
    meter_id: int = 0
    installation_id: int = 0

    @property
    def company_id(self) -> int:
        return self.account.company_id


def write(installings: Sequence[Installing]) -> None:
    """COPY everything, parents first. Raises IntegrityError and ChangedMeanwhile when somebody was faster."""
    for installing, point_id in zip(installings, reserve_ids("service_point", len(installings)), strict=True):
        installing.point_id = point_id
    _write_points(installings)
    metered = [installing for installing in installings if installing.row.meter_no]
    _write_meters(metered)
    _write_installations(metered)
    _write_facts(installings)
    _write_links(installings)


def _write_points(installings: Sequence[Installing]) -> None:
    copy_rows(
        "service_point",
        (
            "id", "company_id", "unit_id", "point_no", "premise_id", "location", "kind", "calibre", "never_billed",
            "never_cut", "fixed_volume", "is_reversed", "is_waiting", "opened_date", "version",
        ),
        (
            (
                one.point_id, one.company_id, one.account.unit_id, one.point_no, one.premise_id, one.row.location,
                one.row.kind.value, one.calibre, one.row.never_billed, one.row.never_cut, one.row.fixed_volume,
                one.row.is_reversed, one.row.is_waiting, one.opened_date, 1,
            )
            for one in installings
        ),
    )  # fmt: skip
    copy_rows(
        "point_account",
        ("company_id", "point_id", "account_id", "from_date"),
        ((one.company_id, one.point_id, one.account.id, one.opened_date) for one in installings),
    )
    copy_rows(
        "point_book",
        ("company_id", "point_id", "book_id", "order_no", "from_date"),
        ((one.company_id, one.point_id, one.book_id, one.order_no, one.opened_date) for one in installings),
    )


def _write_meters(metered: Sequence[Installing]) -> None:
    """New meters with their registers; meters from stock become INSTALLED unless somebody took them meanwhile."""
    fresh = [one for one in metered if one.known_meter is None]
    for one, meter_id in zip(fresh, reserve_ids("meter", len(fresh)), strict=True):
        one.meter_id = meter_id
    copy_rows(
        "meter",
        ("id", "company_id", "meter_no", "model_id", "state", "made_date", "verify_by_date", "version"),
        (
            (
                one.meter_id, one.company_id, one.row.meter_no, one.model.id if one.model else None,
                MeterState.INSTALLED.value, one.row.made_date, one.row.verify_by_date, 1,
            )
            for one in fresh
        ),
    )  # fmt: skip
    new_registers = [(one, register) for one in fresh for register in one.registers]
    for (_, register), register_id in zip(new_registers, reserve_ids("register", len(new_registers)), strict=True):
        register.id = register_id
    copy_rows(
        "register",
        ("id", "company_id", "meter_id", "register_no", "digits", "decimals", "maximum", "direction"),
        (
            (
                register.id, one.company_id, one.meter_id, register.register_no, register.digits, register.decimals,
                register.limit, register.direction.value,
            )
            for one, register in new_registers
        ),
    )  # fmt: skip
    stock = []
    for one in metered:
        if one.known_meter is not None:
            one.meter_id = one.known_meter.id
            stock.append(one.meter_id)
    usable = Meter.objects.filter(id__any=stock, state__in=[MeterState.IN_STOCK.value, MeterState.ISSUED.value])
    if stock and usable.update(state=MeterState.INSTALLED.value) != len(stock):
        raise ChangedMeanwhile(meters=len(stock))


def _write_installations(metered: Sequence[Installing]) -> None:
    for one, installation_id in zip(metered, reserve_ids("installation", len(metered)), strict=True):
        one.installation_id = installation_id
    copy_rows(
        "installation",
        ("id", "company_id", "point_id", "meter_id", "installed_at", "multiplier", "reason", "removal_reason"),
        (
            (
                one.installation_id, one.company_id, one.point_id, one.meter_id, one.row.installed_at,
                one.row.multiplier, "NEW", "",
            )
            for one in metered
        ),
    )  # fmt: skip
    copy_rows(
        "installation_register",
        ("company_id", "installation_id", "register_id", "start_value"),
        (
            (one.company_id, one.installation_id, register.id, register.start_value)
            for one in metered
            for register in one.registers
        ),
    )


def _write_facts(installings: Sequence[Installing]) -> None:
    copy_rows(
        "usage_share",
        ("company_id", "point_id", "usage_class_id", "kind", "value", "position", "evidence", "from_date"),
        (
            (one.company_id, one.point_id, class_id, share.kind.value, share.value, position, "", one.opened_date)
            for one in installings
            for position, (share, class_id) in enumerate(zip(one.row.shares, one.class_ids, strict=True), start=1)
        ),
    )
    copy_rows(
        "item_option",
        ("company_id", "point_id", "charge_item_id", "plan_id", "document_no", "from_date"),
        (
            (one.company_id, one.point_id, item_id, plan_id, option.document_no, one.opened_date)
            for one in installings
            for option, (item_id, plan_id) in zip(one.row.options, one.option_ids, strict=True)
        ),
    )
    copy_rows(
        "quota",
        ("company_id", "point_id", "volume", "document_no", "from_date"),
        (
            (one.company_id, one.point_id, one.row.quota, one.row.quota_document, one.opened_date)
            for one in installings
            if one.row.quota is not None
        ),
    )


def _write_links(installings: Sequence[Installing]) -> None:
    """A new sub lies under nothing before, and a main of the same call comes before its subs: no ring can arise."""
    created = {one.point_no: one.point_id for one in installings}
    copy_rows(
        "meter_link",
        ("company_id", "main_id", "sub_id", "kind", "from_date"),
        (
            (
                one.company_id, one.main_id or created[one.row.main_point_no], one.point_id, LinkKind.DEDUCT.value,
                one.opened_date,
            )
            for one in installings
            if one.row.main_point_no
        ),
    )  # fmt: skip

"""One row of the entry grid as its page and its answers show it: finished texts, nothing to work out in the browser."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from qingyuan.domains.readings.queries import EntryRow
from qingyuan.interfaces.office.readings.words import STATES, anomaly_chips
from qingyuan.interfaces.office.shell.chips import Chip
from qingyuan.interfaces.office.shell.formats import date_text, volume_text

OPEN = ("PENDING", "READ", "HELD")


@dataclass(frozen=True, slots=True)
class Sign:
    """A chip in plain words, for the page and for JSON."""

    text: str
    tone: str

    @classmethod
    def of(cls, chip: Chip) -> "Sign":
        return cls(str(chip.text), str(chip.tone))


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of the grid. `is_open`: it takes an entry; `is_simple`: in the grid, having one register."""

    id: int
    version: int
    order_no: int
    account_no: str
    holder_name: str
    address: str
    meter_no: str
    previous: str
    previous_date: str
    value: str
    condition: str
    read_date: str
    usage: str
    average: str
    multiplier: str
    signs: tuple[Sign, ...]
    is_open: bool
    is_simple: bool
    is_estimated: bool
    is_pending: bool


def grid_row(row: EntryRow) -> GridRow:
    """The grid's row of an item."""
    expected = None if row.average_volume is None else row.average_volume * max(row.months, 1)
    return GridRow(
        id=row.reading_item_id,
        version=row.version,
        order_no=row.order_no,
        account_no=row.account_no or row.point_no,
        holder_name=row.holder_name,
        address=row.address,
        meter_no=row.meter_no,
        previous=volume_text(row.previous_value),
        previous_date=date_text(row.previous_date),
        value="" if row.value is None or row.state == "PENDING" else _plain(row.value),
        condition=row.condition_code,
        read_date="" if row.read_date is None else row.read_date.isoformat(),
        usage="" if row.usage_volume is None else volume_text(row.usage_volume),
        average="" if expected is None else volume_text(expected.quantize(Decimal("0.1"))),
        multiplier="" if row.multiplier in (None, 1) else f"×{_plain(row.multiplier)}",
        signs=_signs(row),
        is_open=row.state in OPEN,
        is_simple=row.registers == 1,
        is_estimated=row.is_estimated,
        is_pending=row.state == "PENDING",
    )


def _signs(row: EntryRow) -> tuple[Sign, ...]:
    """State and what was noticed; why a reading is held says enough without the word for held."""
    noticed = anomaly_chips(row)
    chips = noticed if noticed and row.state == "HELD" else (STATES[row.state], *noticed)
    return tuple(Sign.of(chip) for chip in chips)


def as_json(row: GridRow) -> dict[str, object]:
    return asdict(row)


@dataclass(frozen=True, slots=True)
class GridTotals:
    """The foot of the grid over the whole book: what is compared with the paper sheet."""

    taken: int
    due: int
    readings: str
    usage: str


def totals_of(rows: Sequence[EntryRow]) -> GridTotals:
    """Hash total of the readings (示数合计) and total usage; skipped points are left out."""
    due = [row for row in rows if row.state != "SKIPPED"]
    taken = [row for row in due if row.state != "PENDING"]
    readings = sum((row.value for row in taken if row.value is not None), Decimal(0))
    usage = sum((row.usage_volume for row in taken if row.usage_volume is not None), Decimal(0))
    return GridTotals(len(taken), len(due), volume_text(readings), volume_text(usage))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

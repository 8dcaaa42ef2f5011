"""Lists (列表页): filter, table, totals over the whole filter, pages, column choice, selection, export. Made once.

A page declares a `ListSpec` and a loader; `list_response` does the rest. Rows are whatever the query returns;
columns read them by attribute or by a function. See docs/reference/ui-components.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.actor import Actor

RowT = TypeVar("RowT")

PAGE_SIZES = (25, 50, 100)


class ColumnKind(Enum):
    """How a column's values are written, aligned and exported."""

    TEXT = "text"  # one line; what does not fit is cut and shown whole on hover
    LONG_TEXT = "long_text"  # may wrap
    IDENTIFIER = "identifier"  # numbers that are names: account no., phone; text cells in the export
    MONEY = "money"
    DEBT = "debt"  # money owed: above zero with 欠 and in red
    PRICE = "price"
    VOLUME = "volume"
    READING = "reading"  # a register value: as a volume, without a unit in the heading
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"
    INSTANT = "instant"
    MONTH = "month"
    CHIP = "chip"  # one chip or a sequence of them
    PHONE = "phone"  # masked on the page and in exports
    SPARKLINE = "sparkline"  # a sequence of numbers
    SHARES = "shares"  # a sequence of `Share`: how the row's whole divides, as one bar
    ACTIONS = "actions"  # a sequence of `RowAction`: buttons that a script of the page answers

    @property
    def is_number(self) -> bool:
        return self in _NUMBERS

    @property
    def is_exported(self) -> bool:
        """Pictures and buttons stay on the page."""
        return self not in {ColumnKind.SPARKLINE, ColumnKind.SHARES, ColumnKind.ACTIONS}


_NUMBERS = frozenset(
    {
        ColumnKind.MONEY,
        ColumnKind.DEBT,
        ColumnKind.PRICE,
        ColumnKind.VOLUME,
        ColumnKind.READING,
        ColumnKind.INTEGER,
        ColumnKind.PERCENT,
    }
)


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """One column. `key` names it in addresses, totals and exports, and is the attribute read without `value`.

    `link` gives the address that the cell opens. `sortable` columns may be asked for in `ListQuery.sort`; `totalled`
    ones have their sum in `ListResult.totals`. `shown` False waits in the column choice; `fixed` cannot be hidden.
    """

    key: str
    label: Label
    kind: ColumnKind = ColumnKind.TEXT
    value: Callable[[RowT], Any] | None = None
    link: Callable[[RowT], str | None] | None = None
    sortable: bool = False
    totalled: bool = False
    shown: bool = True
    fixed: bool = False

    def value_of(self, row: RowT) -> Any:
        return self.value(row) if self.value is not None else getattr(row, self.key)


@dataclass(frozen=True, slots=True)
class Action:
    """A button or link. `permission` "" shows it to everybody; `key` is an action of the key register."""

    label: Label
    url: str
    permission: str = ""
    icon: str = ""
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button in a row; `name` goes into `data-row-action` for the page's script."""

    label: Label
    name: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class BatchAction:
    """What can be done to the selected rows: a POST of their `ids` to `url`."""

    label: Label
    url: str
    permission: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What a list says before there is anything: one sentence and at most one action."""

    sentence: Label
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the reader asked for. `filters` are the filter form's cleaned values; `sort` is a sortable column's key."""

    filters: Mapping[str, Any]
    sort: str
    descending: bool
    offset: int
    limit: int


@dataclass(frozen=True)
class ListResult(Generic[RowT]):
    """The loader's answer: the asked rows, the count and the totals over the whole filter."""

    rows: Sequence[RowT]
    count: int
    totals: Mapping[str, Decimal | int] = field(default_factory=dict)


Loader = Callable[[Actor, ListQuery], ListResult[RowT]]


@dataclass(frozen=True)
class ListSpec(Generic[RowT]):
    """A list page. `key` names it (column choice, file names); `unit` is what is counted (户, 张, 条)."""

    key: str
    title: Label
    columns: tuple[Column[RowT], ...]
    unit: Label
    sort: str
    descending: bool = False
    empty: EmptyState | None = None
    actions: tuple[Action, ...] = ()
    batch_actions: tuple[BatchAction, ...] = ()
    row_id: Callable[[RowT], str] | None = None
    row_tone: Callable[[RowT], str] | None = None
    page_size: int = 25
    exportable: bool = True
    export_permission: str = ""

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if len(set(keys)) != len(keys):
            raise ValueError(f"list {self.key} names a column twice")
        if self.sort not in {column.key for column in self.columns if column.sortable}:
            raise ValueError(f"list {self.key} is sorted by {self.sort}, which is not a sortable column")
        if self.batch_actions and self.row_id is None:
            raise ValueError(f"list {self.key} has batch actions and no row_id")

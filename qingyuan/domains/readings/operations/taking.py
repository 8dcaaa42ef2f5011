"""What one read says, checked against its item and worked out by the rules (单条抄表核算)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from qingyuan.domains.readings.queries.unit_rules import UnitRules
from qingyuan.domains.readings.queries.work_items import Condition, WorkItem
from qingyuan.domains.readings.rules.outcome import ItemOutcome, Taken, outcome_of
from qingyuan.domains.readings.rules.states import Algorithm, ItemState
from qingyuan.kernel.errors import DomainError, StaleEdit

OPEN_STATES = frozenset({ItemState.PENDING, ItemState.READ, ItemState.HELD})


class ItemNotOpen(DomainError):
    """The item is approved, billed or skipped, so that nothing can be entered (该抄表项已审核、已开账或免抄)."""

    code = "readings.item_not_open"


class UnknownCondition(DomainError):
    """The company has no such reading condition (表况代码不存在)."""

    code = "readings.unknown_condition"


class PhotoMissing(DomainError):
    """The condition asks for a photo (该表况须附照片)."""

    code = "readings.photo_missing"


class DateInFuture(DomainError):
    """The reading is dated after the business day (抄表日期晚于业务日期)."""

    code = "readings.date_in_future"


class ValueAmbiguous(DomainError):
    """The point has several registers: each value must say to which it belongs (多计数器须逐一录入)."""

    code = "readings.value_ambiguous"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One read of one item.

    `value` is for the one open register; a compound meter's go into `values` by register number. `condition_code`
    empty: normal. `volume` only for a condition whose usage is unrelated to the register. `source_key` makes repeated
    deliveries one read; empty: each call is a new read. `version`: refuse if the item changed since (None: do not ask).
    `place` names the row for a person (row 7); empty: the point's number.
    """

    reading_item_id: int
    read_date: date
    value: Decimal | None = None
    condition_code: str = ""
    read_at: datetime | None = None
    values: Mapping[int, Decimal] = field(default_factory=dict)
    volume: Decimal | None = None
    note: str = ""
    photo_hash: str = ""
    source_key: str = ""
    version: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class TakenItem:
    """A read that can be written: the item, what was given, and what the rules made of it."""

    row: ReadRow
    work: WorkItem
    condition: Condition | None
    taken: Taken
    outcome: ItemOutcome


def take(
    row: ReadRow,
    work: WorkItem,
    *,
    conditions: Mapping[str, Condition],
    rules: UnitRules,
    on: date,
    states: frozenset[ItemState] = OPEN_STATES,
) -> TakenItem:
    """Check and work out one read. Raises the refusals above, StaleEdit, and those of rules.outcome."""
    if row.version is not None and row.version != work.version:
        raise StaleEdit(point_no=work.point_no)
    if work.state not in states:
        raise ItemNotOpen(point_no=work.point_no, state=work.state.value)
    if row.read_date > on:
        raise DateInFuture(read_date=row.read_date, on=on)
    condition = None
    if row.condition_code:
        condition = conditions.get(row.condition_code)
        if condition is None:
            raise UnknownCondition(condition_code=row.condition_code)
        if condition.photo_needed and not row.photo_hash:
            raise PhotoMissing(condition_code=row.condition_code)
    algorithm = Algorithm.NORMAL if condition is None else condition.algorithm
    taken = Taken(row.read_date, algorithm, _values(row, work), row.volume)
    outcome = outcome_of(work.facts(true_up_scale=rules.true_up_scale), taken, rules.limits)
    return TakenItem(row, work, condition, taken, outcome)


def _values(row: ReadRow, work: WorkItem) -> Mapping[int, Decimal]:
    if row.value is None:
        return row.values
    open_numbers: Sequence[int] = [s.stretch.register_no for s in work.segments if not s.is_final]
    if len(open_numbers) > 1 or row.values:
        raise ValueAmbiguous(point_no=work.point_no)
    return {open_numbers[0] if open_numbers else 1: row.value}

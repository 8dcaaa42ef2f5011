"""Instalments (分次收费): a schedule over what is owed, never a debt of its own. Worked tables: docs/rules/ledger.md.

Money is cleared as always; how far a schedule is kept is read from what the receivables still owe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

FEWEST, MOST = 2, 36
_ZERO = Decimal("0.00")
_FEN = Decimal("0.01")


class PlanState(StrEnum):
    """Where an agreement stands."""

    REQUESTED = "REQUESTED"  # 待审批
    AGREED = "AGREED"  # 执行中
    REFUSED = "REFUSED"  # 未批准
    FULFILLED = "FULFILLED"  # 已付清
    BROKEN = "BROKEN"  # 逾期终止
    ENDED = "ENDED"  # 人工终止


LIVE_PLANS = (PlanState.REQUESTED, PlanState.AGREED)
"""States in which a receivable belongs to the agreement and to no other."""


class ScheduleRefused(DomainError):
    """Not 2 to 36 instalments, dates that do not follow one another or lie before the agreement, an amount of nothing, or a
    sum that is not what is owed: `total` agreed, `sum` given (分期方案有误).
    """

    code = "ledger.schedule_refused"


class Instalment(NamedTuple):
    """One instalment (一期): its number from 1, when it is due, how much (yuan)."""

    number: int
    due_date: date
    amount: Decimal


class HeldItem(NamedTuple):
    """A receivable in an agreement: what was agreed on, what it owes now, and when it was due by itself."""

    open_item_id: int
    agreed: Decimal
    outstanding: Decimal
    due_date: date


class OpenInstalment(NamedTuple):
    """An instalment with what is still to be paid of it."""

    number: int
    due_date: date
    amount: Decimal
    rest: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agreement stands on a day.

    `current` is the first instalment that is not paid, None when all are. `overdue`: what is due and not paid. `due_of`: the
    date that counts for each receivable; the original one where the agreement is broken or more is owed than was agreed.
    """

    instalments: tuple[OpenInstalment, ...]
    current: OpenInstalment | None
    is_broken: bool
    paid: Decimal
    overdue: Decimal
    due_of: dict[int, date]


def even_schedule(total: Decimal, count: int, first_due: date, every_months: int = 1) -> tuple[Instalment, ...]:
    """`count` equal instalments to the fen, the remainder in the first; on the same day of each month (or its last day).

    Raises ScheduleRefused for a count outside 2 … 36 or less than a fen for each.
    """
    if not FEWEST <= count <= MOST or total < count * _FEN or every_months < 1:
        raise ScheduleRefused(total=total, sum=_ZERO)
    each = (total / count).quantize(_FEN, rounding="ROUND_DOWN")
    amounts = [total - each * (count - 1), *[each] * (count - 1)]
    return tuple(
        Instalment(place + 1, _months_later(first_due, place * every_months), amount)
        for place, amount in enumerate(amounts)
    )


def check_schedule(total: Decimal, instalments: Sequence[Instalment], *, on: date) -> None:
    """Raises ScheduleRefused unless the schedule is one for `total`, agreed on the day."""
    given = sum((one.amount for one in instalments), _ZERO)
    days = [one.due_date for one in instalments]
    numbers = [one.number for one in instalments]
    if (
        not FEWEST <= len(instalments) <= MOST
        or given != total
        or any(one.amount <= 0 or one.amount != one.amount.quantize(_FEN) for one in instalments)
        or days != sorted(set(days))
        or days[0] < on
        or numbers != list(range(1, len(numbers) + 1))
    ):
        raise ScheduleRefused(total=total, sum=given)


def standing(instalments: Sequence[Instalment], held: Sequence[HeldItem], *, on: date, grace_days: int) -> Standing:
    """How the agreement stands: money (or a credit) that cleared its receivables counts for the earliest instalments.

    `held`: oldest due first; those that owe nothing may be left out. It is broken when an instalment is not paid in full `grace_days` days after its date.
    """
    covered = [min(one.outstanding, one.agreed) for one in held]
    left = paid = sum((one.amount for one in instalments), _ZERO) - sum(covered, _ZERO)
    rows: list[OpenInstalment] = []
    for one in instalments:
        share = min(left, one.amount)
        left -= share
        rows.append(OpenInstalment(*one, one.amount - share))
    unpaid = [row for row in rows if row.rest]
    current = unpaid[0] if unpaid else None
    is_broken = current is not None and on > current.due_date + timedelta(days=grace_days)
    return Standing(
        instalments=tuple(rows),
        current=current,
        is_broken=is_broken,
        paid=paid,
        overdue=sum((row.rest for row in unpaid if row.due_date < on), _ZERO),
        due_of=_due_of(held, covered, unpaid, is_broken=is_broken),
    )


def _due_of(
    held: Sequence[HeldItem], covered: Sequence[Decimal], unpaid: Sequence[OpenInstalment], *, is_broken: bool
) -> dict[int, date]:
    """Each receivable is due with the instalment that pays its first unpaid fen, the oldest receivable first."""
    due: dict[int, date] = {}
    before = _ZERO
    for one, amount in zip(held, covered, strict=True):
        if amount:
            as_ever = is_broken or one.outstanding > one.agreed
            due[one.open_item_id] = one.due_date if as_ever else _instalment_at(unpaid, before)
        before += amount
    return due


def _instalment_at(unpaid: Sequence[OpenInstalment], before: Decimal) -> date:
    """The date of the instalment in which the fen after `before` lies."""
    for row in unpaid:
        if before < row.rest:
            return row.due_date
        before -= row.rest
    return unpaid[-1].due_date


def _months_later(day: date, months: int) -> date:
    month = Month.of(day).plus(months)
    last = month.span.last_date
    assert last is not None
    return last if day.day > last.day else month.first_date.replace(day=day.day)

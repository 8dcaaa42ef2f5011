"""The state machine: acts in any order, each in the product and in the model, and after each the copies are compared."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qingyuan.kernel.period import Month
from tests.machine import acts_billing, acts_correcting, acts_money, acts_readings, acts_runs
from tests.machine.comparison import compare, compare_at_the_end, open_proposals
from tests.machine.plain_points import Point, Read
from tests.machine.world import LAST_MONTH, Town, World

nth = st.integers(0, 11)
"""Which of several: counted round."""
volumes = st.sampled_from([0, 1, 7, 20, 33, 40, 55, 90])


class TownMachine(RuleBasedStateMachine):
    """Each example is one transaction on the town's database, undone at its end."""

    town: Town

    def __init__(self) -> None:
        super().__init__()
        self._block = transaction.atomic()
        self._block._from_testcase = True  # type: ignore[attr-defined]  # operations' durable blocks may be nested
        self._block.__enter__()
        self.world: World | None = None

    def teardown(self) -> None:
        try:
            if self.world is not None and connection.is_usable() and not connection.needs_rollback:
                self._end(self.world)
        finally:
            transaction.set_rollback(True)
            self._block.__exit__(None, None, None)

    def _end(self, world: World) -> None:
        if world.open_run is not None:
            acts_runs.discard(world)
        acts_correcting.settle(world)
        acts_money.count_the_till(world)
        compare_at_the_end(world)
        connection.check_constraints()

    @initialize()
    def begin(self) -> None:
        self.world = World(self.town)

    @property
    def _world(self) -> World:
        assert self.world is not None
        return self.world

    @invariant()
    def copies_are_alike(self) -> None:
        if self.world is not None:
            compare(self.world)

    def _point(self, which: int) -> Point:
        found = list(self._world.points.values())
        return found[which % len(found)]

    def _read(self, which: int, back: int) -> tuple[Point, Read] | None:
        """A point and one of its last two months, if it was to be read then."""
        point = self._point(which)
        months = sorted(point.reads, reverse=True)
        return (point, point.reads[months[back % 2 % len(months)]]) if months else None

    # Readings and people

    @precondition(lambda self: self._world.yyyymm < LAST_MONTH and self._world.has_read)
    @rule()
    def month_goes_on(self) -> None:
        self._world.go_on()

    @precondition(lambda self: self._world.yyyymm < LAST_MONTH)
    @rule(first=volumes, second=volumes)
    def usual_month(self, first: int, second: int) -> None:
        """The month's readings are taken and billed, and the next one begins."""
        self.read_all_pending(first, second)
        acts_billing.bill(self._world, self._world.yyyymm, with_earlier=False, chunk_size=100)
        compare(self._world)
        self._world.go_on()

    @rule(which=nth, back=st.sampled_from([0, 0, 0, 1]), volume=volumes)
    def read(self, which: int, back: int, volume: int) -> None:
        if (found := self._read(which, back)) is not None:
            acts_readings.read(self._world, *found, volume)

    @rule(first=volumes, second=volumes)
    def read_all_pending(self, first: int, second: int) -> None:
        for at, point in enumerate(self._world.points.values()):
            found = point.reads.get(self._world.yyyymm)
            if found is not None and found.state == "PENDING":
                acts_readings.read(self._world, point, found, second if at % 2 else first)

    @rule(which=nth, back=nth, more=st.sampled_from([-30, -11, -1, 0, 1, 15, 60]))
    def correct(self, which: int, back: int, more: int) -> None:
        point = self._point(which)
        taken = [each for each in point.reads.values() if each.state != "SKIPPED"]
        if taken:
            acts_readings.correct(self._world, point, _nth(taken[::-1], back), more)

    @rule(which=nth, people=st.sampled_from([3, 5, 6, 8]), since=st.integers(0, 2))
    def change_household(self, which: int, people: int, since: int) -> None:
        point = self._point(which)
        day = [self._world.today, self._world.today.replace(day=1), point.last_on][since]
        acts_readings.change_household(self._world, point.account_id, people, day)

    # Bills

    @precondition(lambda self: self._world.has_approved)
    @rule(back=st.sampled_from([0, 0, 0, 1]), with_earlier=st.booleans(), chunk_size=st.sampled_from([1, 2, 100]))
    def bill(self, back: int, with_earlier: bool, chunk_size: int) -> None:
        months = sorted({month for point in self._world.points.values() for month in point.reads}, reverse=True)
        month = months[back % len(months)]
        acts_billing.bill(self._world, month, with_earlier=with_earlier, chunk_size=chunk_size)

    @precondition(lambda self: self._world.has_approved and self._world.open_run is None)
    @rule(back=st.sampled_from([0, 0, 1]), with_earlier=st.booleans(), chunk_size=st.sampled_from([1, 100]))
    def calculate(self, back: int, with_earlier: bool, chunk_size: int) -> None:
        """A run that waits to be issued."""
        months = sorted({month for point in self._world.points.values() for month in point.reads}, reverse=True)
        month = months[back % len(months)]
        acts_runs.calculate(self._world, month, with_earlier=with_earlier, chunk_size=chunk_size)

    @precondition(lambda self: self._world.open_run is not None)
    @rule()
    def issue(self) -> None:
        acts_runs.issue(self._world)

    @precondition(lambda self: self._world.open_run is not None)
    @rule(which=nth)
    def discard(self, which: int) -> None:
        if which < 2:
            acts_runs.discard(self._world)

    @precondition(lambda self: self._world.bills.live)
    @rule(which=nth)
    def cancel(self, which: int) -> None:
        self._with_bill(which, acts_billing.cancel)

    @precondition(lambda self: self._world.bills.live)
    @rule(which=nth)
    def rebill(self, which: int) -> None:
        self._with_bill(which, acts_billing.rebill)

    @precondition(lambda self: self._world.gone_bills)
    @rule(which=nth)
    def cancel_again(self, which: int) -> None:
        acts_billing.cancel(self._world, _nth(self._world.gone_bills, which))

    def _with_bill(self, which: int, act: Callable[[World, int], Any]) -> None:
        act(self._world, _nth(sorted(self._world.bills.live, reverse=True), which))

    @precondition(lambda self: any(each.corrections for each in self._world.bills.live.values()))
    @rule(which=nth, at=nth)
    def cancel_correction(self, which: int, at: int) -> None:
        known = _nth([each for each in self._world.bills.live.values() if each.corrections], which)
        acts_billing.cancel_correction(self._world, known, _nth(list(known.corrections), at))

    @precondition(lambda self: self._world.bills.live)
    @rule()
    def propose(self) -> None:
        acts_correcting.propose(self._world)

    @precondition(lambda self: self._world.bills.live)
    @rule(which=nth, month=st.integers(1, 6))
    def look_again(self, which: int, month: int) -> None:
        account_id = self._point(which).account_id
        acts_correcting.look_again(self._world, [account_id], Month.from_number(202500 + month))

    @precondition(lambda self: self._world.waiting)
    @rule(which=nth)
    def apply(self, which: int) -> None:
        acts_correcting.apply(self._world, _nth(open_proposals(), which))

    @precondition(lambda self: self._world.waiting > 1)
    @rule(which=nth)
    def dismiss(self, which: int) -> None:
        acts_correcting.dismiss(self._world, _nth(open_proposals(), which))

    # Meters and ends

    @precondition(lambda self: self._world.stock)
    @rule(which=nth, used=volumes, start=st.sampled_from([0, 3]))
    def exchange(self, which: int, used: int, start: int) -> None:
        point = self._point(which)
        if point.last_on < self._world.today and (not point.hung or point.hung[-1].on < self._world.today):
            acts_readings.exchange(self._world, point, used, start)

    @rule(which=st.integers(0, 40))
    def start_closing(self, which: int) -> None:
        if which < 5:
            acts_readings.start_closing(self._world, self._point(which))

    @precondition(lambda self: "CLOSING" in self._world.states.values())
    @rule(which=nth, used=volumes)
    def take_off(self, which: int, used: int) -> None:
        point = self._closing(which)
        is_free = point.last_on < self._world.today and (not point.hung or point.hung[-1].on < self._world.today)
        waiting = [each.yyyymm for each in point.reads.values() if each.state == "PENDING"]
        if point.has_meter and is_free and waiting in ([], [self._world.yyyymm]):
            acts_readings.take_off(self._world, point, used)

    @precondition(lambda self: "CLOSING" in self._world.states.values())
    @rule(which=st.integers(0, 30))
    def close(self, which: int) -> None:
        if which < 5:
            acts_readings.close(self._world, self._closing(which))
        elif which < 10:
            acts_readings.close(self._world, self._point(which))

    @precondition(lambda self: "CLOSING" in self._world.states.values())
    @rule(which=nth, used=volumes)
    def wind_up(self, which: int, used: int) -> None:
        """The meter is taken off, its final read and billed, what is owed is paid; then the account may close."""
        world, point = self._world, self._closing(which)
        self.take_off(which, used)
        for each in sorted(point.reads.values(), key=lambda one: one.yyyymm):
            if each.state == "PENDING":
                acts_readings.read(world, point, each, used)
        for month in sorted({each.yyyymm for each in point.reads.values() if each.state == "APPROVED"}):
            acts_billing.bill(world, month, with_earlier=False, chunk_size=100)
        if (owed := world.purses[point.account_id].owes) >= Decimal("0.10"):
            acts_money.pay(world, point.account_id, owed, None)
        acts_readings.close(world, point)

    def _closing(self, which: int) -> Point:
        found = [each for each in self._world.points.values() if self._world.states[each.account_id] == "CLOSING"]
        return found[which % len(found)]

    # Money

    @rule(which=nth, bills=st.integers(0, 3), more=st.sampled_from(["0", "0", "0.10", "37.15", "150"]))
    def pay(self, which: int, bills: int, more: str) -> None:
        """The oldest bills exactly, and something on top."""
        point = self._point(which)
        owed = self._world.purses[point.account_id].open[:bills]
        amount = sum((each.outstanding for each in owed), Decimal(more)).quantize(Decimal("0.01"))
        if amount >= Decimal("0.10"):
            acts_money.pay(self._world, point.account_id, amount, None, change=Decimal("0.05"))

    @rule(which=nth, bill=nth, short=st.booleans())
    def pay_one(self, which: int, bill: int, short: bool) -> None:
        """One chosen bill, or too little for it."""
        account_id = self._point(which).account_id
        owed = list(self._world.purses[account_id].owed.values())
        if owed:
            chosen = _nth(owed, bill)
            amount = (chosen.outstanding or chosen.amount) - (Decimal("0.01") if short else 0)
            if amount >= Decimal("0.10"):
                acts_money.pay(self._world, account_id, amount, [chosen.bill_id])

    @rule(which=nth)
    def void(self, which: int) -> None:
        standing = [key for purse in self._world.purses.values() for key in purse.payments]
        if known := sorted([*standing, *self._world.gone_payments], reverse=True):
            acts_money.void(self._world, _nth(known, which))


def _nth(found: list[Any], which: int) -> Any:
    return found[which % len(found)]

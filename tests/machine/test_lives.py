"""Lives that the machine leads seldom, told in order: each act in both copies, which must be alike after each."""

from decimal import Decimal

import pytest

from tests.machine import acts_billing, acts_correcting, acts_money, acts_readings, acts_runs
from tests.machine.comparison import compare, compare_at_the_end, open_proposals
from tests.machine.plain_points import APPROVED, BILLED, Point
from tests.machine.test_machine import town
from tests.machine.world import Town, World

__all__ = ["town"]


@pytest.fixture
def world(town: Town, db: None) -> World:
    return World(town)


def read_all(world: World, volume: int) -> None:
    for point in world.points.values():
        acts_readings.read(world, point, point.reads[world.yyyymm], volume)


def bill(world: World) -> None:
    acts_billing.bill(world, world.yyyymm, with_earlier=True, chunk_size=2)
    compare(world)


def home(world: World, at: int) -> Point:
    return world.points[world.town.homes[at]]


def usual_life(world: World) -> None:
    """Money ahead, two months, a bill cancelled and made again, a usage corrected, a payment voided."""
    one, two = home(world, 0), home(world, 1)
    acts_money.pay(world, two.account_id, Decimal("300.00"), None, change=Decimal("0.50"))
    read_all(world, 40)
    bill(world)
    acts_money.pay(world, one.account_id, world.purses[one.account_id].owes, None)
    world.go_on()
    read_all(world, 33)
    bill(world)
    first = world.bills.of(one.key, 202501)
    assert first is not None
    acts_billing.cancel(world, first.bill_id)
    compare(world)
    bill(world)
    for point in (one, home(world, 2)):  # one has paid, the other owes it all
        acts_readings.correct(world, point, point.reads[202502], -11)
    acts_correcting.propose(world)
    while waiting := open_proposals():
        acts_correcting.apply(world, waiting[0])
        compare(world)
    acts_money.void(world, min(world.purses[two.account_id].payments))
    compare(world)
    acts_money.void(world, world.gone_payments[0])
    acts_correcting.settle(world)
    acts_money.count_the_till(world)
    compare_at_the_end(world)


def test_usual_life(world: World) -> None:
    usual_life(world)


def test_account_is_wound_up_and_its_last_bill_cancelled_afterwards(world: World) -> None:
    read_all(world, 40)
    bill(world)
    point = home(world, 2)
    acts_readings.start_closing(world, point)
    acts_readings.close(world, point)
    world.go_on()
    acts_readings.close(world, point)
    acts_readings.take_off(world, point, 55)
    acts_readings.read(world, point, point.reads[world.yyyymm], 0)
    bill(world)
    acts_readings.close(world, point)
    acts_money.pay(world, point.account_id, world.purses[point.account_id].owes, None)

    acts_readings.close(world, point)

    compare(world)
    assert world.states[point.account_id] == "CLOSED"
    last = max(each.bill_id for each in world.bills.live.values() if each.point == point.key)
    acts_billing.rebill(world, last)
    acts_billing.cancel(world, last)
    compare(world)
    world.go_on()
    acts_billing.bill(world, 202502, with_earlier=False, chunk_size=100)
    acts_readings.exchange(world, point, 5, 0)
    compare_at_the_end(world)


def test_what_moves_between_calculation_and_issue_waits_for_the_next_run(world: World) -> None:
    read_all(world, 55)
    acts_runs.calculate(world, world.yyyymm, with_earlier=False, chunk_size=1)
    bill(world)  # refused: the books are taken
    acts_readings.correct(world, home(world, 0), home(world, 0).reads[world.yyyymm], 15)
    acts_readings.change_household(world, home(world, 2).account_id, 8, world.today.replace(day=1))

    acts_runs.issue(world)

    compare(world)
    states = [point.reads[world.yyyymm].state for point in world.points.values()]
    # The second home shares the first one's room, and the third one's people count from later: both are another input.
    assert states == [APPROVED, APPROVED, APPROVED, BILLED, BILLED]
    bill(world)
    assert {point.reads[world.yyyymm].state for point in world.points.values()} == {BILLED}
    compare_at_the_end(world)


def test_corrections_on_corrections_are_taken_back(world: World) -> None:
    for volume in (40, 33, 20):
        read_all(world, volume)
        bill(world)
        world.go_on()
    point = home(world, 0)
    known = world.bills.of(point.key, 202501)
    assert known is not None
    for more in (15, -30):
        acts_readings.correct(world, point, point.reads[202501], more)
        acts_correcting.propose(world)
        while waiting := open_proposals():
            acts_correcting.apply(world, min(waiting, key=lambda one: world.bills.live[one.bill_id].place))
            compare(world)
    acts_money.pay(world, point.account_id, world.purses[point.account_id].owes, None)
    assert len(known.corrections) == 2

    acts_billing.cancel_correction(world, known, min(known.corrections))

    compare(world)
    assert not known.corrections
    acts_correcting.settle(world)
    compare_at_the_end(world)

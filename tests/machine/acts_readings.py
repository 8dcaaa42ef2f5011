"""Acts on meters, readings and people, in both copies."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.workflows.close_account import close_account
from qingyuan.workflows.exchange_meter import exchange_meter
from tests.factories.platform import SYSTEM
from tests.factories.readings import reading_item
from tests.machine.plain_points import APPROVED, PENDING, SKIPPED, Hung, Point, Read
from tests.machine.refusing import refused
from tests.machine.world import PeopleRow, World

LATEST = 999912
FURTHEST_BACK = timedelta(days=366)


def read(world: World, point: Point, of_month: Read, volume: int) -> None:
    """Read and approve: the hanging meter shows so many m³ more than where it began."""
    begins = point.hangs_at(of_month.yyyymm, world.today)
    value = None if begins is None else begins + volume
    found = reading_item(point.key, of_month.yyyymm)
    row = readings.ReadRow(reading_item_id=found.pk, read_date=world.today, value=value)

    def record() -> None:
        readings.record_reading(actor=SYSTEM, row=row, source=ReadingSource.KEYED, on=world.today)

    if of_month.state != PENDING:
        refused("readings.item_not_open", record)
        return
    record()
    done = readings.approve(actor=SYSTEM, reading_item_ids=[found.pk], at=world.noon(), reason="核实无误")
    assert not done.failed, done.failed
    of_month.state, of_month.on, of_month.value = APPROVED, world.today, value
    for earlier in point.reads.values():
        if earlier.yyyymm < of_month.yyyymm and earlier.state == PENDING:
            earlier.state = SKIPPED


def correct(world: World, point: Point, of_month: Read, more: int) -> None:
    """The register was really so much higher or lower; the usage of the next reading, which starts from it, follows."""
    found = reading_item(point.key, of_month.yyyymm)
    old = of_month.value
    value = (Decimal(0) if old is None else old) + more

    def correct_it() -> None:
        readings.correct_after_billing(
            actor=SYSTEM, reading_item_id=found.pk, reason="抄错", on=world.today, values={1: value}
        )

    if not of_month.is_taken:
        refused("readings.item_not_open", correct_it)
        return
    if old is None:
        refused("readings.unknown_register", correct_it)
        return
    if not more:
        refused("readings.nothing_to_correct", correct_it)
        return
    if value < 0:
        refused("readings.value_negative", correct_it)
        return
    follows = point.after(of_month.yyyymm)
    touched = [each for each in (of_month, follows) if each is not None]
    before = [point.pieces(each) for each in touched]
    of_month.value = value
    if any(point.volume(each) < 0 for each in touched):
        of_month.value = old
        refused("readings.usage_negative", correct_it)
        return
    correct_it()
    for each, pieces in zip(touched, before, strict=True):
        if point.pieces(each) != pieces:
            each.edits += 1
            each.changed = each.changed or each.state == "BILLED"


def change_household(world: World, account_id: int, people: int, from_date: date) -> None:
    def change() -> None:
        customers.set_household_size(
            actor=SYSTEM, account_id=account_id, people=people, from_date=from_date, evidence="户口簿", on=world.today
        )

    rows = world.people[account_id]
    last = rows[-1] if rows else None
    if world.states[account_id] == "CLOSED":
        refused("customers.account_closed", change)
    elif last is not None and (last.people, last.end) == (people, None):
        refused("customers.nothing_changes", change)
    elif from_date < world.today - FURTHEST_BACK:
        refused("customers.change_too_far_back", change)
    elif last is not None and from_date < last.start:
        refused("customers.change_before_current", change)
    else:
        change()
        if last is not None:
            rows[-1] = replace(last, end=from_date)
        rows.append(PeopleRow(from_date, None, people))


def exchange(world: World, point: Point, used: int, start: int) -> None:
    """Another meter hangs from today on; the old one shows so many m³ more than where it began."""
    begins = point.hangs_at(LATEST, world.today)
    final = (begins or Decimal(0)) + used
    meter_id = world.stock[-1]

    def change() -> None:
        exchange_meter(
            actor=SYSTEM,
            point_id=point.key,
            at=world.noon(),
            final_values={1: final},
            new_meter_id=meter_id,
            start_values={1: Decimal(start)},
            reason="到期",
            on=world.today,
        )

    if world.states[point.account_id] == "CLOSED":
        refused("meters.point_closed", change)
    elif not point.has_meter:
        refused("meters.point_has_no_meter", change)
    else:
        change()
        world.stock.pop()
        point.hung.append(Hung(world.today, final, Decimal(start)))


def take_off(world: World, point: Point, used: int) -> None:
    """The meter is taken off for good; its final is read with the next reading."""
    begins = point.hangs_at(LATEST, world.today)
    final = (begins or Decimal(0)) + used
    with transaction.atomic():
        meters.remove_meter(
            actor=SYSTEM,
            point_id=point.key,
            at=world.noon(),
            final_values={1: final},
            reason="CLOSE",
            on=world.today,
        )
        readings.revise_after_exchange(actor=SYSTEM, point_id=point.key, on=world.today, reason="销户")
    point.hung.append(Hung(world.today, final, None))


def start_closing(world: World, point: Point) -> None:
    def start() -> None:
        customers.start_closing(actor=SYSTEM, account_id=point.account_id, reason="销户申请", on=world.today)

    state = world.states[point.account_id]
    if state == "CLOSED":
        refused("customers.account_closed", start)
    elif state == "CLOSING":
        refused("customers.state_not_allowed", start)
    else:
        start()
        world.states[point.account_id] = "CLOSING"


def close(world: World, point: Point) -> None:
    account_id = point.account_id
    purse = world.purses[account_id]

    def close_it() -> None:
        close_account(actor=SYSTEM, account_no=world.numbers[point.key][0], reason="销户", on=world.today)

    if world.states[account_id] == "CLOSED":
        refused("customers.account_closed", close_it)
    elif world.states[account_id] != "CLOSING":
        refused("customers.state_not_allowed", close_it)
    elif any(each.state in (PENDING, APPROVED) for each in point.reads.values()):
        refused("customers.close_still_unbilled", close_it)
    elif point.has_meter:
        refused("customers.close_still_metered", close_it)
    elif purse.owes:
        refused("customers.close_still_owes", close_it)
    elif purse.prepaid:
        refused("customers.close_still_prepaid", close_it)
    else:
        close_it()
        world.states[account_id] = "CLOSED"
        rows = world.people[account_id]
        world.people[account_id] = [
            replace(row, end=world.today) if row.end is None or row.end > world.today else row for row in rows
        ]

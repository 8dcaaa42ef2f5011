"""One month of the demo utility: tasks, readings, review, the run, its issue, payments, the shifts' closes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger import queries as books
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.meters import queries as points
from qingyuan.domains.meters.operations import NewMeter
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments import queries as tills
from qingyuan.domains.payments.operations import BatchPayment
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries as read
from qingyuan.domains.readings.operations import ReadRow
from qingyuan.domains.readings.queries import EntryRow
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue
from qingyuan.kernel.errors import SameKeyOtherRequest
from qingyuan.kernel.period import Month
from qingyuan.tools.demo.catalogue import GOLDEN_BOOK, MODEL_OF_CALIBRE
from qingyuan.tools.demo.city import DemoAccount, Peculiarity
from qingyuan.tools.demo.opening import ZONE, DemoRefused, point_no
from qingyuan.tools.demo.registers import Registers, is_no_access
from qingyuan.workflows.exchange_meter import exchange_meter

EXCHANGE_DAY, READING_DAY, REVIEW_DAY, BILLING_DAY, PAYING_DAY = 5, 18, 19, 20, 25
CASH_PAYERS_OF_TEN = 3
FACE_VALUES = tuple(Decimal(value) for value in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"))


@dataclass(frozen=True, slots=True)
class Town:
    """What every month needs: who acts, the company, its halls' units and cashiers, the accounts by number."""

    actor: Actor
    company_id: int
    unit_ids: dict[str, int]
    cashiers: dict[str, int]
    city: tuple[DemoAccount, ...]
    account_ids: dict[str, int]
    registers: Registers


def at(day: date, hour: int) -> datetime:
    """An instant of the day in the utility's time."""
    return datetime.combine(day, time(hour), ZONE)


def day_of(month: Month, day: int) -> date:
    """A day of the month."""
    return month.first_date.replace(day=day)


def exchange_meters(town: Town, month: Month) -> int:
    """Hang the new meters of the accounts whose exchange falls into the month; returns how many."""
    due = [account for account in town.city if town.registers.exchange_month(account) == month]
    on = day_of(month, EXCHANGE_DAY)
    refs = points.point_refs(point_no(account) for account in due)
    hanging = points.current_installations([ref.id for ref in refs.values()])
    waiting = [a for a in due if hanging[refs[point_no(a)].id].meter_no == f"YS{a.account_no}"]
    rows = [NewMeter(a.account_no, f"YX{a.account_no}", MODEL_OF_CALIBRE[a.calibre]) for a in waiting]
    if not rows:
        return 0
    stock = meters.add_meters(actor=town.actor, company_id=town.company_id, rows=rows, on=on, strict=True)
    for account, meter_id in zip(waiting, stock.ids, strict=True):
        exchange_meter(
            actor=town.actor,
            point_id=refs[point_no(account)].id,
            at=at(on, 10),
            final_values={1: town.registers.final_of_old(account)},
            new_meter_id=meter_id,
            start_values={1: Decimal(0)},
            reason="周期换表",
            on=on,
        )
    return len(waiting)


def read_month(town: Town, month: Month, *, odd_book: str = "") -> None:
    """Make the month's tasks and read every point that waits for it; in the book `odd_book` some reads look odd."""
    on = day_of(month, READING_DAY)
    readings.generate_tasks(actor=town.actor, company_id=town.company_id, month=month, planned_on=on)
    by_point = {point_no(account): account for account in town.city}
    for task in read.tasks(actor=town.actor, company_id=town.company_id, on=on, yyyymm=month.number, limit=100_000):
        if task.book_no == GOLDEN_BOOK:
            continue
        pending = read.entry_rows(actor=town.actor, task_id=task.task_id, on=on, states=["PENDING"])
        rows = [_read_row(town, by_point[entry.point_no], entry, month, on) for entry in pending]
        if task.book_no == odd_book:
            rows = [_odd(row, entry) for row, entry in zip(rows, pending, strict=True)]
        if rows:
            _expect_all(
                readings.record_readings(actor=town.actor, rows=rows, source=ReadingSource.READER_APP, on=on).failed
            )


def _read_row(town: Town, account: DemoAccount, entry: EntryRow, month: Month, on: date) -> ReadRow:
    key = f"demo-{month.number}-{account.account_no}"
    if is_no_access(account, month) and entry.average_volume:
        return ReadRow(entry.reading_item_id, on, condition_code="02", note="敲门无人（演示）", source_key=key)
    shown = town.registers.at(account, month)
    turned = entry.previous_value is not None and shown.value < entry.previous_value and shown.rolled_over
    return ReadRow(entry.reading_item_id, on, shown.value, "04" if turned else "01", source_key=key)


def _odd(row: ReadRow, entry: EntryRow) -> ReadRow:
    """One read of six far too high, one the same as before: for the person who reviews."""
    if row.value is None or entry.previous_value is None or row.condition_code != "01":
        return row
    turn = entry.order_no % 6
    if turn == 0:
        return replace(row, value=row.value + 120)
    return replace(row, value=entry.previous_value) if turn == 1 else row


def review_month(town: Town, month: Month, *, leave_book: str = "") -> None:
    """Approve what was read; what is held is approved with a reason. The book `leave_book` waits for a person."""
    on = day_of(month, REVIEW_DAY)
    for task in read.tasks(actor=town.actor, company_id=town.company_id, on=on, yyyymm=month.number, limit=100_000):
        if task.book_no in (GOLDEN_BOOK, leave_book):
            continue
        for state, reason in (("READ", ""), ("HELD", "与用户核实无误（演示）")):
            waiting = read.entry_rows(actor=town.actor, task_id=task.task_id, on=on, states=[state])
            ids = [entry.reading_item_id for entry in waiting]
            if ids:
                _expect_all(
                    readings.approve(actor=town.actor, reading_item_ids=ids, at=at(on, 15), reason=reason).failed
                )


def pay_month(town: Town, month: Month, *, last: Month) -> None:
    """Most pay: three of ten in cash at their hall, the others through a channel; some pay ahead, some not at all."""
    on = day_of(month, PAYING_DAY)
    owed: dict[int, Decimal] = defaultdict(Decimal)
    ids = {town.account_ids[account.account_no]: account for account in town.city}
    for one in books.owed_items(account_ids=list(ids)):
        owed[one.account_id] += one.outstanding
    at_hall: dict[str, list[BatchPayment]] = defaultdict(list)
    by_channel: dict[str, list[BatchPayment]] = defaultdict(list)
    for account_id, account in ids.items():
        amount = _amount_paid(account, owed.get(account_id, Decimal("0.00")), month, last)
        if amount <= 0:
            continue
        cash = account.index % 10 < CASH_PAYERS_OF_TEN and account.hall.code in town.cashiers
        payment = BatchPayment(
            place=account.account_no,
            account_id=account_id,
            amount=amount,
            idempotency_key=f"demo-{month.number}-{account.account_no}",
            tender=TenderKind.CASH if cash else TenderKind.CHANNEL,
            serial=None if cash else f"D{month.number}{account.account_no}",
        )
        (at_hall if cash else by_channel)[account.hall.code].append(payment)
    for hall, rows in sorted(by_channel.items()):
        _take(town, hall, rows, on)
    for hall, rows in sorted(at_hall.items()):
        _shift(town, hall, rows, on)


def waits(account: DemoAccount) -> bool:
    """Whether the account has not paid its last bill yet."""
    return account.index % 3 == 0


def _amount_paid(account: DemoAccount, owed: Decimal, month: Month, last: Month) -> Decimal:
    if Peculiarity.ARREARS in account.peculiarities and last.months_since(month) < 4:
        return Decimal("0.00")
    if Peculiarity.PREPAID in account.peculiarities:
        return owed + 200 if (month.month + account.index) % 4 == 0 else owed
    if last == month and waits(account):
        return Decimal("0.00")
    return owed


def _shift(town: Town, hall: str, rows: Sequence[BatchPayment], on: date) -> None:
    """One cashier's shift: float, payments, and a count that agrees to the fen."""
    unit_id, cashier_id = town.unit_ids[hall], town.cashiers[hall]
    left_open = [row for row in tills.sessions(actor=town.actor, on=on, state="OPEN") if row.cashier_id == cashier_id]
    if left_open:
        session_id = left_open[0].id
    else:
        session_id = payments.open_session(
            actor=town.actor,
            unit_id=unit_id,
            float_amount=Decimal("500.00"),
            at=at(on, 9),
            on=on,
            cashier_id=cashier_id,
        )
    _take(town, hall, rows, on, session_id)
    expected = tills.session_page(actor=town.actor, session_id=session_id, on=on).expected_cash
    payments.close_session(
        actor=town.actor, session_id=session_id, pieces=_pieces(expected), at=at(on, 17), on=on, note="（演示）"
    )


def _pieces(amount: Decimal) -> dict[Decimal, int]:
    """Notes and coins for an amount, down to ten fen; what is left of a few fen is short, as in every till."""
    counted: dict[Decimal, int] = {}
    for face in FACE_VALUES:
        counted[face], amount = int(amount // face), amount % face
    return counted


def open_books(town: Town, month: Month) -> bool:
    """Open the month's accounting period, and close those three months back and earlier.

    False when the month is closed: then everything in it was done before.
    """
    on = month.first_date
    known = {row.yyyymm: row.state for row in books.periods(town.company_id)}
    if known.get(month.number) == "CLOSED":
        return False
    if month.number not in known:
        ledger.open_period(actor=town.actor, company_id=town.company_id, yyyymm=month.number, on=on)
    for number in sorted(known):
        if number <= month.plus(-3).number and known[number] == "OPEN":
            ledger.close_period(
                actor=town.actor, company_id=town.company_id, yyyymm=number, on=on, reason="月结（演示）"
            )
    return True


def _expect_all(failed: Sequence[BatchIssue]) -> None:
    """The demo's own plan is never refused."""
    for issue in failed:
        raise DemoRefused(place=issue.place, refusal=issue.code, params=dict(issue.params))


def _take(town: Town, hall: str, rows: Sequence[BatchPayment], on: date, session_id: int | None = None) -> None:
    """Take the payments; what a filling that was interrupted took before stays as it is."""
    result = payments.take_payments_batch(
        actor=town.actor, unit_id=town.unit_ids[hall], rows=rows, on=on, session_id=session_id
    )
    _expect_all([issue for issue in result.failed if issue.code != SameKeyOtherRequest.code])

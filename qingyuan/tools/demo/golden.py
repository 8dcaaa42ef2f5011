"""The golden household year (黄金用户的一年), played through the operations; its bills were worked out by hand in
docs/rules/golden-year.md, with which a test compares them.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers import queries as accounts
from qingyuan.domains.customers.operations import NewAccount
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.meters import queries as points
from qingyuan.domains.meters.operations import NewInstallation, NewMeter, NewShare
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries as read
from qingyuan.domains.readings.operations import ReadRow
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.domains.routes import operations as routing
from qingyuan.domains.routes import queries as routes
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month
from qingyuan.tools.demo import names, runs
from qingyuan.tools.demo.catalogue import GOLDEN_BOOK
from qingyuan.tools.demo.opening import ZONE, DemoRefused
from qingyuan.workflows.exchange_meter import exchange_meter
from qingyuan.workflows.open_accounts import NewConnection, open_accounts

ACCOUNT_NO = "20000001"
POINT_NO = "P20000001"
OPENED = date(2024, 11, 15)
EXCHANGED = date(2025, 3, 5)
MORE_PEOPLE_FROM = date(2025, 7, 1)
READING_DAY, BILLING_DAY = 15, 20


class Step(NamedTuple):
    """What is read in a period; None: nobody at home."""

    month: Month
    value: Decimal | None


STEPS = tuple(
    Step(Month.from_number(number), None if value is None else Decimal(value))
    for number, value in (
        (202501, 160),
        (202503, 12),
        (202505, None),
        (202507, 122),
        (202509, 246),
        (202511, 396),
        (202601, 466),
        (202603, 526),
    )
)
STEP_OF = {step.month: step for step in STEPS}


def open_household(*, actor: Actor, unit_code: str, region_code: str) -> None:
    """Open the account with its meter at 100; nothing when it is there."""
    if ACCOUNT_NO in accounts.account_refs([ACCOUNT_NO]):
        return
    row = NewConnection(
        NewAccount(
            place=ACCOUNT_NO,
            unit_code=unit_code,
            region_code=region_code,
            name=f"黄金用户（{names.MARK}）",
            account_no=ACCOUNT_NO,
            street_no="1号",
            phone=names.phone(0),
            opened_date=OPENED,
            people=4,
        ),
        (
            NewInstallation(
                place=ACCOUNT_NO,
                account_no=ACCOUNT_NO,
                book_no=GOLDEN_BOOK,
                shares=(NewShare("GOLDEN"),),
                installed_at=datetime.combine(OPENED, time(8), ZONE),
                meter_no="YSG1",
                model_code="LXS-15E",
                start_value=Decimal(100),
                point_no=POINT_NO,
            ),
        ),
    )
    opened = open_accounts(actor=actor, rows=[row], on=OPENED, strict=True)
    if opened.failed:
        raise DemoRefused(place=ACCOUNT_NO, refusal=opened.failed[0].code, params=dict(opened.failed[0].params))


def play_period(*, actor: Actor, company_id: int, month: Month) -> None:
    """Everything that happens to the household in one of its periods, up to the issued bill; once."""
    step = STEP_OF[month]
    read_on = month.first_date.replace(day=READING_DAY)
    if month == Month.of(EXCHANGED):
        _exchange(actor, company_id)
    if month == Month.of(MORE_PEOPLE_FROM):
        _more_people(actor)
    book_id = next(book.id for book in routes.books(company_id=company_id) if book.book_no == GOLDEN_BOOK)
    readings.generate_tasks(actor=actor, company_id=company_id, month=month, book_ids=[book_id], planned_on=read_on)
    tasks = read.tasks(actor=actor, company_id=company_id, on=read_on, yyyymm=month.number, book_ids=[book_id])
    (entry,) = read.entry_rows(actor=actor, task_id=tasks[0].task_id, on=read_on)
    if entry.state == "PENDING":
        readings.record_reading(
            actor=actor,
            row=ReadRow(entry.reading_item_id, read_on, step.value, "02" if step.value is None else "01"),
            source=ReadingSource.READER_APP,
            on=read_on,
        )
        readings.approve(
            actor=actor,
            reading_item_ids=[entry.reading_item_id],
            at=datetime.combine(read_on, time(16), ZONE),
            reason="与用户核实无误（演示）",
        )
    on = month.first_date.replace(day=BILLING_DAY)
    runs.bill(actor=actor, company_id=company_id, month=month, on=on, book_ids=[book_id])


def end_of_the_year(*, actor: Actor, company_id: int, on: date) -> None:
    """The household is read no more: its book is put out of use."""
    book = next(book for book in routes.books(company_id=company_id) if book.book_no == GOLDEN_BOOK)
    if not book.is_active:
        return
    routing.update_book(
        actor=actor,
        book_id=book.id,
        version=book.version,
        on=on,
        name=book.name,
        area_id=None,
        months_interval=book.months_interval,
        phase_month=book.phase_month,
        reading_day=book.reading_day,
        is_active=False,
    )


def _exchange(actor: Actor, company_id: int) -> None:
    point_id = points.point_ref(POINT_NO).id
    if points.current_installations([point_id])[point_id].meter_no != "YSG1":
        return
    stock = meters.add_meters(
        actor=actor,
        company_id=company_id,
        rows=[NewMeter(ACCOUNT_NO, "YSG2", "LXS-15E")],
        on=EXCHANGED,
        strict=True,
    )
    exchange_meter(
        actor=actor,
        point_id=point_id,
        at=datetime.combine(EXCHANGED, time(10), ZONE),
        final_values={1: Decimal(210)},
        new_meter_id=stock.ids[0],
        start_values={1: Decimal(0)},
        reason="周期换表",
        on=EXCHANGED,
    )


def _more_people(actor: Actor) -> None:
    account = accounts.account_ref(ACCOUNT_NO)
    facts = accounts.billing_facts([account.id], on=MORE_PEOPLE_FROM)[account.id]
    if facts.people and facts.people[-1][1] == 6:
        return
    customers.set_household_size(
        actor=actor,
        account_id=account.id,
        people=6,
        from_date=MORE_PEOPLE_FROM,
        evidence="户口簿第 2、3 页（演示）",
        on=MORE_PEOPLE_FROM,
    )

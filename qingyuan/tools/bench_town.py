"""The utility that the benchmarks bill: built by the set-wise operations, the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources

from qingyuan.domains.customers.operations import NewAccount, create_region
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.meters.operations import NewInstallation, NewShare, create_maker, create_model
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.operations import BatchPayment
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries as readings_queries
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.domains.routes.operations import NewBook, create_books
from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation import queries as organisation
from qingyuan.workflows.found_company import Branch, found_company
from qingyuan.workflows.open_accounts import NewConnection, open_accounts

ACTOR: Actor = system_actor("bench", origin="cli")
OPENED = date(2024, 12, 20)
INSTALLED_AT = datetime(2024, 12, 20, 2, tzinfo=UTC)
HALL = "BQ1"
POINTS_PER_BOOK = 250
BOOKS_AT_ONCE = 20
PREPAYING = 5
"""Every so many accounts has paid ahead, so that issue offsets."""
INDUSTRIAL = 20
"""Every so many accounts is no household."""


@dataclass(frozen=True, slots=True)
class BenchTown:
    """What was built."""

    company_id: int
    unit_id: int
    book_ids: tuple[int, ...]


def build(accounts: int) -> BenchTown:
    """A company with so many accounts, one metered point each, in books of 250; one account in five has paid ahead."""
    company_id = found_company(
        actor=ACTOR,
        code="BQ",
        name="基准水司（演示）",
        group_name="基准集团（演示）",
        branches=[Branch(HALL, "基准营业所（演示）")],
        first_people=(),
        on=OPENED,
        first_period=None,
    ).company_id
    _prices(company_id)
    for month in range(12):
        ledger.open_period(actor=ACTOR, company_id=company_id, yyyymm=Month(2025, 1).plus(month).number, on=OPENED)
    create_region(actor=ACTOR, company_id=company_id, code="BQR", name="基准路", on=OPENED)
    maker = create_maker(actor=ACTOR, company_id=company_id, code="BQM", name="基准表厂（演示）", on=OPENED)
    create_model(
        actor=ACTOR,
        company_id=company_id,
        maker_id=maker,
        code="LXS-15",
        name="LXS-15",
        calibre=15,
        digits=5,
        decimals=0,
        on=OPENED,
    )
    readings.set_conditions(actor=ACTOR, company_id=company_id, on=OPENED)
    unit_id = organisation.unit_by_code(HALL).id
    count = -(-accounts // POINTS_PER_BOOK)
    rows = [NewBook(f"book {n}", HALL, f"BQ{n:05}", f"基准{n}册") for n in range(1, count + 1)]
    book_ids = create_books(actor=ACTOR, rows=rows, on=OPENED, strict=True).ids
    for first in range(0, accounts, POINTS_PER_BOOK * BOOKS_AT_ONCE):
        _open(unit_id, range(first, min(first + POINTS_PER_BOOK * BOOKS_AT_ONCE, accounts)))
    return BenchTown(company_id, unit_id, tuple(book_ids))


def read_month(town: BenchTown, month: Month, on: date) -> int:
    """Plan, read and approve a month for all points; returns the reading period's id."""
    order = 0
    at = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    elapsed = month.months_since(Month.of(OPENED))
    for first in range(0, len(town.book_ids), BOOKS_AT_ONCE):
        books = town.book_ids[first : first + BOOKS_AT_ONCE]
        planned = readings.generate_tasks(
            actor=ACTOR, company_id=town.company_id, month=month, book_ids=books, planned_on=on
        )
        rows = []
        for reading_item_id in planned.ids:
            rows.append(readings.ReadRow(reading_item_id, on, Decimal(_usage(order) * elapsed)))
            order += 1
        recorded = readings.record_readings(actor=ACTOR, rows=rows, source=ReadingSource.IMPORTED, on=on)
        _all_done(len(rows), recorded.failed)
        approved = readings.approve(actor=ACTOR, reading_item_ids=planned.ids, at=at, reason="基准")
        _all_done(len(rows), approved.failed)
    found = readings_queries.periods(town.company_id)
    return next(row.period_id for row in found if row.yyyymm == month.number)


def _prices(company_id: int) -> None:
    for position, (code, name) in enumerate((("water", "自来水费"), ("sewage", "污水处理费"))):
        row = tariffs.NewChargeItem(code, name, position=position)
        tariffs.create_charge_item(actor=ACTOR, company_id=company_id, row=row, on=OPENED)
    for plan, usage_class in (("sh-res", "RESIDENTIAL"), ("sh-ind", "INDUSTRY")):
        row_of_class = tariffs.NewUsageClass(usage_class, usage_class)
        tariffs.create_usage_class(actor=ACTOR, company_id=company_id, row=row_of_class, on=OPENED)
        text = resources.files("qingyuan").joinpath(f"data/tariffs/{plan}.yaml").read_text(encoding="utf-8")
        version = tariffs.import_version(actor=ACTOR, company_id=company_id, text=text, on=OPENED)
        tariffs.publish(actor=ACTOR, version_id=version.version_id, at=INSTALLED_AT, on=OPENED)
        tariffs.assign(
            actor=ACTOR, unit_id=company_id, class_code=usage_class, plan_code=plan, from_date=OPENED, on=OPENED
        )
    ledger.set_up_books(actor=ACTOR, company_id=company_id, on=OPENED)


def _open(unit_id: int, numbers: range) -> None:
    rows = [
        NewConnection(
            NewAccount(
                place=f"row {n}",
                unit_code=HALL,
                region_code="BQR",
                name=f"演示{n}",
                account_no=f"80{n:08}",
                street_no=str(n // 60 + 1),
                room=str(n % 60 + 1),
                people=3 + n % 6 if n % 10 == 0 else None,
            ),
            (
                NewInstallation(
                    place=f"row {n}",
                    account_no="",
                    book_no=f"BQ{n // POINTS_PER_BOOK + 1:05}",
                    shares=(NewShare("INDUSTRY" if n % INDUSTRIAL == 0 else "RESIDENTIAL"),),
                    installed_at=INSTALLED_AT,
                    meter_no=f"BQM{n:08}",
                    model_code="LXS-15",
                ),
            ),
        )
        for n in numbers
    ]
    opened = open_accounts(actor=ACTOR, rows=rows, on=OPENED, strict=True)
    _all_done(len(rows), opened.failed)
    paying = opened.account_ids[::PREPAYING]
    paid = [
        BatchPayment(f"row {account_id}", account_id, Decimal("500.00"), f"bench-{account_id}") for account_id in paying
    ]
    taken = payments.take_payments_batch(actor=ACTOR, unit_id=unit_id, rows=paid, on=date(2025, 1, 2))
    _all_done(len(paid), taken.failed)


def _usage(order: int) -> int:
    """m³ a month: 5 to 41, in an order that looks like none."""
    return 5 + order * 7919 % 37


def _all_done(wanted: int, failed: Sequence[object]) -> None:
    if failed:
        raise RuntimeError(f"{len(failed)} of {wanted} were refused, the first: {failed[0]}")

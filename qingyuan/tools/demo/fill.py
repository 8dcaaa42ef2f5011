"""Fill the demo utility: the company, its city, and its months one after another (演示数据).

Every step looks at what is there first, so that a filling that was interrupted goes on where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers import queries as customers
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.staff import queries as staff
from qingyuan.tools.demo import catalogue, company, extras, golden, months, names, notices, opening, runs
from qingyuan.tools.demo.city import HALLS, DemoAccount, plan_city
from qingyuan.tools.demo.registers import Registers

DEFAULT_ACCOUNTS, DEFAULT_MONTHS = 2_000, 14
CASHIERS = {"D1": "shoufei1", "D2": "shoufei2"}
Report = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what was done last."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filling came to."""

    accounts: int
    first: Month
    last: Month


def founded_on(today: date) -> date:
    """Since when the demo company exists: early enough for its past months and for the golden year."""
    return date(min(today.year - 2, golden.OPENED.year), 1, 1)


def last_month_played(today: date) -> Month:
    """The last month all of whose days that the demo acts on have passed."""
    this = Month.of(today)
    return this if today.day > months.PAYING_DAY else this.plus(-1)


def fill(*, accounts: int, month_count: int, last: Month, today: date, report: Report) -> Filled:
    """Fill the database with `accounts` accounts and `month_count` months up to `last`; the books are open for `today`.

    In the last month one book is left for a person to review. Raises CityTooSmall, DemoRefused.
    """
    city = plan_city(accounts)
    actor = system_actor("演示")
    first = last.plus(1 - month_count)
    since = founded_on(first.first_date)
    if not company.is_there():
        company.found(on=since)
    company_id = units.unit_by_code(company.CODE).id
    span = sorted({*(first.plus(step) for step in range(month_count)), *golden.STEP_OF})
    span = [month for month in span if month <= last]
    steps = _Steps(report, len(city) // opening.AT_ONCE + 2 + len(span))
    if not catalogue.is_there(company_id):
        catalogue.make(actor=actor, company_id=company_id, on=since)
        catalogue.make_books(actor=actor, city=city, on=since)
    steps.done("费用、价目、表册")
    golden.open_household(actor=actor, unit_code=HALLS[0].code, region_code=names.STREETS[0][0])
    for opened in opening.open_city(actor=actor, city=city, start=first):
        steps.done(f"已立户 {opened}")
    extras.add(actor=actor, company_id=company_id, city=city, since=first.first_date, month=Month.of(today))
    town = _town(actor_company=company_id, city=city, first=first, on=last.first_date)
    for month in span:
        _play_month(town, month, first=first, last=last)
        steps.done(f"{month} 已抄表、开账、收费")
    for month in {last.plus(1), Month.of(today)}:
        if last < month <= Month.of(today):
            months.open_books(town, month)
    steps.all_done()
    return Filled(len(city), first, last)


def _town(*, actor_company: int, city: tuple[DemoAccount, ...], first: Month, on: date) -> months.Town:
    actor = system_actor("演示", company_id=actor_company)
    refs = customers.account_refs(account.account_no for account in city)
    cashiers = {
        hall: next(person.id for person in staff.people(actor, on=on, text=login) if person.login == login)
        for hall, login in CASHIERS.items()
    }
    return months.Town(
        actor=actor,
        company_id=actor_company,
        unit_ids={hall.code: units.unit_by_code(hall.code).id for hall in HALLS},
        cashiers=cashiers,
        city=city,
        account_ids={number: ref.id for number, ref in refs.items()},
        registers=Registers(city, first),
    )


def _play_month(town: months.Town, month: Month, *, first: Month, last: Month) -> None:
    if not months.open_books(town, month):
        return
    if month in golden.STEP_OF:
        golden.play_period(actor=town.actor, company_id=town.company_id, month=month)
    if month > golden.STEPS[-1].month:
        golden.end_of_the_year(actor=town.actor, company_id=town.company_id, on=month.first_date)
    if month < first:
        return
    months.exchange_meters(town, month)
    left_for_review = f"{HALLS[2].code}-001" if month == last else ""
    months.read_month(town, month, odd_book=left_for_review)
    months.review_month(town, month, leave_book=left_for_review)
    billing_day = months.day_of(month, months.BILLING_DAY)
    runs.bill(actor=town.actor, company_id=town.company_id, month=month, on=billing_day)
    notices.tell(actor=town.actor, company_id=town.company_id, at=months.at(billing_day, 16), hand_over=month != last)
    months.pay_month(town, month, last=last)


class _Steps:
    """Counts steps for the report."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def done(self, message: str) -> None:
        self._done = min(self._done + 1, self._total)
        self._report(self._done, self._total, message)

    def all_done(self) -> None:
        self._done = self._total
        self._report(self._done, self._total, "完成")

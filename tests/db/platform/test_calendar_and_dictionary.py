"""Working days, and the dictionary."""

from datetime import date

import pytest

from qingyuan.kernel.errors import NotPermitted, StaleEdit
from qingyuan.platform.calendar import operations as calendar
from qingyuan.platform.calendar import queries as days
from qingyuan.platform.calendar.models import CalendarDay, DayKind
from qingyuan.platform.dictionary import operations as dictionary
from qingyuan.platform.dictionary import queries as entries
from tests.factories.platform import SYSTEM, Utility, make_person, make_utility

TODAY = date(2026, 1, 5)
YEAR = """日期,类型,名称
2026-02-16,HOLIDAY,春节
2026-02-17,HOLIDAY,春节

2026-02-14,WORKDAY,春节调休
"""


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def test_workday_follows_the_week_until_a_day_is_set(utility: Utility, db: None) -> None:
    calendar.import_year(actor=SYSTEM, company_id=None, year=2026, text=YEAR, on=TODAY)

    workdays = [
        day.isoformat()
        for day in (date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 16), date(2026, 2, 18))
        if days.is_workday(day, utility.company_id)
    ]

    assert workdays == ["2026-02-13", "2026-02-14", "2026-02-18"]
    assert days.next_workday(date(2026, 2, 15), utility.company_id) == date(2026, 2, 18)
    assert days.next_workday(date(2026, 2, 14), None) == date(2026, 2, 14)
    assert days.workdays_between(date(2026, 2, 13), date(2026, 2, 19), None) == 3


def test_company_s_own_day_goes_before_the_common_one(utility: Utility, db: None) -> None:
    holiday = date(2026, 2, 16)
    calendar.set_day(actor=SYSTEM, company_id=None, day=holiday, kind=DayKind.HOLIDAY, name="春节", on=TODAY)
    calendar.set_day(
        actor=SYSTEM, company_id=utility.company_id, day=holiday, kind=DayKind.WORKDAY, name="值班", on=TODAY
    )

    assert days.is_workday(holiday, utility.company_id)
    assert not days.is_workday(holiday, None)
    calendar.clear_day(actor=SYSTEM, company_id=utility.company_id, day=holiday, on=TODAY)
    assert not days.is_workday(holiday, utility.company_id)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("2026-02-30,HOLIDAY,x", 1),
        ("2025-02-03,HOLIDAY,x", 1),
        ("2026-02-03,FEAST,x", 1),
        ("2026-02-03,HOLIDAY", 1),
        ("2026-02-03,HOLIDAY,x\n2026-02-03,HOLIDAY,y", 2),
    ],
)
def test_import_of_a_year_is_all_or_nothing(utility: Utility, db: None, line: str, number: int) -> None:
    calendar.import_year(actor=SYSTEM, company_id=None, year=2026, text=YEAR, on=TODAY)

    with pytest.raises(calendar.LineRefused) as refused:
        calendar.import_year(actor=SYSTEM, company_id=None, year=2026, text=line, on=TODAY)

    assert refused.value.params == {"line": number}
    assert CalendarDay.objects.count() == 3


def test_common_calendar_is_the_root_s_to_keep(utility: Utility, db: None) -> None:
    clerk = make_person(utility.company_id, "calendar.edit")

    with pytest.raises(NotPermitted):
        calendar.set_day(actor=clerk, company_id=None, day=TODAY, kind=DayKind.HOLIDAY, name="x", on=TODAY)
    calendar.set_day(actor=clerk, company_id=utility.company_id, day=TODAY, kind=DayKind.HOLIDAY, name="停电", on=TODAY)

    assert [(day.date, day.company_id) for day in days.changed_days(2026, utility.company_id)] == [
        (TODAY, utility.company_id)
    ]


def test_dictionary_is_seeded_once_and_keeps_changes(utility: Utility, db: None) -> None:
    added = dictionary.seed_shipped_sets(actor=SYSTEM, on=TODAY)
    first = entries.entries("install_location")[0]
    dictionary.update_entry(
        actor=SYSTEM, entry_id=first.id, version=1, name="厨房内", position=9, is_active=False, on=TODAY
    )

    assert dictionary.seed_shipped_sets(actor=SYSTEM, on=TODAY) == 0

    assert added == sum(one.total_count for one in entries.sets())
    assert first.code not in {one.code for one in entries.entries("install_location")}
    assert entries.labels("install_location", "zh-hans")[first.code] == "厨房内"
    assert not entries.is_known("install_location", first.code)
    assert entries.labels("transmission", "en")["IC_CARD"] == "IC card"


def test_dictionary_refuses_doubles_and_stale_edits(utility: Utility, db: None) -> None:
    entry_id = dictionary.add_entry(actor=SYSTEM, set_code="own", code="A", name="甲", on=TODAY)

    with pytest.raises(dictionary.EntryExists):
        dictionary.add_entry(actor=SYSTEM, set_code="own", code="A", name="乙", on=TODAY)
    with pytest.raises(StaleEdit):
        dictionary.update_entry(
            actor=SYSTEM, entry_id=entry_id, version=2, name="乙", position=0, is_active=True, on=TODAY
        )
    with pytest.raises(NotPermitted):
        dictionary.add_entry(
            actor=make_person(utility.company_id, "jobs.view"), set_code="own", code="B", name="乙", on=TODAY
        )

    assert [(one.code, one.name) for one in entries.entries("own")] == [("A", "甲")]

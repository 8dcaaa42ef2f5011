"""What a generation plans: due books, reasons for not reading, points without a meter, further rounds, late points."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.models import ReadingItem, ReadingPeriod, ReadingTask
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.errors import DomainError
from tests.factories import readings as make

pytestmark = pytest.mark.django_db
JAN, FEB, MAR = date(2025, 1, 15), date(2025, 2, 15), date(2025, 3, 15)


@pytest.mark.parametrize(
    ("interval", "phase", "months"),
    [
        (1, 1, [1, 2, 3, 4, 5, 6]),
        (2, 1, [1, 3, 5]),
        (2, 2, [2, 4, 6]),
        (3, 2, [2, 5]),
        (12, 6, [6]),
    ],
)
def test_book_is_planned_in_the_months_of_its_cycle(interval: int, phase: int, months: list[int]) -> None:
    town = make.make_town(months_interval=interval, phase_month=phase)
    make.make_point(town)

    for month in range(1, 7):
        make.plan(town, date(2025, month, 15))

    planned = ReadingTask.objects.order_by("period__yyyymm").values_list("period__yyyymm", flat=True)
    assert list(planned) == [202500 + month for month in months]


def test_named_book_is_planned_out_of_its_cycle() -> None:
    town = make.make_town(months_interval=12, phase_month=6)
    make.make_point(town)

    result = make.plan(town, JAN, book_ids=[town.book_id])

    assert result.done == 1


def test_points_that_are_not_read_are_skipped_with_their_reason() -> None:
    town = make.make_town()
    points = make.make_points(town, 4)
    accounts = list(Account.objects.order_by("account_no"))
    Account.objects.filter(pk=accounts[0].pk).update(state="PRE_OPENED")
    AccountHold.objects.create(
        company_id=town.company_id, account=accounts[1], activity="READING", reason="CASE", from_date=date(2025, 1, 1)
    )

    result = make.plan(town, JAN)

    reasons = dict(ReadingItem.objects.filter(state="SKIPPED").values_list("point_id", "skip_reason"))
    assert reasons == {points[0]: "PRE_OPENED", points[1]: "READING_HOLD"}
    assert [issue.code for issue in result.skipped] == ["readings.skipped.pre_opened", "readings.skipped.reading_hold"]
    assert result.done == 4


def test_removed_meter_is_read_off_its_final_once_and_then_skipped() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read_and_approve(point, JAN, "160")
    make.take_meter_off(point, date(2025, 2, 5), final="190")

    make.plan(town, FEB)
    february = make.read_and_approve(point, FEB)
    make.plan(town, MAR)

    assert february.usage_volume == Decimal(30)
    assert make.reading_item(point, 202503).skip_reason == "NO_METER"


def test_flow_meter_is_read_and_never_billed() -> None:
    town = make.make_town()
    point = make.make_point(town, never_billed=True)
    make.plan(town, JAN)

    found = make.read_and_approve(point, JAN, "160")

    assert found.usage_volume == Decimal(60)
    assert queries.billable(company_id=town.company_id, period_id=found.period_id) == []


def test_point_without_a_meter_reads_itself() -> None:
    town = make.make_town()
    point = make.make_point(town, kind="UNMETERED", fixed_volume=Decimal(15))
    make.take_meter_off(point, make.OPENED, final="100")
    make.plan(town, JAN)
    first = make.reading_item(point, 202501)
    readings.approve(actor=system_actor("tests"), reading_item_ids=[first.pk], at=make.noon(JAN))

    make.plan(town, FEB)

    second = make.reading_item(point, 202502)
    assert (second.state, second.usage_volume, second.read_date) == ("READ", Decimal(15), FEB)
    readings.approve(actor=system_actor("tests"), reading_item_ids=[second.pk], at=make.noon(FEB))
    [part] = queries.consumption_facts([second.pk])[second.pk].parts
    assert (part.kind, part.volume, part.register_no) == ("FIXED", Decimal(15), None)


def test_further_round_of_a_month_has_no_months() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, date(2025, 1, 10))
    make.read_and_approve(point, date(2025, 1, 10), "160")

    make.plan(town, date(2025, 1, 25), round_no=2)

    second = make.reading_item(point, 202501, round_no=2)
    assert (second.months, second.previous_date) == (0, date(2025, 1, 10))
    assert second.segments.get().start_value == Decimal(160)


def test_point_that_came_later_is_added_by_generating_again() -> None:
    town = make.make_town()
    make.make_point(town, "A")
    make.plan(town, JAN)
    late = make.make_point(town, "B", opened=date(2025, 1, 20))

    result = make.plan(town, date(2025, 1, 25))

    assert result.ids == (make.reading_item(late, 202501).pk,)
    assert ReadingTask.objects.count() == 1


def test_last_year_and_average_are_what_was_used() -> None:
    town = make.make_town(months_interval=12)
    point = make.make_point(town, opened=date(2023, 1, 15))
    for year, value in ((2024, "220"), (2025, "400")):
        make.plan(town, date(year, 1, 15))
        make.read_and_approve(point, date(year, 1, 15), value)

    make.plan(town, date(2026, 1, 15))

    found = make.reading_item(point, 202601)
    assert (found.last_year_volume, found.months) == (Decimal(180), 12)
    assert found.average_volume == Decimal("12.500")
    assert found.high_usage_limit == Decimal("450.000")


def test_closed_period_is_refused() -> None:
    town = make.make_town()
    make.make_point(town)
    ReadingPeriod.objects.create(company_id=town.company_id, yyyymm=202501, round_no=1, state="CLOSED")

    with pytest.raises(DomainError) as refusal:
        make.plan(town, JAN)

    assert refusal.value.code == "readings.period_closed"
    assert ReadingTask.objects.count() == 0


def test_waiting_needle_counts_when_it_passes() -> None:
    town = make.make_town()
    point = make.make_point(town, is_waiting=True)
    make.plan(town, JAN)
    january = make.read_and_approve(point, JAN, "90")
    make.plan(town, FEB)
    february = make.read_and_approve(point, FEB, "105")

    assert (january.usage_volume, january.segments.get().end_value) == (Decimal(0), Decimal(100))
    assert february.usage_volume == Decimal(5)


def test_rollover_and_multiplier_through_the_operations() -> None:
    town = make.make_town()
    point = make.make_point(town, start_value=Decimal(99980), multiplier=Decimal(2))
    make.plan(town, JAN)

    found = make.read_and_approve(point, JAN, "5", "04")

    assert found.usage_volume == Decimal(50)


@pytest.mark.parametrize("count", [3, 30])
def test_statements_do_not_grow_with_the_rows(count: int) -> None:
    town = make.make_town()
    make.make_points(town, count)
    with CaptureQueriesContext(connection) as planning:
        ids = make.plan(town, JAN).ids
    rows = [readings.ReadRow(reading_item_id=one, read_date=JAN, value=Decimal(120)) for one in ids]

    with CaptureQueriesContext(connection) as recording:
        readings.record_readings(actor=system_actor("tests"), rows=rows, source=ReadingSource.GRID, on=JAN)
    with CaptureQueriesContext(connection) as approving:
        readings.approve(actor=system_actor("tests"), reading_item_ids=ids, at=make.noon(JAN))
    with CaptureQueriesContext(connection) as taking:
        assert len(queries.consumption_facts(ids)) == count

    assert (len(planning) <= 60, len(recording) <= 50, len(approving) <= 50, len(taking)) == (True, True, True, 5)

"""A month of one book: tasks, reading, approval, what billing takes; and the year of a meter that changes."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.models import Consumption, ConsumptionChange, Reading, ReadingItem, ReadingTask
from tests.factories import readings as make

pytestmark = pytest.mark.django_db


def test_generating_twice_makes_one_task_and_one_item_a_point() -> None:
    town = make.make_town()
    make.make_points(town, 3)

    first = make.plan(town, date(2025, 1, 15))
    second = make.plan(town, date(2025, 1, 15))

    assert (first.done, second.done) == (3, 0)
    assert ReadingTask.objects.count() == 1
    assert ReadingItem.objects.count() == 3


def test_item_knows_the_installation_when_nothing_was_read_before() -> None:
    town = make.make_town()
    point = make.make_point(town)

    make.plan(town, date(2025, 1, 15))

    found = make.reading_item(point, 202501)
    segment = found.segments.get()
    assert (found.months, found.average_volume, found.previous_date) == (2, None, date(2024, 11, 15))
    assert found.high_usage_limit == Decimal("120.000")
    assert (segment.start_value, segment.start_date, segment.end_value) == (Decimal(100), date(2024, 11, 15), None)


def test_read_and_approved_usage_is_what_billing_takes() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, date(2025, 1, 15))

    found = make.read_and_approve(point, date(2025, 1, 15), "160")

    assert (found.state, found.usage_volume) == ("APPROVED", Decimal("60.000"))
    billable = queries.billable(company_id=town.company_id, period_id=found.period_id)
    assert [one.point_id for one in billable] == [point]
    facts = queries.consumption_facts([found.pk])[found.pk]
    assert (facts.from_date, facts.to_date, facts.months) == (date(2024, 11, 15), date(2025, 1, 15), 2)
    assert (facts.volume, facts.net_volume, facts.revision) == (Decimal("60.000"), Decimal("60.000"), 1)
    part = facts.parts[0]
    assert (part.kind, part.volume, part.meter_no) == ("METER", Decimal("60.000"), "MP1000001")
    assert (part.start_value, part.end_value) == (Decimal(100), Decimal(160))
    assert part.reading_ids == (Reading.objects.get().pk,)


def test_the_golden_years_registers() -> None:
    """The volumes of docs/rules/golden-year.md: an exchange, an estimate and its true-up."""
    town = make.make_town(months_interval=2)
    point = make.make_point(town)

    make.plan(town, date(2025, 1, 15))
    january = make.read_and_approve(point, date(2025, 1, 15), "160")
    readings.mark_billed(reading_item_ids=[january.pk])
    make.exchange_meter(town, point, date(2025, 3, 5), final="210")
    make.plan(town, date(2025, 3, 15))
    march = make.read_and_approve(point, date(2025, 3, 15), "12")
    readings.mark_billed(reading_item_ids=[march.pk])
    make.plan(town, date(2025, 5, 15))
    may = make.read_and_approve(point, date(2025, 5, 15), None, "02")
    readings.mark_billed(reading_item_ids=[may.pk])
    make.plan(town, date(2025, 7, 15))
    july = make.read_and_approve(point, date(2025, 7, 15), "122")

    parts = queries.consumption_facts([march.pk])[march.pk].parts
    assert [(p.kind, p.from_date, p.to_date, p.volume) for p in parts] == [
        ("OLD_METER", date(2025, 1, 15), date(2025, 3, 5), Decimal("50.000")),
        ("NEW_METER", date(2025, 3, 5), date(2025, 3, 15), Decimal("12.000")),
    ]
    assert may.average_volume == Decimal("30.500")
    assert (may.usage_volume, may.is_estimated, may.segments.get().end_value) == (Decimal(61), True, Decimal(73))
    assert july.usage_volume == Decimal("55.000")
    change = ConsumptionChange.objects.get()
    assert (change.reason, change.old_consumption.volume, change.new_consumption.volume) == (
        "TRUE_UP",
        Decimal(61),
        Decimal(55),
    )
    assert (change.new_consumption.revision, change.new_consumption.is_estimated) == (2, False)
    [waiting] = queries.unhandled_true_ups([point])
    assert (waiting.difference, waiting.yyyymm) == (Decimal("-6.000"), 202505)
    readings.mark_changes_answered(reading_item_ids=[change.new_consumption.reading_item_id], reference="B1")
    assert queries.unhandled_true_ups([point]) == ()
    assert Consumption.objects.count() == 5
    facts = queries.consumption_facts([july.pk])[july.pk]
    assert [(p.kind, p.volume, p.start_value, p.end_value) for p in facts.parts] == [
        ("TRUE_UP", Decimal("55.000"), Decimal(73), Decimal(122))
    ]

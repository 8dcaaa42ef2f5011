"""What happens after something was wrong: another value, sent back, an exchange learnt late, a billed volume."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.models import Anomaly, Consumption, ConsumptionChange, Reading
from qingyuan.kernel.actor import system_actor
from tests.factories import readings as make

pytestmark = pytest.mark.django_db
ACTOR = system_actor("tests")
JAN, FEB, MAR = date(2025, 1, 15), date(2025, 2, 15), date(2025, 3, 15)


def _billed(point: int, on: date, value: str) -> int:
    found = make.read_and_approve(point, on, value)
    readings.mark_billed(reading_item_ids=[found.pk])
    return found.pk


def test_second_read_supersedes_the_first() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)

    make.read(point, JAN, "150")
    make.read(point, JAN, "160")

    first, second = Reading.objects.order_by("id")
    assert (second.supersedes_id, first.value, second.value) == (first.pk, Decimal(150), Decimal(160))
    found = make.reading_item(point, 202501)
    assert (found.usage_volume, found.segments.get().end_reading_id) == (Decimal(60), second.pk)


def test_repeated_delivery_is_one_read_and_another_value_under_its_key_is_refused() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)

    make.read(point, JAN, "160", source_key="device-1")
    again = make.read(point, JAN, "160", source_key="device-1")
    other = make.read(point, JAN, "161", source_key="device-1")

    assert [issue.code for issue in again.skipped] == ["readings.already_recorded"]
    assert [issue.code for issue in other.failed] == ["kernel.same_key_other_request"]
    assert Reading.objects.count() == 1


def test_below_previous_is_held_and_not_approved_until_changed() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "90")
    found = make.reading_item(point, 202501)

    refused = readings.approve(actor=ACTOR, reading_item_ids=[found.pk], at=make.noon(JAN), reason="已核实")

    assert (found.state, found.usage_volume) == ("HELD", Decimal(-10))
    assert [issue.code for issue in refused.failed] == ["readings.must_be_changed"]
    assert Consumption.objects.count() == 0
    readings.change_reading(
        actor=ACTOR,
        row=readings.ReadRow(reading_item_id=found.pk, read_date=JAN, value=Decimal(190)),
        reason="抄错位",
        at=make.noon(JAN),
        on=JAN,
    )
    found.refresh_from_db()
    assert (found.state, found.usage_volume) == ("READ", Decimal(90))
    assert set(Anomaly.objects.values_list("code", "decision")) == {
        ("BELOW_PREVIOUS", "CHANGED"),
        ("FIRST_READING", "NOTED"),
    }


def test_held_item_needs_a_reason() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "400")
    found = make.reading_item(point, 202501)

    without = readings.approve(actor=ACTOR, reading_item_ids=[found.pk], at=make.noon(JAN))
    with_reason = readings.approve(actor=ACTOR, reading_item_ids=[found.pk], at=make.noon(JAN), reason="首次抄表，已核")

    assert [issue.code for issue in without.failed] == ["readings.decision_needed"]
    assert with_reason.done == 1
    assert Anomaly.objects.get().decision == "ACCEPTED"


def test_stale_version_is_refused() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "160")
    found = make.reading_item(point, 202501)

    refused = readings.approve(
        actor=ACTOR, reading_item_ids=[found.pk], at=make.noon(JAN), versions={found.pk: found.version - 1}
    )

    assert [issue.code for issue in refused.failed] == ["kernel.stale_edit"]
    assert make.reading_item(point, 202501).state == "READ"


def test_sent_back_item_is_read_again_and_gets_a_further_revision() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    found = make.read_and_approve(point, JAN, "160")

    readings.send_back(actor=ACTOR, reading_item_ids=[found.pk], reason="照片不清", at=make.noon(JAN), on=JAN)

    assert make.reading_item(point, 202501).state == "PENDING"
    assert queries.consumption_facts([found.pk]) == {}
    again = make.read_and_approve(point, JAN, "170")
    facts = queries.consumption_facts([again.pk])[again.pk]
    assert (facts.revision, facts.volume) == (2, Decimal(70))


def test_earlier_read_changed_moves_the_start_of_the_next_item() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "160")
    make.plan(town, FEB)
    make.read(point, FEB, "180")

    make.read(point, JAN, "150")

    following = make.reading_item(point, 202502)
    assert (following.segments.get().start_value, following.usage_volume) == (Decimal(150), Decimal(30))


def test_earlier_read_changed_moves_the_start_of_all_unread_items_after_it() -> None:
    town = make.make_town()
    point = make.make_point(town)
    for month in (JAN, FEB, MAR):
        make.plan(town, month)
    january = make.read_and_approve(point, JAN, "160")

    readings.correct_after_billing(
        actor=ACTOR, reading_item_id=january.pk, reason="抄错", on=MAR, values={1: Decimal(150)}
    )

    march = make.read_and_approve(point, MAR, "180")
    assert (march.segments.get().start_value, march.usage_volume) == (Decimal(150), Decimal(30))


def test_adjusted_volume_outlives_a_correction_of_the_month_before() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    january = make.read_and_approve(point, JAN, "160")
    make.plan(town, FEB)
    february = make.read_and_approve(point, FEB, "220")
    readings.adjust_volume(actor=ACTOR, reading_item_id=february.pk, reason="漏水减免", on=FEB, volume=Decimal(40))

    readings.correct_after_billing(
        actor=ACTOR, reading_item_id=january.pk, reason="抄错", on=FEB, values={1: Decimal(150)}
    )

    february.refresh_from_db()
    assert february.usage_volume == Decimal(50)  # 150 → 220, less the 20 that were let off
    assert february.consumption is not None
    parts = february.consumption.parts.order_by("position")
    assert [(part.kind, part.volume) for part in parts] == [("METER", Decimal(70)), ("ADJUSTMENT", Decimal(-20))]
    assert parts[1].evidence["reason"] == "漏水减免"


def test_later_period_waits_for_the_approval_of_the_earlier() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "160")
    make.plan(town, FEB)
    make.read(point, FEB, "180")
    january, february = make.reading_item(point, 202501), make.reading_item(point, 202502)

    alone = readings.approve(actor=ACTOR, reading_item_ids=[february.pk], at=make.noon(FEB))
    together = readings.approve(actor=ACTOR, reading_item_ids=[february.pk, january.pk], at=make.noon(FEB))

    assert [issue.code for issue in alone.failed] == ["readings.earlier_period_open"]
    assert together.done == 2


def test_unread_earlier_period_is_covered_by_the_later_approval() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.plan(town, FEB)

    february = make.read_and_approve(point, FEB, "190")

    january = make.reading_item(point, 202501)
    assert (january.state, january.skip_reason) == ("SKIPPED", "COVERED")
    assert (february.months, february.usage_volume) == (3, Decimal(90))


def test_corrected_volume_of_a_billed_item_moves_money_alone() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    january = _billed(point, JAN, "160")
    make.plan(town, FEB)
    february = _billed(point, FEB, "220")

    done = readings.adjust_volume(actor=ACTOR, reading_item_id=january, volume=Decimal(40), reason="复核", on=MAR)

    assert done.volume == Decimal(40)
    change = ConsumptionChange.objects.get()
    assert (change.pk, change.reason, change.new_consumption.volume) == (done.change_ids[0], "CORRECTION", Decimal(40))
    parts = queries.consumption_facts([january])[january].parts
    assert [(part.kind, part.volume) for part in parts] == [("METER", Decimal(60)), ("ADJUSTMENT", Decimal(-20))]
    assert queries.consumption_facts([february])[february].volume == Decimal(60)


def test_corrected_register_of_a_billed_item_changes_the_next_period_too() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    january = _billed(point, JAN, "160")
    make.plan(town, FEB)
    february = _billed(point, FEB, "220")

    done = readings.correct_after_billing(
        actor=ACTOR, reading_item_id=january, values={1: Decimal(140)}, reason="读数看错", on=MAR
    )

    assert len(done.change_ids) == 2
    assert queries.consumption_facts([january])[january].volume == Decimal(40)
    assert queries.consumption_facts([february])[february].volume == Decimal(80)
    assert make.reading_item(point, 202501).state == "BILLED"


def test_correction_below_zero_is_refused_and_changes_nothing() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    january = _billed(point, JAN, "160")
    make.plan(town, FEB)
    _billed(point, FEB, "220")

    with pytest.raises(Exception) as refusal:
        readings.correct_after_billing(
            actor=ACTOR, reading_item_id=january, values={1: Decimal(230)}, reason="读数看错", on=MAR
        )

    assert getattr(refusal.value, "code", "") == "readings.usage_negative"
    assert ConsumptionChange.objects.count() == 0
    assert Reading.objects.count() == 2


def test_exchange_learnt_after_billing_cuts_the_billed_period() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    _billed(point, JAN, "160")
    make.plan(town, FEB)
    february = _billed(point, FEB, "200")
    make.exchange_meter(town, point, date(2025, 2, 5), final="190", start="170")

    touched = readings.revise_after_exchange(actor=ACTOR, point_id=point, on=FEB)

    assert touched == (february,)
    change = ConsumptionChange.objects.get()
    assert (change.reason, change.old_consumption.volume, change.new_consumption.volume) == (
        "EXCHANGE",
        Decimal(40),
        Decimal(60),
    )
    parts = queries.consumption_facts([february])[february].parts
    assert [(part.kind, part.volume) for part in parts] == [("OLD_METER", Decimal(30)), ("NEW_METER", Decimal(30))]
    make.plan(town, MAR)
    assert make.reading_item(point, 202503).segments.get().start_value == Decimal(200)


def test_exchange_with_an_open_item_cuts_it() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read_and_approve(point, JAN, "160")
    make.plan(town, date(2025, 2, 1))
    make.exchange_meter(town, point, date(2025, 2, 5), final="190")

    readings.revise_after_exchange(actor=ACTOR, point_id=point, on=date(2025, 2, 5))
    found = make.read_and_approve(point, FEB, "12", "06")

    assert found.usage_volume == Decimal(42)


def test_skipped_point_is_covered_by_the_next_read() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    january = make.reading_item(point, 202501)

    readings.skip(actor=ACTOR, reading_item_ids=[january.pk], reason="道路施工", at=make.noon(JAN), on=JAN)
    make.plan(town, FEB)

    february = make.reading_item(point, 202502)
    assert (february.months, february.previous_date) == (3, date(2024, 11, 15))

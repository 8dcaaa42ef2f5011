"""Adjustments of one charge item (单项增减水量): the usage stays, its evidence names the item, and both limits hold."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.models import Consumption, ConsumptionChange, VolumeAdjustment
from qingyuan.domains.readings.operations.adjusted_usage import ItemVolumeNegative
from qingyuan.domains.readings.operations.correcting import NothingToCorrect
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from tests.db.readings.test_adjustments import FEB, JAN, SYSTEM, Scene, stands
from tests.factories import readings as make
from tests.factories.meters import make_charge_item
from tests.factories.platform import make_person

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def scene(db: None) -> Scene:
    """January approved at 60 m³."""
    made = Scene()
    for code in ("water", "sewage"):
        make_charge_item(made.town.company_id, code)
    return made


def ask(
    scene: Scene,
    change: str | None,
    *,
    charge_item: str = "sewage",
    effect: str | None = "0",
    actor: Actor | None = None,
) -> readings.AdjustmentResult:
    """So many m³ of the item; None: let it off."""
    return readings.adjust_volume(
        actor=actor or scene.clerk,
        reading_item_id=scene.january.pk,
        change=None if change is None else D(change),
        charge_item=charge_item,
        is_waived=change is None,
        effect=None if effect is None else D(effect),
        reason="表后爆管",
        reason_code="LEAK",
        on=FEB,
    )


def facts_of(scene: Scene) -> queries.ConsumptionFacts:
    return queries.consumption_facts([scene.january.pk])[scene.january.pk]


def test_usage_stays_and_a_part_without_volume_says_which_item(scene: Scene) -> None:
    done = ask(scene, "-8")

    facts = facts_of(scene)
    assert (done.state, done.volume, scene.usage) == ("APPROVED", D(60), D(60))
    assert [(part.kind, part.volume) for part in facts.parts] == [("METER", D(60)), ("ITEM_ADJUSTMENT", D(0))]
    assert facts.parts[1].evidence == {
        "adjustment": done.adjustment_no,
        "by": scene.clerk.name,
        "reason": "表后爆管",
        "reason_code": "LEAK",
        "item": "sewage",
        "change": "-8.000",
    }
    assert [part.kind for part in facts.usage_parts] == ["METER"]
    assert facts.item_adjustments == (("sewage", D(-8), done.adjustment_no, "表后爆管"),)


def test_volume_of_an_item_counts_on_from_what_was_adjusted(scene: Scene) -> None:
    ask(scene, "-8", actor=SYSTEM)

    readings.adjust_volume(
        actor=SYSTEM, reading_item_id=scene.january.pk, volume=D(50), charge_item="sewage", reason="核定", on=FEB
    )

    assert [one.change for one in facts_of(scene).item_adjustments] == [D(-8), D(-2)]


@pytest.mark.parametrize(
    ("change", "effect", "state"),
    [
        ("-10", "-100", "APPROVED"),
        ("-10.001", "0", "REQUESTED"),
        ("-1", "-100.01", "REQUESTED"),
        ("-1", None, "REQUESTED"),
        (None, "-100", "APPROVED"),
        (None, "-100.01", "REQUESTED"),
        (None, None, "REQUESTED"),
    ],
)
def test_both_limits_decide_who_may(scene: Scene, change: str | None, effect: str | None, state: str) -> None:
    assert ask(scene, change, effect=effect).state == state


def test_items_and_the_whole_month_share_the_limits(scene: Scene) -> None:
    assert ask(scene, "-6", effect="-60").state == "APPROVED"
    assert ask(scene, "3", charge_item="water", effect="40").state == "APPROVED"

    assert ask(scene, "-1", charge_item="water", effect="-0.01").state == "REQUESTED"


def test_nothing_is_charged_below_nothing(scene: Scene) -> None:
    first = ask(scene, "-40", actor=SYSTEM)
    before = stands(scene)

    for refused in (
        lambda: ask(scene, "-20.001"),
        lambda: readings.adjust_volume(
            actor=SYSTEM, reading_item_id=scene.january.pk, change=D("-20.001"), reason="漏水", on=FEB
        ),
        lambda: readings.correct_after_billing(
            actor=SYSTEM, reading_item_id=scene.january.pk, reason="抄错", on=FEB, values={1: D(139)}
        ),
    ):
        with pytest.raises(ItemVolumeNegative), transaction.atomic():
            refused()
        assert stands(scene) == before
    readings.correct_after_billing(
        actor=SYSTEM, reading_item_id=scene.january.pk, reason="抄错", on=FEB, values={1: D(140)}
    )
    assert [one.change for one in facts_of(scene).item_adjustments] == [D(-40)], "kept when the register is corrected"
    assert first.adjustment_no == facts_of(scene).item_adjustments[0].adjustment_no


def test_reversing_what_was_added_is_refused_when_more_is_let_off(scene: Scene) -> None:
    more = ask(scene, "10", actor=SYSTEM)
    ask(scene, "-65", actor=SYSTEM)

    with pytest.raises(ItemVolumeNegative):
        readings.reverse_adjustment(
            actor=scene.supervisor, adjustment_id=more.adjustment_id, version=2, on=FEB, reason="误登"
        )


def test_nothing_more_is_adjusted_of_what_is_let_off(scene: Scene) -> None:
    waiting = ask(scene, "-20")
    ask(scene, None, actor=SYSTEM)

    for change in ("-1", "1", None):
        with pytest.raises(NothingToCorrect):
            ask(scene, change)
    with pytest.raises(NothingToCorrect):
        scene.approve(waiting)
    assert ask(scene, "-1", charge_item="water").state == "REQUESTED", "the 20 m³ that wait count"


@pytest.mark.parametrize(
    "given",
    [{"is_waived": True}, {"is_waived": True, "charge_item": "sewage", "change": D(1)}, {"charge_item": "sewage"}],
)
def test_what_has_no_meaning_is_refused(scene: Scene, given: dict[str, object]) -> None:
    before = stands(scene)

    with pytest.raises(NothingToCorrect):
        readings.adjust_volume(
            **{"actor": SYSTEM, "reading_item_id": scene.january.pk, "reason": "x", "on": FEB, **given}  # type: ignore[arg-type]
        )

    assert stands(scene) == before


def test_unknown_item_and_another_units_person_are_refused(scene: Scene) -> None:
    stranger = make_person(scene.town.utility.west_id, "readings.view", "readings.adjust")
    before = stands(scene)

    with pytest.raises(NotFound):
        ask(scene, "-1", charge_item="steam")
    with pytest.raises(NotPermitted):
        ask(scene, "-1", actor=stranger)

    assert stands(scene) == before


def test_billed_month_changes_each_way(scene: Scene) -> None:
    readings.mark_billed(reading_item_ids=[scene.january.pk])

    done = ask(scene, "-5")
    undone = readings.reverse_adjustment(
        actor=scene.supervisor, adjustment_id=done.adjustment_id, version=2, on=FEB, reason="误登"
    )

    changes = list(ConsumptionChange.objects.order_by("id"))
    assert [(one.pk,) for one in changes] == [done.change_ids, undone.change_ids]
    assert [one.new_consumption.volume for one in changes] == [D(60), D(60)]
    assert facts_of(scene).item_adjustments == ()


def test_estimate_settled_later_keeps_the_item_adjusted(scene: Scene) -> None:
    town, point, march = scene.town, scene.point, JAN.replace(month=3)
    make.plan(town, FEB)
    february = make.read_and_approve(point, FEB, None, "02")
    readings.adjust_volume(
        actor=SYSTEM, reading_item_id=february.pk, charge_item="sewage", is_waived=True, reason="免征", on=FEB
    )
    make.plan(town, march)
    make.read_and_approve(point, march, "219")

    settled = queries.consumption_facts([february.pk])[february.pk]

    assert [part.kind for part in settled.parts] == ["TRUE_UP", "ITEM_ADJUSTMENT"]
    assert [(one.item_code, one.change) for one in settled.item_adjustments] == [("sewage", None)]


def test_database_refuses_a_waiver_without_an_item_or_with_a_volume(scene: Scene) -> None:
    done = ask(scene, "-5")

    for wrong in ({"is_waived": True}, {"is_waived": True, "change": 0, "charge_item": None}, {"change": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            VolumeAdjustment.objects.filter(pk=done.adjustment_id).update(**wrong)


def test_reading_sent_back_drops_the_items_too(scene: Scene) -> None:
    ask(scene, "-5")

    readings.send_back(actor=SYSTEM, reading_item_ids=[scene.january.pk], reason="重抄", at=make.noon(FEB), on=FEB)
    again = make.read_and_approve(scene.point, JAN, "170")

    assert VolumeAdjustment.objects.get().state == "REVERSED"
    assert [part.kind for part in again.consumption.parts.all()] == ["METER"]  # type: ignore[union-attr]
    assert Consumption.objects.count() == 3

"""Volume adjustments (增减水量): limits, two persons, states, and what becomes of the month's usage."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.models import Consumption, ConsumptionChange, ConsumptionPart, VolumeAdjustment
from qingyuan.domains.readings.operations.adjusting import AdjustmentDecided, OwnAdjustment
from qingyuan.domains.readings.operations.correcting import NothingToCorrect, UsageNegative
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.operations.taking import ItemNotOpen
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.files.queries import attachments_of
from tests.factories import readings as make
from tests.factories.platform import make_person

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("tests")
JAN, FEB = date(2025, 1, 15), date(2025, 2, 15)
ADJUST, DECIDE = "readings.adjust", "readings.decide_adjustments"
D = Decimal


class Scene:
    """A point whose January is approved at 60 m³, a clerk who may adjust, a supervisor who may both."""

    def __init__(self) -> None:
        self.town = make.make_town()
        self.point = make.make_point(self.town)
        make.plan(self.town, JAN)
        self.january = make.read_and_approve(self.point, JAN, "160")
        self.clerk = make_person(self.town.company_id, "readings.view", ADJUST, "files.attach")
        self.supervisor = make_person(self.town.company_id, "readings.view", ADJUST, DECIDE)

    def ask(self, change: str, actor: Actor | None = None) -> readings.AdjustmentResult:
        return readings.adjust_volume(
            actor=actor or self.clerk,
            reading_item_id=self.january.pk,
            change=D(change),
            reason="表后漏水",
            reason_code="LEAK",
            effect=D(0),
            on=FEB,
        )

    def approve(self, asked: readings.AdjustmentResult, actor: Actor | None = None) -> readings.AdjustmentResult:
        return readings.approve_adjustment(
            actor=actor or self.supervisor, adjustment_id=asked.adjustment_id, version=1, on=FEB
        )

    @property
    def usage(self) -> Decimal:
        self.january.refresh_from_db()
        assert self.january.usage_volume is not None
        return self.january.usage_volume

    def parts(self) -> list[tuple[str, Decimal]]:
        facts = queries.consumption_facts([self.january.pk])[self.january.pk]
        found = [(part.kind, part.volume) for part in facts.parts]
        assert sum(volume for _, volume in found) == facts.volume == self.usage
        return found


def stands(scene: Scene) -> tuple[object, ...]:
    """What a refusal must leave as it was."""
    rows = VolumeAdjustment.objects.order_by("id").values_list("state", "version", "change")
    return (scene.usage, Consumption.objects.count(), ConsumptionPart.objects.count(), list(rows))


def test_up_to_the_limit_one_person_adjusts_alone() -> None:
    scene = Scene()

    done = scene.ask("-10")

    assert (done.state, done.volume, done.change_ids) == ("APPROVED", D(50), ())
    assert scene.parts() == [("METER", D(60)), ("ADJUSTMENT", D(-10))]
    row = VolumeAdjustment.objects.get()
    assert (row.requested_by_id, row.decided_by_id, row.is_second_person) == (
        scene.clerk.staff_id,
        scene.clerk.staff_id,
        False,
    )


def test_over_the_limit_a_second_person_decides() -> None:
    scene = Scene()
    before = scene.parts()

    asked = scene.ask("-10.001")

    assert (asked.state, asked.volume) == ("REQUESTED", D(60))
    assert scene.parts() == before, "nothing holds before it is approved"
    done = scene.approve(asked)
    assert (done.state, done.volume) == ("APPROVED", D("49.999"))
    assert scene.parts() == [("METER", D(60)), ("ADJUSTMENT", D("-10.001"))]
    facts = queries.consumption_facts([scene.january.pk])[scene.january.pk]
    assert facts.parts[1].evidence == {
        "adjustment": asked.adjustment_no,
        "by": scene.supervisor.name,
        "reason": "表后漏水",
        "reason_code": "LEAK",
    }
    assert list(
        AuditEntry.objects.filter(object_key=asked.adjustment_no).order_by("id").values_list("action", flat=True)
    ) == [
        "readings.adjustment_requested",
        "readings.adjustment_approved",
    ]


def test_small_ones_together_are_large() -> None:
    scene = Scene()
    scene.ask("-6")

    second = scene.ask("5")

    assert second.state == "REQUESTED", "one up makes no room for one down"
    assert scene.usage == D(54)


def test_nobody_approves_their_own() -> None:
    scene = Scene()
    asked = scene.ask("-20", scene.supervisor)
    before = stands(scene)

    with pytest.raises(OwnAdjustment):
        scene.approve(asked)

    assert stands(scene) == before


def test_database_refuses_one_person_for_both() -> None:
    scene = Scene()
    asked = scene.ask("-20")

    with pytest.raises(IntegrityError), transaction.atomic():
        VolumeAdjustment.objects.filter(pk=asked.adjustment_id).update(
            state="APPROVED", decided_by_id=scene.clerk.staff_id
        )


def test_without_permission_nothing_is_asked_decided_or_undone() -> None:
    scene = Scene()
    stranger = make_person(scene.town.utility.west_id, "readings.view", ADJUST, DECIDE)
    asked = scene.ask("-20")
    before = stands(scene)

    for refused in (
        lambda: scene.ask("-1", stranger),
        lambda: scene.approve(asked, stranger),
        lambda: scene.approve(asked, make_person(scene.town.company_id, ADJUST)),
        lambda: readings.withdraw_adjustment(actor=stranger, adjustment_id=asked.adjustment_id, version=1, on=FEB),
        lambda: readings.refuse_adjustment(
            actor=stranger, adjustment_id=asked.adjustment_id, version=1, on=FEB, note="无据"
        ),
    ):
        with pytest.raises(NotPermitted):
            refused()

    assert stands(scene) == before
    with pytest.raises(NotFound):
        queries.adjustment_row(actor=stranger, adjustment_no=asked.adjustment_no, on=FEB)
    assert queries.adjustment_rows(actor=stranger, on=FEB)[1] == 0


def test_refused_and_withdrawn_change_nothing_and_are_final() -> None:
    scene = Scene()
    first, second = scene.ask("-20"), scene.ask("-30")
    parts = scene.parts()

    with pytest.raises(ReasonMissing):
        readings.refuse_adjustment(
            actor=scene.supervisor, adjustment_id=first.adjustment_id, version=1, on=FEB, note=" "
        )
    readings.refuse_adjustment(
        actor=scene.supervisor, adjustment_id=first.adjustment_id, version=1, on=FEB, note="无凭据"
    )
    readings.withdraw_adjustment(actor=scene.clerk, adjustment_id=second.adjustment_id, version=1, on=FEB)

    assert scene.parts() == parts
    assert list(VolumeAdjustment.objects.order_by("id").values_list("state", flat=True)) == ["REFUSED", "WITHDRAWN"]
    for asked in (first, second):
        with pytest.raises(AdjustmentDecided):
            scene.approve(asked)


def test_reversed_adjustment_leaves_the_others() -> None:
    scene = Scene()
    leak = scene.ask("-4")
    scene.ask("3")

    done = readings.reverse_adjustment(
        actor=scene.supervisor, adjustment_id=leak.adjustment_id, version=2, on=FEB, reason="未漏水"
    )

    assert (done.state, done.volume) == ("REVERSED", D(63))
    assert scene.parts() == [("METER", D(60)), ("ADJUSTMENT", D(3))]
    assert scene.ask("-7").state == "APPROVED", "what is reversed no longer counts in the limit"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"change": D(0)}, NothingToCorrect),
        ({"volume": D(60)}, NothingToCorrect),
        ({}, NothingToCorrect),
        ({"change": D(1), "volume": D(61)}, NothingToCorrect),
        ({"change": D("-60.001")}, UsageNegative),
        ({"change": D(1), "reason": "  "}, ReasonMissing),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, object], error: type[Exception]) -> None:
    scene = Scene()
    before = stands(scene)

    with pytest.raises(error):
        readings.adjust_volume(
            **{"actor": scene.clerk, "reading_item_id": scene.january.pk, "reason": "x", "on": FEB, **given}  # type: ignore[arg-type]
        )

    assert stands(scene) == before


def test_stale_decision_and_one_that_would_fall_below_zero_are_refused() -> None:
    scene = Scene()
    first, second = scene.ask("-40"), scene.ask("-30")
    with pytest.raises(StaleEdit):
        readings.approve_adjustment(actor=scene.supervisor, adjustment_id=first.adjustment_id, version=2, on=FEB)
    scene.approve(first)
    before = stands(scene)

    with pytest.raises(UsageNegative):
        scene.approve(second)

    assert stands(scene) == before


def test_reading_that_is_not_approved_is_not_adjusted() -> None:
    scene = Scene()
    make.plan(scene.town, FEB)
    make.read(scene.point, FEB, "200")

    with pytest.raises(ItemNotOpen):
        readings.adjust_volume(
            actor=scene.clerk,
            reading_item_id=make.reading_item(scene.point, 202502).pk,
            change=D(1),
            reason="x",
            on=FEB,
        )


def test_register_corrected_after_two_adjustments_keeps_both() -> None:
    scene = Scene()
    scene.ask("-6")
    scene.ask("2")

    readings.correct_after_billing(
        actor=SYSTEM, reading_item_id=scene.january.pk, reason="抄错", on=FEB, values={1: D(170)}
    )

    assert scene.parts() == [("METER", D(70)), ("ADJUSTMENT", D(-6)), ("ADJUSTMENT", D(2))]


def test_adjusted_estimate_keeps_its_adjustment_when_it_is_settled() -> None:
    """Estimated 62 (31 a month), 5 let off; then read 110 over 61 and 61 days: each span 55, and 5 are still let off."""
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read_and_approve(point, JAN, "160")
    make.plan(town, FEB)
    february = make.read_and_approve(point, FEB, None, "02")
    estimated = february.usage_volume
    readings.adjust_volume(actor=SYSTEM, reading_item_id=february.pk, change=D(-5), reason="协商", on=FEB)
    march = date(2025, 3, 15)
    make.plan(town, march)
    last = make.read_and_approve(point, march, "219")

    facts = queries.consumption_facts([february.pk, last.pk])

    assert estimated is not None and estimated > 0
    kinds = [(part.kind, part.volume) for part in facts[february.pk].parts]
    assert [kind for kind, _ in kinds] == ["TRUE_UP", "ADJUSTMENT"]
    assert kinds[1][1] == D(-5)
    assert facts[february.pk].volume == sum(volume for _, volume in kinds)
    assert facts[february.pk].volume + facts[last.pk].volume == D(59 - 5)


def test_billed_month_gives_one_change_of_usage_each_way() -> None:
    scene = Scene()
    readings.mark_billed(reading_item_ids=[scene.january.pk])

    asked = scene.ask("-20")
    assert ConsumptionChange.objects.count() == 0
    done = scene.approve(asked)
    undone = readings.reverse_adjustment(
        actor=scene.supervisor, adjustment_id=asked.adjustment_id, version=2, on=FEB, reason="撤"
    )

    changes = ConsumptionChange.objects.order_by("id")
    assert [(one.pk,) for one in changes] == [done.change_ids, undone.change_ids]
    assert [one.new_consumption.volume for one in changes] == [D(40), D(60)]
    assert {one.reason for one in changes} == {"CORRECTION"}


def test_reading_sent_back_drops_what_was_adjusted() -> None:
    scene = Scene()
    scene.ask("-6")
    scene.ask("-20")

    readings.send_back(actor=SYSTEM, reading_item_ids=[scene.january.pk], reason="重抄", at=make.noon(FEB), on=FEB)

    assert list(VolumeAdjustment.objects.order_by("id").values_list("state", flat=True)) == ["REVERSED", "WITHDRAWN"]
    again = make.read_and_approve(scene.point, JAN, "170")
    assert [(part.kind, part.volume) for part in again.consumption.parts.all()] == [("METER", D(70))]  # type: ignore[union-attr]


def test_evidence_hangs_on_the_adjustment() -> None:
    scene = Scene()
    content = b"%PDF-1.4 evidence"

    done = readings.adjust_volume(
        actor=scene.clerk,
        reading_item_id=scene.january.pk,
        change=D(-1),
        effect=D(0),
        reason="漏水",
        on=FEB,
        evidence=readings.Evidence("申请.pdf", "application/pdf", content),
    )

    [(purpose, info)] = attachments_of("volume_adjustment", done.adjustment_no)
    assert (purpose, info.name, info.size_bytes) == ("evidence", "申请.pdf", len(content))

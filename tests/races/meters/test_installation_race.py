"""One meter hung at two points at once, and two meters at one point."""

from decimal import Decimal

import pytest
from django.db import connection, transaction

from qingyuan.domains.meters import operations
from qingyuan.domains.meters.models import Installation, Meter
from qingyuan.domains.meters.operations import NewMeter, hanging
from qingyuan.domains.meters.operations.hanging import PointHasMeter
from qingyuan.domains.meters.operations.refusals import ChangedMeanwhile
from qingyuan.domains.meters.rules.states import MeterState
from tests.databases import InThread
from tests.factories.customers import make_account
from tests.factories.meters import INSTALLED_AT, ON, make_book, make_model, make_point, make_usage_class
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, make_utility

pytestmark = pytest.mark.race


@pytest.fixture
def points(committed_db: str) -> tuple[int, int]:
    """Two points whose meters were taken off on the day, and two meters M1, M2 in stock."""
    utility = make_utility()
    make_region(utility.company_id)
    make_community(utility.company_id)
    make_book()
    make_model(utility.company_id)
    make_usage_class(utility.company_id)
    for number in ("10000001", "10000002"):
        make_account(number)
    made = make_point("10000001"), make_point("10000002")
    rows = [NewMeter(number, number, "LXS-15") for number in ("M1", "M2")]
    operations.add_meters(actor=SYSTEM, company_id=utility.company_id, rows=rows, on=ON)
    for point_id in made:
        operations.remove_meter(
            actor=SYSTEM, point_id=point_id, at=INSTALLED_AT, final_values={1: Decimal(0)}, reason="OFF", on=ON
        )
    return made


def install(point_id: int, meter_no: str) -> None:
    operations.install_meter(
        actor=SYSTEM,
        point_id=point_id,
        meter_id=Meter.objects.get(meter_no=meter_no).pk,
        at=INSTALLED_AT,
        start_values={1: Decimal(0)},
        on=ON,
    )


def hanging_now() -> list[tuple[int, str]]:
    rows = Installation.objects.filter(removed_at__isnull=True).order_by("point_id")
    return list(rows.values_list("point_id", "meter__meter_no"))


def test_one_meter_at_two_points_is_refused_to_the_second(points: tuple[int, int]) -> None:
    with transaction.atomic():
        install(points[0], "M1")
        second = InThread(lambda: install(points[1], "M1"))
        assert second.is_blocked()
    with pytest.raises(ChangedMeanwhile):
        second.wait()

    assert hanging_now() == [(points[0], "M1")]


def test_two_meters_at_one_point_the_second_waits_and_is_refused(points: tuple[int, int]) -> None:
    with transaction.atomic():
        install(points[0], "M1")
        second = InThread(lambda: install(points[0], "M2"))
        assert second.is_blocked()
    with pytest.raises(PointHasMeter):
        second.wait()

    assert hanging_now() == [(points[0], "M1")]
    assert Meter.objects.get(meter_no="M2").state == "IN_STOCK"


def test_control_without_guards_one_meter_hangs_at_two_points(
    points: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows the race: without the database's exclusion and the check of the meter's state it happens."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE installation DROP CONSTRAINT installation_meter")
    monkeypatch.setattr(hanging, "INSTALLABLE", (*hanging.INSTALLABLE, MeterState.INSTALLED))

    with transaction.atomic():
        install(points[0], "M1")
        second = InThread(lambda: install(points[1], "M1"))
        assert second.is_blocked()
    second.wait()

    assert hanging_now() == [(points[0], "M1"), (points[1], "M1")]

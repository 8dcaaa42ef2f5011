"""The workflow of an exchange: meters and readings change together or not at all."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.meters.models import Installation, Meter, Register
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.errors import DomainError
from qingyuan.overviews.verify.every import verify_all
from qingyuan.workflows.exchange_meter import exchange_meter
from tests.factories import readings as make

pytestmark = pytest.mark.django_db


def _spare_meter(town: make.Town) -> int:
    meter = Meter.objects.create(company_id=town.company_id, meter_no="SPARE", model_id=town.model_id)
    Register.objects.create(company_id=town.company_id, meter=meter, digits=5, maximum=Decimal(100000))
    return meter.pk


def test_register_chain_holds_when_the_month_of_the_exchange_is_not_read() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, date(2025, 1, 15))
    make.read_and_approve(point, date(2025, 1, 15), "160")
    make.plan(town, date(2025, 2, 1))
    exchange_meter(
        actor=system_actor("tests"),
        point_id=point,
        at=make.noon(date(2025, 2, 5)),
        final_values={1: Decimal(190)},
        new_meter_id=_spare_meter(town),
        start_values={1: Decimal(5)},
        reason="到期轮换",
        on=date(2025, 2, 5),
    )

    make.plan(town, date(2025, 3, 1))

    assert [each.breaches for each in verify_all({10})] == [()]
    march = make.read_and_approve(point, date(2025, 3, 15), "25")
    assert march.usage_volume == Decimal(50)  # 160 → 190 and 5 → 25
    assert [each.breaches for each in verify_all({10})] == [()]


def test_open_item_is_cut_into_old_and_new_meter() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, date(2025, 1, 15))
    make.read_and_approve(point, date(2025, 1, 15), "160")
    make.plan(town, date(2025, 2, 1))

    done = exchange_meter(
        actor=system_actor("tests"),
        point_id=point,
        at=make.noon(date(2025, 2, 5)),
        final_values={1: Decimal(190)},
        new_meter_id=_spare_meter(town),
        start_values={1: Decimal(5)},
        reason="到期轮换",
        on=date(2025, 2, 5),
    )

    assert done.reading_item_ids == (make.reading_item(point, 202502).pk,)
    february = make.read_and_approve(point, date(2025, 2, 15), "17")
    assert february.usage_volume == Decimal(42)
    assert [one.meter_no for one in february.segments.order_by("position")] == ["MP1000001", "SPARE"]


def test_refused_exchange_changes_nothing() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, date(2025, 1, 15))

    with pytest.raises(DomainError):
        exchange_meter(
            actor=system_actor("tests"),
            point_id=point,
            at=make.noon(date(2025, 2, 5)),
            final_values={1: Decimal(190)},
            new_meter_id=Meter.objects.get(meter_no="MP1000001").pk,
            start_values={1: Decimal(5)},
            reason="到期轮换",
            on=date(2025, 2, 5),
        )

    assert Installation.objects.get().removed_at is None
    assert make.reading_item(point, 202501).revision == 1

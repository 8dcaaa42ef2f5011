"""Mains beside the sum of their subs: differences, what is missing, levels, reach."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.meters.models import MeterLink
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.operations import adjust_volume
from qingyuan.domains.readings.queries import MainComparison
from tests.factories import readings as make
from tests.factories.platform import SYSTEM, make_person

pytestmark = pytest.mark.django_db
JAN, FEB = date(2025, 1, 15), date(2025, 2, 15)


def _link(town: make.Town, main: int, sub: int, kind: str, until: date | None = None) -> None:
    MeterLink.objects.create(
        company_id=town.company_id, main_id=main, sub_id=sub, kind=kind, from_date=make.OPENED, to_date=until
    )


def _compared(town: make.Town, month: int = 202501) -> dict[str, MainComparison]:
    period = make.period_id(town, month)
    found = queries.main_comparisons(actor=SYSTEM, company_id=town.company_id, period_id=period, on=JAN)
    return {row.point_no: row for row in found}


def test_difference_and_its_share_of_a_main_that_is_only_compared() -> None:
    town = make.make_town()
    main = make.make_point(town, "MAIN", never_billed=True)
    for sub in (subs := make.make_points(town, 2, prefix="SUB")):
        _link(town, main, sub, "CHECK")
    make.plan(town, JAN)
    make.read_and_approve(main, JAN, "200")
    make.read_and_approve(subs[0], JAN, "160")
    make.read_and_approve(subs[1], JAN, "132")

    row = _compared(town)["MAIN000001"]

    assert (row.kind, row.level, row.above, row.subs, row.unread_subs) == ("CHECK", 1, (), 2, ())
    assert (row.usage, row.subs_volume, row.difference) == (Decimal(100), Decimal(92), Decimal(8))
    assert row.ratio == Decimal("0.0800")


def test_no_difference_is_shown_while_a_sub_is_missing() -> None:
    town = make.make_town()
    other_book = make.make_book(town.company_id, town.utility.east_id, "01-B")
    main = make.make_point(town, "MAIN")
    subs = make.make_points(town, 3, prefix="SUB", book_id=other_book)
    for sub in subs:
        _link(town, main, sub, "DEDUCT")
    make.plan(town, JAN, book_ids=[town.book_id])
    make.read_and_approve(main, JAN, "200")

    unplanned = _compared(town)["MAIN000001"]
    make.plan(town, JAN, book_ids=[other_book])
    make.read_and_approve(subs[0], JAN, "160")
    make.read(subs[1], JAN, "120")
    partly = _compared(town)["MAIN000001"]

    assert unplanned.unread_subs == ("SUB000001", "SUB000002", "SUB000003")
    assert (unplanned.difference, unplanned.ratio) == (None, None)
    assert (partly.unread_subs, partly.subs_volume) == (("SUB000002", "SUB000003"), Decimal(60))
    assert partly.difference is None


def test_a_sub_that_is_not_due_is_not_missing() -> None:
    town = make.make_town()
    bimonthly = make.make_book(town.company_id, town.utility.east_id, "01-B", months_interval=2, phase_month=2)
    main = make.make_point(town, "MAIN")
    (sub,) = make.make_points(town, 1, prefix="SUB", book_id=bimonthly)
    _link(town, main, sub, "CHECK")
    make.plan(town, JAN, book_ids=[town.book_id])
    make.read_and_approve(main, JAN, "110")

    row = _compared(town)["MAIN000001"]

    assert (row.unread_subs, row.difference, row.ratio) == ((), Decimal(10), Decimal(1))


def test_main_not_approved_below_its_subs_and_of_nothing() -> None:
    town = make.make_town()
    unread, below, still = make.make_points(town, 3, prefix="MAIN")
    subs = make.make_points(town, 3, prefix="SUB")
    for main, sub in zip((unread, below, still), subs, strict=True):
        _link(town, main, sub, "DEDUCT")
    make.plan(town, JAN)
    make.read(unread, JAN, "150")
    make.read_and_approve(below, JAN, "110")
    make.read_and_approve(still, JAN, "100")
    for sub, value in zip(subs, ("120", "112", "100"), strict=True):
        make.read_and_approve(sub, JAN, value)

    found = _compared(town)

    assert (found["MAIN000001"].usage, found["MAIN000001"].difference) == (None, None)
    assert (found["MAIN000002"].difference, found["MAIN000002"].ratio) == (Decimal(-2), Decimal("-0.2000"))
    assert (found["MAIN000003"].difference, found["MAIN000003"].ratio) == (Decimal(0), None)


def test_levels_and_the_newest_revision_of_a_corrected_sub() -> None:
    town = make.make_town()
    top, middle = make.make_points(town, 2, prefix="MAIN")
    (sub,) = make.make_points(town, 1, prefix="SUB")
    _link(town, top, middle, "CHECK")
    _link(town, middle, sub, "DEDUCT")
    make.plan(town, JAN)
    for point, value in ((top, "220"), (middle, "200"), (sub, "190")):
        make.read_and_approve(point, JAN, value)
    adjust_volume(
        actor=SYSTEM, reading_item_id=make.reading_item(sub, 202501).pk, reason="抄错", on=JAN, volume=Decimal(80)
    )

    found = _compared(town)

    assert (found["MAIN000001"].level, found["MAIN000001"].above) == (1, ())
    assert (found["MAIN000002"].level, found["MAIN000002"].above) == (2, ("MAIN000001",))
    assert found["MAIN000001"].difference == Decimal(20)
    assert (found["MAIN000002"].subs_volume, found["MAIN000002"].difference) == (Decimal(80), Decimal(20))


def test_a_link_that_ended_before_the_period_counts_no_more() -> None:
    town = make.make_town()
    main = make.make_point(town, "MAIN")
    one, other = make.make_points(town, 2, prefix="SUB")
    _link(town, main, one, "CHECK")
    _link(town, main, other, "CHECK", until=date(2025, 1, 20))
    for day, values in ((JAN, ("150", "120", "110")), (FEB, ("200", "140", "130"))):
        make.plan(town, day)
        for point, value in zip((main, one, other), values, strict=True):
            make.read_and_approve(point, day, value)

    january, february = _compared(town)["MAIN000001"], _compared(town, 202502)["MAIN000001"]

    assert (january.subs, january.difference) == (2, Decimal(20))
    assert (february.subs, february.difference) == (1, Decimal(30))


def test_what_the_subs_of_a_main_share_stands_beside_its_difference() -> None:
    town = make.make_town()
    shared, waits = make.make_points(town, 2, prefix="MAIN")
    subs = make.make_points(town, 4, prefix="SUB")
    make.share_difference(town, shared, subs[:2], cap="0.05")
    make.share_difference(town, waits, subs[2:])
    make.plan(town, JAN)
    for point, value in ((shared, "200"), (waits, "200"), (subs[0], "140"), (subs[1], "150"), (subs[2], "140")):
        make.read_and_approve(point, JAN, value)

    found = _compared(town)

    assert (found["MAIN000001"].difference, found["MAIN000001"].shared) == (Decimal(10), Decimal(5))
    assert (found["MAIN000002"].difference, found["MAIN000002"].shared) == (None, None)


def test_mains_of_another_unit_are_not_shown() -> None:
    town = make.make_town()
    main, sub = make.make_points(town, 2)
    _link(town, main, sub, "CHECK")
    make.plan(town, JAN)
    stranger = make_person(town.utility.west_id, "readings.view", login="west")
    period = make.period_id(town, 202501)

    assert queries.main_comparisons(actor=stranger, company_id=town.company_id, period_id=period, on=JAN) == ()
    assert "P000001" in _compared(town)

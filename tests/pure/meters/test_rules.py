"""Shares, links, registers, rows to install, states of meters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.meters.rules import installing, shares
from qingyuan.domains.meters.rules.installing import NewInstallation, NewRegister, check, check_dates
from qingyuan.domains.meters.rules.lifecycle import FOLLOWS, MeterStateNotAllowed, check_transition
from qingyuan.domains.meters.rules.links import LinkCycle, check_acyclic
from qingyuan.domains.meters.rules.registers import (
    RegistersIncomplete,
    RegisterValueInvalid,
    check_values,
    civil_date,
    maximum,
)
from qingyuan.domains.meters.rules.shares import NewShare, check_shares
from qingyuan.domains.meters.rules.states import MeterState, PointKind, ShareKind
from qingyuan.kernel.errors import DomainError

FIXED, RATIO = ShareKind.FIXED, ShareKind.RATIO
REST = NewShare("RESIDENTIAL")
ROW = NewInstallation(
    place="row 1",
    account_no="1",
    book_no="B",
    shares=(REST,),
    installed_at=datetime(2025, 6, 1, tzinfo=UTC),
    meter_no="W1",
    model_code="LXS-15",
)


@pytest.mark.parametrize(
    "given",
    [
        (REST,),
        (NewShare("A", FIXED, Decimal(20)), REST),
        (NewShare("A", RATIO, Decimal("0.5")), NewShare("B", RATIO, Decimal("0.5")), REST),
        (NewShare("A", FIXED, Decimal("0.001")), NewShare("B", RATIO, Decimal(1)), REST),
    ],
)
def test_check_shares_passes(given: tuple[NewShare, ...]) -> None:
    check_shares(given)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ((), shares.RemainderNotLast),
        ((NewShare("A", RATIO, Decimal(1)),), shares.RemainderNotLast),
        ((REST, NewShare("A", FIXED, Decimal(1))), shares.RemainderNotLast),
        ((NewShare("A"), REST), shares.RemainderNotLast),
        ((NewShare("A", RATIO, Decimal("0.5")), NewShare("B", FIXED, Decimal(1)), REST), shares.ShareOrderWrong),
        ((NewShare("A", RATIO, Decimal("1.001")), REST), shares.ShareValueInvalid),
        ((NewShare("A", RATIO, Decimal(0)), REST), shares.ShareValueInvalid),
        ((NewShare("A", FIXED, Decimal("0.0001")), REST), shares.ShareValueInvalid),
        ((NewShare("A", FIXED), REST), shares.ShareValueInvalid),
        ((NewShare("A", value=Decimal(1)),), shares.ShareValueInvalid),
        ((NewShare("A", RATIO, Decimal("0.6")), NewShare("B", RATIO, Decimal("0.5")), REST), shares.SharesExceedWhole),
        ((NewShare("RESIDENTIAL", FIXED, Decimal(1)), REST), shares.ShareClassRepeated),
    ],
)
def test_check_shares_refuses(given: tuple[NewShare, ...], error: type[DomainError]) -> None:
    with pytest.raises(error):
        check_shares(given)


@pytest.mark.parametrize(
    ("edges", "new", "ring"),
    [
        ([], [(1, 2)], False),
        ([], [(1, 1)], True),
        ([(1, 2)], [(2, 1)], True),
        ([(1, 2), (2, 3)], [(3, 1)], True),
        ([(1, 2), (1, 3)], [(2, 4), (3, 4)], False),
        ([], [(1, 2), (2, 3), (3, 1)], True),
    ],
)
def test_check_acyclic(edges: list[tuple[int, int]], new: list[tuple[int, int]], ring: bool) -> None:
    if not ring:
        check_acyclic(edges, new)
        return
    with pytest.raises(LinkCycle):
        check_acyclic(edges, new)


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=14))
def test_what_check_acyclic_passes_can_be_put_in_order(new: list[tuple[int, int]]) -> None:
    try:
        check_acyclic([], new)
    except LinkCycle:
        return

    left = {point for edge in new for point in edge}
    while left:
        tops = {point for point in left if not any(sub == point and main in left for main, sub in new)}
        assert tops
        left -= tops


@pytest.mark.parametrize(
    ("value", "right"),
    [("0", True), ("99999.9", True), ("100000", False), ("-0.1", False), ("12.34", False), ("NaN", False)],
)
def test_check_values(value: str, right: bool) -> None:
    registers = {1: (maximum(5), 1)}

    if right:
        check_values({1: Decimal(value)}, registers)
        return
    with pytest.raises(RegisterValueInvalid):
        check_values({1: Decimal(value)}, registers)


def test_check_values_wants_each_register_once() -> None:
    with pytest.raises(RegistersIncomplete):
        check_values({1: Decimal(0)}, {1: (maximum(5), 0), 2: (maximum(4), 0)})


def test_civil_date_is_taken_where_the_company_is() -> None:
    instant = datetime(2025, 6, 1, 17, 0, tzinfo=UTC)

    assert civil_date(instant, "Asia/Shanghai") == date(2025, 6, 2)
    assert civil_date(instant, "UTC") == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"meter_no": "表1"}, installing.PointNoInvalid),
        ({"point_no": "=1+1"}, installing.PointNoInvalid),
        ({"meter_no": ""}, installing.MeterMissing),
        ({"installed_at": None}, installing.MeterMissing),
        ({"kind": PointKind.UNMETERED, "meter_no": "", "installed_at": None}, installing.FixedVolumeMissing),
        ({"fixed_volume": Decimal(0)}, installing.FixedVolumeMissing),
        ({"quota": Decimal("0.0001")}, installing.QuotaInvalid),
        ({"calibre": 7}, installing.CalibreInvalid),
        ({"multiplier": Decimal(0)}, installing.MultiplierInvalid),
        ({"multiplier": Decimal("0.0000001")}, installing.MultiplierInvalid),
        ({"registers": (NewRegister(1, 5), NewRegister(1, 5))}, installing.RegistersInvalid),
        ({"registers": (NewRegister(1, 2),)}, installing.RegistersInvalid),
        ({"registers": (NewRegister(1, 5, start_value=Decimal(100_000)),)}, RegisterValueInvalid),
        ({"shares": ()}, shares.RemainderNotLast),
    ],
)
def test_check_refuses(changes: dict[str, Any], error: type[DomainError]) -> None:
    with pytest.raises(error):
        check(replace(ROW, **changes))


def test_check_passes_a_good_row() -> None:
    check(ROW)
    check(replace(ROW, kind=PointKind.UNMETERED, meter_no="", installed_at=None, fixed_volume=Decimal(8)))


def test_check_dates() -> None:
    on = date(2025, 6, 1)
    check_dates(opened_date=on, installed_date=on, account_opened_date=on, on=on)

    with pytest.raises(installing.InstalledInFuture):
        check_dates(opened_date=on, installed_date=date(2025, 6, 2), account_opened_date=on, on=on)
    with pytest.raises(installing.InstalledInFuture):
        check_dates(opened_date=on, installed_date=date(2025, 5, 31), account_opened_date=date(2025, 1, 1), on=on)
    with pytest.raises(installing.BeforeAccountOpened):
        check_dates(opened_date=date(2025, 5, 1), installed_date=on, account_opened_date=on, on=on)


@pytest.mark.parametrize("now", list(MeterState))
@pytest.mark.parametrize("wanted", list(MeterState))
def test_check_transition(now: MeterState, wanted: MeterState) -> None:
    if wanted in FOLLOWS[now]:
        check_transition(now, wanted)
        return
    with pytest.raises(MeterStateNotAllowed):
        check_transition(now, wanted)

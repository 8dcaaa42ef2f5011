"""The rules of simulations without a database: reading snapshots in parts, spread, examples, window, sums."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.billing.rules.snapshot import render_request
from qingyuan.domains.billing.rules.snapshot_parts import parts_of, pieces_of
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat, parse_request
from qingyuan.domains.simulations.rules.examples import example_places
from qingyuan.domains.simulations.rules.outcome import Outcome
from qingyuan.domains.simulations.rules.spread import BINS, UNCHANGED, bin_of
from qingyuan.domains.simulations.rules.sums import add_bills, add_cycle, empty_cell, merge
from qingyuan.domains.simulations.rules.window import lead_month
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.request import (
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    TierUse,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)
from qingyuan.kernel.period import Month

D = Decimal
YEARLY = """
format: qingyuan-tariff/1
code: yearly
name: 年阶梯
effective: {{from: '2020-01-01', to: null}}
tiers: {{limits: ['220', '300'], cycle_months: {months}, straddle: {straddle}}}
charges: [{{item: water, name: 水, price: ['1', '2', '3']}}]
"""

# What stands in texts must not be taken for a mark of the snapshot.
AWKWARD = st.sampled_from(
    ["", "M1", '"pieces":[', '],"shares":', ',"tier_use":[', '["2025-01-01","2025-02-01","1",[', ',"kind":"']
)
days = st.dates(date(2024, 1, 1), date(2025, 12, 1))
volumes = st.decimals(D("-50"), D("500"), places=3)


@st.composite
def requests(draw: st.DrawFn) -> RatingRequest:
    dated = draw(st.booleans())
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        step = UsageStep(draw(AWKWARD) or "register", D(1), draw(AWKWARD), D(1), None, None)
        day = draw(days) if dated else None
        pieces.append(UsagePiece(draw(volumes), day, day and date(2026, 1, 1), (step,)))
    ref = VersionRef("p", date(2020, 1, 1), date(2020, 1, 1))
    return RatingRequest(
        pieces=tuple(pieces),
        shares=(UsageShare((ref,)),),
        people=(PeopleFrom(None, 5),) if draw(st.booleans()) else (),
        quota=(QuotaFrom(None, D(90)),) if draw(st.booleans()) else (),
        relief=(draw(AWKWARD),) if draw(st.booleans()) else (),
        tier_use=(TierUse("R", date(2025, 1, 1), D("7.000")),) if draw(st.booleans()) else (),
    )


@given(requests())
def test_the_parts_of_a_snapshot_say_what_the_whole_says(request: RatingRequest) -> None:
    text = f'{{"account":"1","group":"1","input":{render_request(request, request.tier_use)},"kind":"REGULAR","period":202501}}'
    parts = parts_of(text)

    rest = parse_request(json.loads(parts.condition_text))
    found = replace(rest, pieces=pieces_of(parts.pieces))

    bare = tuple(replace(piece, steps=()) for piece in request.pieces)
    assert replace(found, pieces=tuple(replace(piece, steps=()) for piece in found.pieces)) == replace(
        request, pieces=bare, tier_use=()
    )


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(UnknownFormat):
        parts_of("{}", hash_format="qy-run/0")


@pytest.mark.parametrize(
    ("base", "new", "place"),
    [
        (100_00, 100_00, UNCHANGED),
        (100_00, 100_01, UNCHANGED + 1),
        (100_00, 105_00, UNCHANGED + 1),
        (100_00, 105_01, UNCHANGED + 2),
        (100_00, 150_00, BINS - 2),
        (100_00, 150_01, BINS - 1),
        (100_00, 99_99, UNCHANGED - 1),
        (100_00, 95_00, UNCHANGED - 1),
        (100_00, 94_99, UNCHANGED - 2),
        (100_00, 80_00, 1),
        (100_00, 79_99, 0),
        (0, 0, UNCHANGED),
        (0, 1, BINS - 1),
        (0, -1, 0),
    ],
)
def test_an_edge_belongs_to_the_bin_nearer_to_nothing(base: int, new: int, place: int) -> None:
    assert bin_of(base, new) == place


def test_examples_are_the_middle_of_each_tenth() -> None:
    assert example_places(3) == (0, 1, 2)
    assert example_places(10) == tuple(range(10))
    assert example_places(100) == (5, 15, 25, 35, 45, 55, 65, 75, 85, 95)
    assert example_places(0) == ()


@pytest.mark.parametrize(
    ("months", "straddle", "anchors", "lead"),
    [
        (12, "by_period", (), (2025, 1)),
        (12, "by_period", ("09-01",), (2024, 9)),
        (12, "by_days", (), (2024, 1)),
        (2, "by_period", (), (2025, 6)),
    ],
)
def test_reading_starts_where_the_cycle_does(
    months: int, straddle: str, anchors: tuple[str, ...], lead: tuple[int, int]
) -> None:
    text = YEARLY.format(months=months, straddle=straddle)
    if months == 2:
        text = text.replace("straddle: by_period", "mode: cumulative, cycle_starts: '02-01'")
    version = parse_version(text)
    assert lead_month(Month(2025, 6), [version], anchors) == Month(*lead)


def test_a_plan_without_running_tiers_needs_no_earlier_bills() -> None:
    version = parse_version(YEARLY.format(months=1, straddle="by_period"))
    assert lead_month(Month(2025, 6), [version], ["09-01"]) == Month(2025, 6)


def test_cells_add_up_in_any_order() -> None:
    base = Outcome(100, 5000, (("water", 60), ("sewage", 40)), (5000,), 1)
    new = Outcome(130, 5000, (("water", 90), ("base", 40)), (3000, 2000), 2)
    one, other = empty_cell(), empty_cell()
    add_bills(one, base, new, count=3, issued=300)
    add_cycle(one, 1, 2)
    add_bills(other, new, base, count=1, issued=130)
    add_cycle(other, 1, 1, 4)

    forward, backward = empty_cell(), empty_cell()
    for cell in (one, other):
        merge(forward, cell)
    for cell in (other, one):
        merge(backward, cell)

    assert forward == backward == {
        "bills": 4,
        "litres": 20000,
        "issued": 430,
        "base": 430,
        "new": 490,
        "items": {"water": [270, 330], "sewage": [120, 40], "base": [40, 120]},
        "tiers": [[18000, 2000], [14000, 6000]],
        "cycles": [[], [4, 1]],
    }  # fmt: skip

"""How a volume follows from two figures: each step says its own sum, and none that does not give the volume."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explain_usage import explain_usage
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import Tax, Treatment
from qingyuan.domains.tariffs.rules.request import (
    ItemTax,
    PeopleFrom,
    RatingRequest,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)

D = Decimal
SINCE = date(2013, 8, 1)
TIERED = """
format: qingyuan-tariff/1
code: p
name: 居民
effective: {from: '2013-08-01', to: null}
tiers: {limits: ['220', '300'], cycle_months: 12}
household: {base_people: 4, extra_per_person: '72'}
charges:
  - {item: water, name: 水费, price: ['1.92', '3.30', '4.30']}
  - {item: sewage, name: 污水费, price: '1.70', volume_factor: '0.9', volume_rounding: {scale: 0, mode: half_up, at: tier}}
"""


def step(kind: str, volume: str, previous: str = "", current: str = "", multiplier: str = "1") -> UsageStep:
    if not previous:
        return UsageStep(kind, D(volume), "M1/1")
    return UsageStep(kind, D(volume), "M1/1", D(previous), D(current), D(multiplier))


def asked(*pieces: UsagePiece, **given: object) -> RatingRequest:
    share = UsageShare((VersionRef("p", SINCE, SINCE),))
    return RatingRequest(pieces=pieces, shares=(share,), period_date=date(2026, 2, 1), **given)  # type: ignore[arg-type]


def texts(node: Node) -> list[str]:
    return [each.text(lambda label: label) for each in node.walk()]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (step("METER", "31", "540", "571"), "step_register", "Meter M1: reading 571 − previous 540 = 31 m³"),
        (
            step("METER", "620", "540", "571", "20"),
            "step_multiplied",
            "Meter M1: (reading 571 − previous 540) × multiplier 20 = 620 m³",
        ),
        (
            step("METER", "15", "99990", "5"),
            "step_rollover",
            "Meter M1 went past its highest figure and started from 0 again: (100000 − previous 99990 + reading 5) × multiplier 1 = 15 m³",
        ),
        (
            step("METER", "10", "50", "40"),
            "step_reversed",
            "Meter M1 counts down: (previous 50 − reading 40) × multiplier 1 = 10 m³",
        ),
        (step("METER", "40", "100", "160"), "step_shown", "Meter M1, previous 100, now 160: 40 m³ counted"),
        (step("METER", "9", "100", "101"), "step_shown", "Meter M1, previous 100, now 101: 9 m³ counted"),
        (step("TRUE_UP", "21.017", "150", "175"), "step_settled", None),
        (step("TRUE_UP", "25", "150", "175"), "step_register", None),
        (step("ESTIMATE", "25", "150", "175"), "step_estimate", None),
        (step("SUBS", "-7"), "step_sub", "Less sub-meter M1/1, which has its own bill: 7 m³"),
        (step("FIXED", "12"), "step", "Fixed volume M1/1: 12 m³"),
    ],
)
def test_each_way_of_counting_has_its_own_sentence(given: UsageStep, code: str, said: str | None) -> None:
    piece = UsagePiece(max(given.volume, D(0)), date(2026, 1, 20), date(2026, 2, 20), (given,))

    told = explain_usage(asked(piece)).children[0].children[0]

    assert told.code == code
    if said is not None:
        assert told.text(lambda label: label) == said


def test_volume_alone_says_no_more_than_itself() -> None:
    assert texts(explain_usage(asked(UsagePiece(D(20))))) == ["Water used: 20 m³"]


def test_household_change_and_what_is_left_in_the_tiers() -> None:
    catalogue = Catalogue([parse_version(TIERED)])
    people = (PeopleFrom(date(2025, 1, 1), 4), PeopleFrom(date(2026, 2, 1), 6))
    january = UsagePiece(D(230), date(2026, 1, 20), date(2026, 2, 20))
    february = UsagePiece(D(80), date(2026, 2, 20), date(2026, 3, 20))

    told = texts(explain(asked(january, february, people=people), catalogue))

    assert "Household of 6 registered from 2026-02-01: holds for usage that starts on that day or later" in told
    assert "Tier 1 (0 to 220): 220 was left, this takes 220, 0 m³ remains" in told
    assert "Tier 3 (above 300): not reached" in told
    assert "Household of 6: each of the 2 people above 4 adds 72 m³ to the limits" in told
    assert "Tier 1 (0 to 364): 134 was left, this takes 80, 54 m³ remains" in told
    assert "Charged volume: 310 × 90%, tier by tier to 0 decimal places (rounded half up): 279 m³" in told


def test_tax_on_top_names_what_it_is_taken_of() -> None:
    catalogue = Catalogue([parse_version(TIERED)])
    tax = ItemTax("water", Tax(Treatment.TAXED, D("0.06"), included=False))

    tree = explain(replace(asked(UsagePiece(D(250))), item_taxes=(tax,)), catalogue)

    assert [each for each in texts(tree) if each.startswith("Tax on top")] == [
        "Tax on top: 6% of 422.40 = 25.34",
        "Tax on top: 6% of 99.00 = 5.94",
    ]

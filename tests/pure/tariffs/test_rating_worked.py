"""Longer worked computations: what one case row cannot show."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.tariffs.rules.catalogue import Catalogue, NoVersionInForce, VersionTwice
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.plan import MonthDay, Tax, Treatment
from qingyuan.domains.tariffs.rules.rate import CreditExceedsUse, needed_tier_use, rate
from qingyuan.domains.tariffs.rules.request import (
    ItemTax,
    PeopleFrom,
    ShareKind,
    TierUse,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.domains.tariffs.rules.snapshot import (
    request_from_snapshot,
    request_to_snapshot,
)
from tests.pure.tariffs.plans import SHANGHAI, plan, request

_YEAR = date(2014, 1, 1)


def _total(catalogue: Catalogue, usage: int, used: int) -> Decimal:
    return rate(request(catalogue, "sh", str(usage), used=str(used)), catalogue).total


def test_six_bills_of_sixty_when_the_second_was_really_forty() -> None:
    catalogue = Catalogue([plan()])
    billed = [_total(catalogue, 60, used) for used in range(0, 360, 60)]
    right = [
        _total(catalogue, volume, used)
        for volume, used in [(60, 0), (40, 60), (60, 100), (60, 160), (60, 220), (60, 280)]
    ]

    rebill_of_second = right[1] - billed[1]
    proposal = [after - before for before, after in zip(billed[2:], right[2:], strict=True)]

    assert (billed[1], right[1]) == (Decimal("207.00"), Decimal("138.00"))
    assert proposal == [Decimal("0.00"), Decimal("-27.60"), Decimal("0.00"), Decimal("-20.00")]
    assert rebill_of_second + sum(proposal) == Decimal("-116.60")


def test_water_credit_of_shanghai() -> None:
    catalogue = Catalogue([plan()])

    result = rate(request(catalogue, "sh", "-40", used="280"), catalogue)

    assert [(line.item_code, line.tier, line.volume, line.amount) for line in result.lines] == [
        ("water", 2, Decimal(-40), Decimal("-132.00")),
        ("sewage", None, Decimal("-36.0"), Decimal("-61.20")),
    ]
    assert result.tier_entries == (TierUse("RESIDENTIAL", _YEAR, Decimal(-40)),)
    assert result.tier_use_after == (TierUse("RESIDENTIAL", _YEAR, Decimal(240)),)


def test_credit_above_use_is_refused() -> None:
    catalogue = Catalogue([plan()])

    with pytest.raises(CreditExceedsUse):
        rate(request(catalogue, "sh", "-40", used="39.999"), catalogue)


def test_only_one_item_counts_in_tier_use() -> None:
    both_tiered = SHANGHAI.replace("price: '1.70'", "price: ['1', '2', '3']")
    catalogue = Catalogue([plan(both_tiered)])

    result = rate(request(catalogue, "sh", "40", used="200"), catalogue)

    assert [(line.item_code, line.metered_volume) for line in result.lines if line.counts] == [
        ("water", Decimal(20)),
        ("water", Decimal(20)),
    ]


# Cycles


def _keys(text: str, start: date, end: date, **facts: object) -> list[date | None]:
    catalogue = Catalogue([plan(text)])
    asked = replace(request(catalogue, "sh", "60", start=start, end=end), **facts)  # type: ignore[arg-type]
    return [cycle for _, cycle in needed_tier_use(asked, catalogue)]


def test_bill_belongs_to_the_cycle_of_its_reading_period() -> None:
    assert _keys(SHANGHAI, date(2013, 12, 15), date(2014, 1, 15)) == [_YEAR]
    assert _keys(SHANGHAI, date(2013, 11, 15), date(2013, 12, 15)) == [date(2013, 1, 1)]


@pytest.mark.parametrize(
    ("end", "months", "cycle"),
    [
        (date(2014, 1, 15), 1, date(2013, 1, 1)),
        (date(2014, 2, 15), 1, date(2014, 1, 1)),
        (date(2014, 2, 15), 2, date(2013, 1, 1)),
        (date(2014, 1, 28), 0, date(2013, 1, 1)),
    ],
)
def test_first_period_of_a_cycle_may_count_in_the_old_one(end: date, months: int, cycle: date) -> None:
    text = SHANGHAI.replace("cycle_months: 12", "cycle_months: 12, first_period: old")

    assert _keys(text, date(2013, 12, 15), end, months=months) == [cycle]


def test_first_period_of_a_new_account_stays_in_its_cycle() -> None:
    text = SHANGHAI.replace("cycle_months: 12", "cycle_months: 12, first_period: old")

    assert _keys(text, date(2014, 1, 5), date(2014, 1, 15), opened=date(2014, 1, 5)) == [_YEAR]


def test_cycle_starts_and_anchor_move_the_cycle() -> None:
    tianjin = SHANGHAI.replace("cycle_months: 12", "cycle_months: 12, cycle_starts: 11-01")

    assert _keys(tianjin, date(2013, 12, 15), date(2014, 1, 15)) == [date(2013, 11, 1)]
    assert _keys(tianjin, date(2013, 10, 15), date(2013, 11, 15)) == [date(2013, 11, 1)]
    assert _keys(SHANGHAI, date(2014, 2, 15), date(2014, 3, 15), anchor=MonthDay(3, 15)) == [date(2013, 3, 15)]
    assert _keys(SHANGHAI, date(2014, 3, 15), date(2014, 4, 15), anchor=MonthDay(3, 15)) == [date(2014, 3, 15)]
    quarter = SHANGHAI.replace("cycle_months: 12", "cycle_months: 3, mode: cumulative")
    assert _keys(quarter, date(2014, 7, 15), date(2014, 8, 15), anchor=MonthDay(1, 31)) == [date(2014, 7, 31)]


def test_bill_cut_at_the_cycle_counts_in_both() -> None:
    catalogue = Catalogue([plan(SHANGHAI.replace("cycle_months: 12", "cycle_months: 12, straddle: by_days"))])
    asked = request(catalogue, "sh", "60", start=date(2013, 12, 16), end=date(2014, 1, 15), used="0")
    asked = replace(asked, tier_use=(TierUse("RESIDENTIAL", date(2013, 1, 1), Decimal(210)),))

    result = rate(asked, catalogue)

    assert result.tier_entries == (
        TierUse("RESIDENTIAL", date(2013, 1, 1), Decimal(32)),
        TierUse("RESIDENTIAL", _YEAR, Decimal(28)),
    )
    assert result.tier_volumes == (Decimal(38), Decimal(22), Decimal(0))


# Versions


def test_three_versions_in_one_piece_take_their_days_and_the_last_the_rest() -> None:
    first, second, third = (
        plan(SHANGHAI.replace("2013-08-01", day).replace("1.92", price))
        for day, price in [("2013-01-01", "1.00"), ("2014-01-11", "2.00"), ("2014-01-21", "3.00")]
    )
    catalogue = Catalogue([third, first, second])

    result = rate(request(catalogue, "sh", "100", start=date(2014, 1, 1), end=date(2014, 1, 31)), catalogue)

    water = [line for line in result.lines if line.item_code == "water"]
    assert [(line.version_date, line.volume) for line in water] == [
        (date(2013, 1, 1), Decimal(33)),
        (date(2014, 1, 11), Decimal(33)),
        (date(2014, 1, 21), Decimal(34)),
    ]


def test_zero_day_piece_takes_the_version_of_its_date() -> None:
    old, new = plan(SHANGHAI), plan(SHANGHAI.replace("2013-08-01", "2014-05-01").replace("1.92", "9.00"))
    catalogue = Catalogue([old, new])
    day = date(2014, 5, 1)
    pieces = (UsagePiece(Decimal(10), date(2014, 4, 1), day), UsagePiece(Decimal(5), day, day))
    asked = replace(
        request(catalogue, "sh", "1"),
        pieces=pieces,
        shares=(UsageShare(catalogue.refs("sh", date(2014, 4, 1), date(2014, 5, 2))),),
    )

    result = rate(asked, catalogue)

    water = [(line.version_date.year, line.volume) for line in result.lines if line.item_code == "water"]
    assert water == [(2013, Decimal(10)), (2014, Decimal(5))]


def test_gap_between_versions_is_refused() -> None:
    old = plan(SHANGHAI.replace("from: '2013-08-01'", "from: '2013-08-01', to: '2014-01-15'"))
    new = plan(SHANGHAI.replace("2013-08-01", "2014-01-20"))
    catalogue = Catalogue([old, new])

    with pytest.raises(NoVersionInForce) as refused:
        rate(request(catalogue, "sh", "30"), catalogue)

    assert refused.value.params["date"] == date(2014, 1, 15)


def test_assigned_plan_takes_over_on_the_day_of_assignment() -> None:
    catalogue = Catalogue([plan(), plan(SHANGHAI.replace("code: sh", "code: other").replace("1.92", "9.00"))])
    refs = (
        VersionRef("sh", date(2013, 8, 1), date(2013, 8, 1)),
        VersionRef("other", date(2013, 8, 1), date(2014, 1, 25)),
    )
    asked = replace(request(catalogue, "sh", "31"), shares=(UsageShare(refs),))

    result = rate(asked, catalogue)

    water = [(line.plan_code, line.volume) for line in result.lines if line.item_code == "water"]
    assert water == [("sh", Decimal(15)), ("other", Decimal(16))]
    assert result.tier_entries == (TierUse("RESIDENTIAL", _YEAR, Decimal(31)),)


def test_version_published_later_does_not_change_a_snapshot() -> None:
    before = Catalogue([plan()])
    snapshot = request_to_snapshot(request(before, "sh", "30"))
    after = Catalogue([plan(), plan(SHANGHAI.replace("2013-08-01", "2014-01-20").replace("1.92", "9.00"))])

    again = rate(request_from_snapshot(snapshot), after)

    assert again == rate(request(before, "sh", "30"), before)


def test_two_versions_of_one_day_are_refused() -> None:
    with pytest.raises(VersionTwice):
        Catalogue([plan(), plan()])


def test_people_of_each_piece_are_those_of_its_start() -> None:
    catalogue = Catalogue([plan()])
    middle = date(2014, 1, 20)
    asked = replace(
        request(catalogue, "sh", "1", used="210"),
        pieces=(UsagePiece(Decimal(20), date(2014, 1, 10), middle), UsagePiece(Decimal(20), middle, date(2014, 2, 10))),
        people=(PeopleFrom(None, 4), PeopleFrom(middle, 5)),
    )

    result = rate(asked, catalogue)

    # 210 → 220 tier 1, → 230 tier 2 with 4 people; then the limit is 292: tier 1 again.
    assert result.tier_volumes == (Decimal(30), Decimal(10), Decimal(0))


# Mixed use, tax, fees


def test_shares_under_one_counter_fill_the_same_tiers() -> None:
    catalogue = Catalogue([plan()])
    refs = catalogue.refs("sh")
    shares = (UsageShare(refs, ShareKind.FIXED, Decimal(15)), UsageShare(refs))
    asked = replace(request(catalogue, "sh", "30", used="200"), shares=shares)

    result = rate(asked, catalogue)

    assert [(line.share, line.tier, line.volume) for line in result.lines if line.item_code == "water"] == [
        (0, 1, Decimal(15)),
        (1, 1, Decimal(5)),
        (1, 2, Decimal(10)),
    ]
    assert result.tier_entries == (TierUse("RESIDENTIAL", _YEAR, Decimal(30)),)


def test_fee_of_one_item_is_charged_once_over_all_shares() -> None:
    text = SHANGHAI + "  - {item: base, fixed: {per: month, amount: '5.00'}}\n"
    catalogue = Catalogue([plan(text)])
    refs = catalogue.refs("sh")
    asked = replace(
        request(catalogue, "sh", "30", months=2),
        shares=(UsageShare(refs, ShareKind.RATIO, Decimal("0.5")), UsageShare(refs)),
    )

    fees = [line.amount for line in rate(asked, catalogue).lines if line.kind is LineKind.FIXED]

    assert fees == [Decimal("10.00")]


def test_account_fee_stays_off_the_other_points() -> None:
    text = SHANGHAI + (
        "  - {item: base, fixed: {per: month, amount: '5.00'}}\n"
        "  - {item: meter, fixed: {per: month, amount: '1.00', scope: point, when: used}}\n"
    )
    catalogue = Catalogue([plan(text)])
    asked = replace(request(catalogue, "sh", "30"), account_fees=False)

    fees = [line.item_code for line in rate(asked, catalogue).lines if line.kind is LineKind.FIXED]

    assert fees == ["meter"]


def test_month_of_a_price_change_has_the_fee_of_its_first_day() -> None:
    old, new = (
        plan(SHANGHAI.replace("2013-08-01", day) + f"  - {{item: base, fixed: {{per: month, amount: '{fee}'}}}}\n")
        for day, fee in [("2013-08-01", "5.00"), ("2014-02-01", "7.00")]
    )
    catalogue = Catalogue([old, new])
    asked = request(catalogue, "sh", "60", start=date(2013, 12, 10), end=date(2014, 3, 10), months=3)

    fees = [
        (line.version_date.year, line.amount) for line in rate(asked, catalogue).lines if line.kind is LineKind.FIXED
    ]

    assert fees == [(2013, Decimal("5.00")), (2014, Decimal("14.00"))]


def test_tax_of_the_customer_goes_before_file_and_item() -> None:
    text = SHANGHAI.replace("'4.30']", "'4.30'], tax: {treatment: taxed, rate: '0.03'}")
    catalogue = Catalogue([plan(text)])
    asked = request(catalogue, "sh", "100")
    own = (ItemTax("sewage", Tax(Treatment.TAXED, Decimal("0.06"))), ItemTax("water", Tax(Treatment.EXEMPT)))

    by_file_and_item = rate(replace(asked, item_taxes=own), catalogue)
    overridden = rate(
        replace(asked, item_taxes=own, tax_overrides=(ItemTax("water", Tax(Treatment.EXEMPT)),)), catalogue
    )

    assert [(line.item_code, line.net, line.tax) for line in by_file_and_item.lines] == [
        ("water", Decimal("186.41"), Decimal("5.59")),
        ("sewage", Decimal("144.34"), Decimal("8.66")),
    ]
    assert (overridden.lines[0].net, overridden.lines[0].tax) == (Decimal("192.00"), Decimal("0.00"))


# Explanation


def test_explanation_goes_down_to_registers_days_and_room() -> None:
    old, new = plan(SHANGHAI), plan(SHANGHAI.replace("2013-08-01", "2014-01-20"))
    catalogue = Catalogue([old, new])
    steps = (UsageStep("register", Decimal(31), "M001", Decimal(540), Decimal(571), Decimal(1)),)
    asked = request(catalogue, "sh", "31", used="215")
    asked = replace(asked, pieces=(replace(asked.pieces[0], steps=steps),))

    texts = [node.text(lambda label: label) for node in explain(asked, catalogue).walk()]

    assert "Meter M001: reading 571 − previous 540 = 31 m³" in texts
    assert "2014-01-10 to 2014-01-20 is 10 of 31 days: 31 ÷ 31 × 10 = 10 m³" in texts
    assert "Tier 1 (0 to 220): 5 was left, this takes 5, 0 m³ remains" in texts
    assert "Tier cycle 2014-01-01 to 2014-12-31: 225 m³ used before, 246 m³ with this" in texts

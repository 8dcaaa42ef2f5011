"""What must hold for any tariff and any usage (hypothesis)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.domains.tariffs.rules.lines import result_of
from qingyuan.domains.tariffs.rules.plan import (
    AmountRounding,
    Charge,
    ExtraPerPerson,
    FlatPrice,
    FreePosition,
    Household,
    MonthDay,
    Per,
    PercentCharge,
    PlanVersion,
    Relief,
    ReliefKind,
    RoundAt,
    Tax,
    TierMode,
    TierPrices,
    Tiers,
    Treatment,
    VolumeCharge,
)
from qingyuan.domains.tariffs.rules.rate import rate, work_out
from qingyuan.domains.tariffs.rules.request import ItemTax, PeopleFrom, TierUse
from qingyuan.domains.tariffs.rules.snapshot import request_from_snapshot, request_to_snapshot
from qingyuan.kernel.canonical import canonical_json
from qingyuan.kernel.rounding import Rounding
from tests.pure.tariffs.plans import request

_CYCLE = date(2014, 1, 1)
_volumes = st.decimals(0, 2000, places=3)
_some = settings(max_examples=60, deadline=None)
_prices = st.decimals(0, 20, places=4)
_taxes = st.sampled_from(
    [
        None,
        Tax(Treatment.EXEMPT),
        Tax(Treatment.TAXED, Decimal("0.03")),
        Tax(Treatment.TAXED, Decimal("0.06"), included=False),
    ]
)


@st.composite
def versions(draw: st.DrawFn, *, rising: bool = False) -> PlanVersion:
    """A plan of one to four tiers with a tiered, a flat and a percent charge."""
    count = draw(st.integers(1, 3))
    limits = sorted(draw(st.sets(st.decimals(1, 900, places=3), min_size=count, max_size=count)))
    prices = draw(st.lists(_prices, min_size=count + 1, max_size=count + 1))
    tiers = Tiers(tuple(limits), 12, TierMode.CUMULATIVE, MonthDay(1, 1), counter="RESIDENTIAL")
    charges = [
        Charge("water", "water", VolumeCharge(TierPrices(tuple(sorted(prices) if rising else prices))), draw(_taxes)),
        Charge("sewage", "sewage", VolumeCharge(FlatPrice(draw(_prices)), Decimal("0.9")), draw(_taxes)),
    ]
    if draw(st.booleans()):
        charges.append(Charge("surcharge", "surcharge", PercentCharge(("water",), Decimal("0.10"))))
    relief = Relief(
        "poor",
        ReliefKind.FREE_VOLUME,
        ("water", "sewage"),
        volume=draw(st.decimals(0, 50, places=3)),
        per=Per.BILL,
        position=draw(st.sampled_from(list(FreePosition))),
    )
    at = draw(st.sampled_from([RoundAt.LINE, RoundAt.ITEM, RoundAt.TOTAL]))
    return PlanVersion(
        "p",
        "p",
        date(2013, 1, 1),
        None,
        tuple(charges),
        tiers=tiers,
        relief=(relief,),
        rounding=AmountRounding(
            draw(st.integers(0, 2)) if at is not RoundAt.LINE else 2, draw(st.sampled_from(Rounding)), at
        ),
    )


@_some
@given(versions(), _volumes, _volumes, st.booleans())
def test_lines_sum_to_total_and_tiers_to_volume(
    version: PlanVersion, used: Decimal, usage: Decimal, poor: bool
) -> None:
    catalogue = Catalogue([version])
    asked = request(catalogue, "p", str(usage), used=str(used), relief=("poor",) if poor else ())

    result = rate(asked, catalogue)

    assert sum(line.amount for line in result.lines) == result.total
    assert sum(result.tier_volumes) == usage == result.billed_volume
    assert all(line.amount == line.net + line.tax for line in result.lines)
    counted = sum(entry.volume for entry in result.tier_entries)
    assert counted == sum(line.metered_volume or 0 for line in result.lines if line.counts)


@_some
@given(versions(), _volumes, _volumes, st.booleans())
def test_credit_undoes_its_bill_to_the_fen(version: PlanVersion, used: Decimal, usage: Decimal, poor: bool) -> None:
    catalogue = Catalogue([version])
    bill = request(catalogue, "p", str(usage), used=str(used), relief=("poor",) if poor else ())
    result = rate(bill, catalogue)
    after = result.tier_use_after[0].volume
    credit = replace(
        request(catalogue, "p", str(-usage), relief=bill.relief), tier_use=(TierUse("RESIDENTIAL", _CYCLE, after),)
    )

    undone = rate(credit, catalogue)

    if usage:
        assert undone.total == -result.total
        assert [line.amount for line in undone.lines] == [-line.amount for line in result.lines]
        assert undone.tier_use_after[0].volume == used
        assert [entry.volume for entry in undone.tier_entries] == [-entry.volume for entry in result.tier_entries]


@_some
@given(versions(), _volumes, _volumes, _volumes)
def test_more_volume_never_costs_less(version: PlanVersion, used: Decimal, usage: Decimal, more: Decimal) -> None:
    catalogue = Catalogue([version])

    less = rate(request(catalogue, "p", str(usage), used=str(used)), catalogue)
    greater = rate(request(catalogue, "p", str(usage + more), used=str(used)), catalogue)

    assert greater.total >= less.total


@_some
@given(versions(), st.lists(st.decimals(0, 300, places=3), min_size=1, max_size=6))
def test_periods_of_a_cycle_cost_what_the_whole_does(version: PlanVersion, parts: list[Decimal]) -> None:
    version = replace(version, rounding=AmountRounding())
    catalogue = Catalogue([version])
    used, total, lines = Decimal(0), Decimal(0), 0
    sums = [Decimal(0)] * version.tier_count

    for part in parts:
        result = rate(request(catalogue, "p", str(part), used=str(used)), catalogue)
        used = result.tier_use_after[0].volume
        total += result.total
        lines += len(result.lines)
        sums = [one + other for one, other in zip(sums, result.tier_volumes, strict=True)]

    whole = rate(request(catalogue, "p", str(sum(parts))), catalogue)
    assert sums == list(whole.tier_volumes)
    assert abs(total - whole.total) <= Decimal("0.01") * (lines + len(whole.lines))


@_some
@given(versions(), st.integers(0, 2))
def test_no_jump_at_a_tier_limit(version: PlanVersion, tier: int) -> None:
    catalogue = Catalogue([replace(version, rounding=AmountRounding())])
    assert version.tiers is not None
    limit = version.tiers.limits[min(tier, len(version.tiers.limits) - 1)]
    assert isinstance(limit, Decimal)

    at = rate(request(catalogue, "p", str(limit)), catalogue)
    above = rate(request(catalogue, "p", str(limit + Decimal("0.001"))), catalogue)

    # A litre costs at most 0.001 × (20 + 20) × 1.1 × 1.06; the rest is a fen of rounding per line.
    assert abs(above.total - at.total) <= Decimal("0.05") + Decimal("0.01") * 2 * len(above.lines)


def _leaf_sum(node: Node) -> Decimal:
    """The amounts of the lowest nodes that carry one."""
    below = sum((_leaf_sum(child) for child in node.children), Decimal(0))
    has_money_below = any(each.amount is not None for child in node.children for each in child.walk())
    return below if has_money_below else (node.amount or Decimal(0))


@_some
@given(versions(), _volumes, _volumes, st.booleans(), st.booleans())
def test_leaves_of_the_explanation_recompute_the_total(
    version: PlanVersion, used: Decimal, usage: Decimal, poor: bool, credit: bool
) -> None:
    catalogue = Catalogue([version])
    signed = -usage if credit else usage
    asked = request(catalogue, "p", str(signed), used=str(used + usage), relief=("poor",) if poor else ())

    tree = explain(asked, catalogue)

    assert _leaf_sum(tree) == tree.amount == rate(asked, catalogue).total
    for node in tree.walk():
        if node.code in ("tier_line", "flat_line"):
            volume, price = node.value("volume"), node.value("price")
            assert isinstance(volume, Decimal) and isinstance(price, Decimal)
            assert volume * price == node.value("exact")


@_some
@given(versions(), _volumes, _volumes, st.integers(1, 9))
def test_snapshot_gives_the_same_request_and_lines(
    version: PlanVersion, used: Decimal, usage: Decimal, people: int
) -> None:
    catalogue = Catalogue([version])
    asked = replace(
        request(catalogue, "p", str(usage), used=str(used)),
        people=(PeopleFrom(None, people), PeopleFrom(date(2014, 6, 1), people + 1)),
    )

    text = canonical_json(request_to_snapshot(asked))
    again = request_from_snapshot(request_to_snapshot(asked))

    assert again == asked
    assert canonical_json(request_to_snapshot(again)) == text
    assert rate(again, catalogue) == rate(asked, catalogue)


@_some
@given(versions(), st.decimals(0, 2000, places=3), _volumes, st.integers(0, 9), st.booleans())
def test_plain_bill_rated_straight_is_the_same_as_through_all_stages(
    version: PlanVersion, used: Decimal, usage: Decimal, people: int, taxed: bool
) -> None:
    household = Household(ExtraPerPerson(4, (Decimal(7),) * (version.tier_count - 1)))
    version = replace(version, household=household, rounding=AmountRounding())
    catalogue = Catalogue([version])
    own = (ItemTax("water", Tax(Treatment.TAXED, Decimal("0.09"))), ItemTax("sewage", Tax(Treatment.NOT_TAXABLE)))
    asked = replace(
        request(catalogue, "p", str(usage), used=str(used)),
        people=(PeopleFrom(None, people),),
        item_taxes=own if taxed else (),
        tax_overrides=own[:1] if taxed else (),
    )

    assert rate(asked, catalogue) == result_of(work_out(asked, catalogue))

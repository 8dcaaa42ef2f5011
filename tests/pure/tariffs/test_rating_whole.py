"""Any mixture of everything: pieces, versions, shares, cycles cut by days, relief, carry, minimum, fees, credits."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.plan import MonthDay, PlanVersion
from qingyuan.domains.tariffs.rules.rate import needed_tier_use, rate
from qingyuan.domains.tariffs.rules.request import (
    PeopleFrom,
    RatingRequest,
    ShareKind,
    TierUse,
    UsagePiece,
    UsageShare,
)
from qingyuan.domains.tariffs.rules.snapshot import request_from_snapshot, request_to_snapshot
from tests.pure.tariffs.plans import plan

_TEXT = """format: qingyuan-tariff/1
code: CODE
usage_class: COUNTER
effective: {from: 'FROM'}
tiers: {limits: ['20', '35.5'], cycle_months: MONTHS, mode: cumulative, straddle: STRADDLE, part_cycle: by_month}
household: {base_people: 3, extra_per_person: ['4', '6'], change: CHANGE}
volume: {scale: SCALE, rounding: down, carry: true}
minimum: {MINIMUM, per: bill}
charges:
  - {item: water, price: ['1.37', '2.05', '4.11'], tax: {treatment: taxed, rate: '0.03'}}
  - {item: sewage, price: '1.013', volume_factor: '0.9', volume_rounding: {scale: 0, mode: half_up, at: tier}}
  - {item: surcharge, percent_of: {items: [water, base], rate: '0.07'}, tax: {treatment: taxed, rate: '0.06', included: false}}
  - {item: base, fixed: {per: month, by_calibre: {'20': '3.33'}, prorate: days, when: used}}
relief:
  - {scheme: a, kind: free_volume, items: [water, sewage], volume: '3', per: month, position: not_counted}
  - {scheme: a, kind: percent, items: [water], rate: '0.3'}
  - {scheme: b, kind: amount, items: [sewage, surcharge], amount: '9.99'}
rounding: {scale: 1, mode: half_even, at: AT}
transition: {method: METHOD, volume: {scale: 1, mode: up}}
"""


@st.composite
def _plans(draw: st.DrawFn, code: str) -> list[PlanVersion]:
    """One to three versions of a plan."""
    made = []
    counter = draw(st.sampled_from(["ONE", "TWO"]))
    for day in ["2012-01-01", "2014-01-20", "2014-02-03"][: draw(st.integers(1, 3))]:
        text = _TEXT.replace("CODE", code).replace("COUNTER", counter).replace("FROM", day)
        for name, values in {
            "MONTHS": ["1", "3", "12"],
            "STRADDLE": ["by_period", "by_days"],
            "CHANGE": ["full_cycle", "by_month"],
            "SCALE": ["0", "3"],
            "MINIMUM": ["volume: 5", "amount: 8"],
            "AT": ["line", "item", "total"],
            "METHOD": ["by_day", "all_new", "all_old"],
        }.items():
            text = text.replace(name, draw(st.sampled_from(values)))
        made.append(plan(text))
    return made


@st.composite
def _questions(draw: st.DrawFn) -> tuple[RatingRequest, Catalogue]:
    catalogue = Catalogue([*draw(_plans("p")), *draw(_plans("q"))])
    sign = draw(st.sampled_from([1, 1, 1, -1]))
    pieces = []
    start = first = date(2014, 1, 5)
    for days in draw(st.lists(st.integers(0, 40), min_size=1, max_size=3)):
        end = start + timedelta(days=days)
        pieces.append(UsagePiece(sign * draw(st.decimals(0, 60, places=1)), start, end))
        start = end
    refs = [catalogue.refs(code, first, start + timedelta(days=1)) for code in ("p", "q")]
    shares = [UsageShare(refs[0])]
    if draw(st.booleans()):
        kind = draw(st.sampled_from([ShareKind.FIXED, ShareKind.RATIO]))
        value = draw(st.decimals(0, 20, places=1)) if kind is ShareKind.FIXED else draw(st.decimals(0, 1, places=2))
        shares.insert(0, UsageShare(refs[1], kind, value))
    request = RatingRequest(
        pieces=tuple(pieces),
        shares=tuple(shares),
        months=draw(st.integers(0, 3)),
        period_date=start.replace(day=1),
        carry_before=draw(st.decimals(0, 1, places=1)),
        people=(PeopleFrom(None, 4), PeopleFrom(date(2014, 1, 15), draw(st.integers(1, 7)))),
        calibre="20",
        relief=tuple(draw(st.sets(st.sampled_from(["a", "b"])))),
        anchor=draw(st.sampled_from([None, MonthDay(1, 20), MonthDay(1, 31)])),
        opened=draw(st.sampled_from([None, date(2013, 12, 20), first])),
    )
    keys = needed_tier_use(request, catalogue)
    least = Decimal(400) if sign < 0 else Decimal(0)
    return replace(
        request, tier_use=tuple(TierUse(*key, least + draw(st.decimals(0, 50, places=1))) for key in keys)
    ), catalogue


@given(_questions())
@settings(max_examples=60, deadline=None)
def test_books_agree_for_any_mixture(question: tuple[RatingRequest, Catalogue]) -> None:
    request, catalogue = question

    result = rate(request, catalogue)

    sign = -1 if request.is_credit else 1
    assert result.total == sum(line.amount for line in result.lines)
    assert result.billed_volume == sum(result.tier_volumes)
    assert all(sign * volume >= 0 for volume in result.tier_volumes)
    assert all(line.amount == line.net + line.tax and line.amount.as_tuple().exponent == -2 for line in result.lines)
    counted = sum(entry.volume for entry in result.tier_entries)
    assert counted == sum(line.metered_volume or 0 for line in result.lines if line.counts)
    before = {(use.counter, use.cycle_start): use.volume for use in request.tier_use}
    entries = {(entry.counter, entry.cycle_start): entry.volume for entry in result.tier_entries}
    assert {(use.counter, use.cycle_start) for use in result.tier_use_after} == set(before)
    for use in result.tier_use_after:
        key = (use.counter, use.cycle_start)
        assert use.volume == before[key] + entries.get(key, 0)
    if not request.is_credit and result.billed_volume >= request.usage + request.carry_before:
        assert result.carry_after <= 0
    assert explain(request, catalogue).amount == result.total
    assert rate(request_from_snapshot(request_to_snapshot(request)), catalogue) == result

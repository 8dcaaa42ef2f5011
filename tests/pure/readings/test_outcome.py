"""A whole item: exchanges, compound meters, true-up, dates; and what always holds."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.readings.rules.anomalies import Expectation, Limits
from qingyuan.domains.readings.rules.outcome import ItemFacts, ItemStretch, Taken, outcome_of
from qingyuan.domains.readings.rules.segments import InstalledRegister, PriorEnd, plan_segments
from qingyuan.domains.readings.rules.spread import spread_between_real_readings
from qingyuan.domains.readings.rules.states import Algorithm, AnomalyCode
from qingyuan.domains.readings.rules.usage import Stretch, rollover_difference
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Span

JAN, FEB, MAR = date(2025, 1, 15), date(2025, 2, 15), date(2025, 3, 15)
USUAL = Expectation(Decimal(20), 1, Decimal(60))


def _stretch(register_no: int = 1, start: int = 100, real: int | None = None, final: int | None = None) -> Stretch:
    return Stretch(
        register_no=register_no,
        start_value=Decimal(start),
        real_value=Decimal(start if real is None else real),
        maximum=Decimal(100000),
        final_value=None if final is None else Decimal(final),
    )


def _taken(algorithm: Algorithm = Algorithm.NORMAL, on: date = FEB, **values: int) -> Taken:
    return Taken(on, algorithm, {int(number[1:]): Decimal(value) for number, value in values.items()})


def _facts(*stretches: ItemStretch, **changes: object) -> ItemFacts:
    return ItemFacts(stretches=stretches, previous_date=JAN, expectation=USUAL, **changes)  # type: ignore[arg-type]


def test_old_and_new_meter_sum_up() -> None:
    old = ItemStretch(_stretch(start=160, final=210), JAN, date(2025, 2, 5))
    new = ItemStretch(_stretch(start=0), date(2025, 2, 5), None)

    outcome = outcome_of(_facts(old, new), _taken(Algorithm.METER_CHANGED, r1=12), Limits())

    assert outcome.volume == Decimal(62)
    assert [(part.volume, part.end_date) for part in outcome.stretches] == [
        (Decimal(50), date(2025, 2, 5)),
        (Decimal(12), FEB),
    ]


def test_meter_changed_without_an_exchange_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        outcome_of(_facts(ItemStretch(_stretch(), JAN, None)), _taken(Algorithm.METER_CHANGED, r1=12), Limits())

    assert refusal.value.code == "readings.exchange_not_recorded"


def test_compound_meter_needs_each_register() -> None:
    facts = _facts(ItemStretch(_stretch(1), JAN, None), ItemStretch(_stretch(2, start=50), JAN, None))

    outcome = outcome_of(facts, _taken(r1=110, r2=57), Limits())
    with pytest.raises(DomainError) as refusal:
        outcome_of(facts, _taken(r1=110), Limits())

    assert outcome.volume == Decimal(17)
    assert refusal.value.code == "readings.value_missing"


def test_real_read_after_an_estimate_is_judged_against_the_last_real_register() -> None:
    """Estimated up to 130, really 125: not below previous, and the share of this period is by days."""
    stretch = ItemStretch(_stretch(start=130, real=100), FEB, None, (Span(JAN, FEB),))

    outcome = outcome_of(_facts(stretch), _taken(on=MAR, r1=125), Limits())

    assert outcome.stretches[0].spread == (Decimal("13.136"), Decimal("11.864"))
    assert outcome.volume == Decimal("11.864")
    assert outcome.findings == ()


def test_real_read_below_the_last_real_register_is_held() -> None:
    stretch = ItemStretch(_stretch(start=130, real=100), FEB, None, (Span(JAN, FEB),))

    outcome = outcome_of(_facts(stretch), _taken(on=MAR, r1=95), Limits())

    assert [finding.code for finding in outcome.findings] == [AnomalyCode.BELOW_PREVIOUS]
    assert outcome.is_held


def test_fixed_volume_replaces_the_registers() -> None:
    facts = _facts(ItemStretch(_stretch(), JAN, None), fixed_volume=Decimal(15))

    outcome = outcome_of(facts, _taken(r1=140), Limits())

    assert outcome.volume == Decimal(15)
    assert outcome.stretches[0].usage.end_value == Decimal(140)


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (_taken(on=date(2025, 1, 14), r1=110), "readings.not_after_previous"),
        (_taken(r2=110), "readings.unknown_register"),
        (_taken(Algorithm.UNRELATED, r1=110), "readings.volume_missing"),
    ],
)
def test_what_does_not_fit_is_refused(taken: Taken, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        outcome_of(_facts(ItemStretch(_stretch(), JAN, None)), taken, Limits())

    assert refusal.value.code == code


def test_value_for_a_point_without_a_meter_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        outcome_of(_facts(fixed_volume=Decimal(15)), _taken(r1=1), Limits())

    assert refusal.value.code == "readings.value_not_expected"


def _installed(
    number: int, installed: date, removed: date | None = None, final: int | None = None
) -> InstalledRegister:
    return InstalledRegister(
        number, number, 1, f"M{number}", installed, removed, Decimal(0), None if final is None else Decimal(final),
        Decimal(100000), 0, Decimal(1), False,
    )  # fmt: skip


def test_segments_start_where_the_last_item_ended() -> None:
    prior = {(1, 1): PriorEnd(JAN, Decimal(160), 7, False, JAN, Decimal(160))}

    segments = plan_segments(
        [_installed(1, date(2024, 1, 1), date(2025, 2, 5), 210), _installed(2, date(2025, 2, 5))],
        prior=prior,
        prior_date=JAN,
    )

    assert [(one.start_date, one.start_value, one.final_value, one.start_reading_id) for one in segments] == [
        (JAN, Decimal(160), Decimal(210), 7),
        (date(2025, 2, 5), Decimal(0), None, None),
    ]


def test_meter_whose_final_was_taken_before_gives_no_segment() -> None:
    prior = {(1, 1): PriorEnd(date(2025, 1, 5), Decimal(210), None, True, date(2025, 1, 5), Decimal(210))}

    segments = plan_segments(
        [_installed(1, date(2024, 1, 1), date(2025, 1, 5), 210), _installed(2, date(2025, 1, 5))],
        prior=prior,
        prior_date=JAN,
    )

    assert [one.installed.installation_id for one in segments] == [2]


@given(
    total=st.decimals(0, 5000, places=3),
    days=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    scale=st.integers(0, 3),
)
def test_spread_sums_to_the_total_and_no_part_is_negative(total: Decimal, days: list[int], scale: int) -> None:
    start = date(2020, 1, 1).toordinal()
    spans: list[Span] = []
    for one in days:
        spans.append(Span(date.fromordinal(start), date.fromordinal(start + one)))
        start += one

    parts = spread_between_real_readings(total, spans, scale=scale)

    assert sum(parts) == total
    assert min(parts) >= 0


@given(start=st.integers(0, 99999), usage=st.integers(1, 99999))
def test_rollover_gives_back_the_usage(start: int, usage: int) -> None:
    end = (start + usage) % 100000
    if end >= start:
        return

    difference = rollover_difference(Decimal(start), Decimal(end), Decimal(100000), is_reversed=False)

    assert difference == usage

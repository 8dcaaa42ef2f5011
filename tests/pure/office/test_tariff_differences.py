"""What a draft changes: every difference is said, nothing is said when nothing differs, typical bills are exact."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from qingyuan.domains.tariffs.rules.dump import dump_version
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.interfaces.office.tariffs.designer.differences import changes, typical_bills
from tests.pure.office.test_tariff_sheet import EVERYTHING
from tests.pure.tariffs.plans import SHANGHAI

OTHERWISE = [
    ("name: 格式全貌", "name: 另名"),
    ("document: 演价〔2029〕1号", "document: 演价〔2029〕2号"),
    ("source: 抄录", "source: 网上"),
    ("note: 两行", "note: 三行"),
    ("from: '2030-01-01'", "from: '2030-02-01'"),
    ("to: '2031-01-01'", "to: '2032-01-01'"),
    ("'220', '300'", "'220', '310'"),
    ("cycle_starts: '11-01'", "cycle_starts: '10-01'"),
    ("straddle: by_days", "straddle: by_period"),
    ("counter: HOME", "counter: HOUSE"),
    ("part_cycle: by_month", "part_cycle: full"),
    ("base_people: 4", "base_people: 5"),
    ("'60.5'", "'61'"),
    ("change: by_month", "change: full_cycle"),
    ("scale: 0, rounding: down, carry: true", "scale: 0, rounding: down, carry: false"),
    ("minimum: {volume: '5', per: month}", "minimum: {amount: '5', per: month}"),
    ("base: '3.10'", "base: '3.11'"),
    ("'1.5', '3'", "'1.5', '4'"),
    ("rate: '0.03'", "rate: '0.09'"),
    ("included: false", "included: true"),
    ("price: '1.70'", "price: '1.7001'"),
    ("volume_factor: '0.9'", "volume_factor: '0.95'"),
    ("at: item}", "at: tier}"),
    ("'20': '71.40'", "'20': '71.41'"),
    ("prorate: days", "prorate: half_month"),
    ("amount: '6.00'", "amount: '7.00'"),
    ("when: used", "when: always"),
    ("scope: point", "scope: account"),
    ("rate: '0.10'", "rate: '0.11'"),
    ("items: [water, sewage]", "items: [water]"),
    ("treatment: exempt", "treatment: not_taxable"),
    ("volume: '5', position", "volume: '6', position"),
    ("position: credit_at_tier1", "position: bottom"),
    ("funded_by: government", "funded_by: utility"),
    ("price: ['1', '2', '3']", "price: ['1', '2', '4']"),
    ("scale: 1, mode: down, at: total", "scale: 1, mode: down, at: item"),
    ("method: all_new", "method: by_day"),
    ("{scale: 2, mode: up}", "{scale: 1, mode: up}"),
]


@pytest.mark.parametrize(("old", "new"), OTHERWISE)
def test_every_single_difference_is_said(old: str, new: str) -> None:
    assert EVERYTHING.count(old) == 1
    before, after = parse_version(EVERYTHING), parse_version(EVERYTHING.replace(old, new))
    assert dump_version(before) != dump_version(after)

    found = changes(before, after)

    assert found
    assert all(change.before != change.after for change in found)


def test_a_difference_without_words_is_said_beside_one_with_words() -> None:
    text = EVERYTHING.replace("counter: HOME", "counter: HOUSE").replace("'220', '300'", "'220', '310'")

    said = {change.what for change in changes(parse_version(EVERYTHING), parse_version(text))}

    assert "tiers.counter" in said and len(said) >= 3


def test_nothing_is_said_when_nothing_differs() -> None:
    assert changes(parse_version(EVERYTHING), parse_version(EVERYTHING)) == ()


def test_the_order_of_charges_is_a_difference() -> None:
    lines = SHANGHAI.splitlines()
    turned = "\n".join([*lines[:-2], lines[-1], lines[-2]])

    assert [change.after for change in changes(parse_version(SHANGHAI), parse_version(turned))] == ["sewage, water"]


def volumes_and_differences() -> Iterator[tuple[str, str]]:
    before, after = parse_version(SHANGHAI), parse_version(SHANGHAI.replace("'1.92'", "'2.92'"))
    for each in typical_bills(before, after, {}):
        yield str(each.volume), str(each.difference)


def test_typical_bills_lie_around_the_limits_and_differ_by_what_changed() -> None:
    assert list(volumes_and_differences()) == [
        ("110", "110.00"),
        ("220", "220.00"),
        ("260", "220.00"),
        ("300", "220.00"),
        ("450", "220.00"),
    ]


def test_typical_bills_take_a_calibre_and_a_quota_that_the_version_knows() -> None:
    by_calibre = SHANGHAI + "  - {item: base, fixed: {per: month, by_calibre: {'15': '1.00'}}}\n"

    asked = typical_bills(parse_version(SHANGHAI), parse_version(by_calibre), {"calibre": "99"})

    assert asked[0].before is not None and asked[0].after is not None
    assert asked[0].difference == Decimal("12.00")
    quota = SHANGHAI.replace("['220', '300']", "[{quota: '1'}, {quota: '1.5'}]").replace("household", "# household")
    assert all(each.after is not None for each in typical_bills(parse_version(SHANGHAI), parse_version(quota), {}))

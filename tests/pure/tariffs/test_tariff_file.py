"""The tariff file: what is refused, with which place and line; what is written parses to the same version."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from qingyuan.domains.tariffs.rules.dump import dump_version
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version, refuse_unknown_items, unknown_items
from qingyuan.domains.tariffs.rules.plan import BaseMultiples, PlanKind, TierPrices, VolumeCharge
from tests.pure.tariffs.plans import SHANGHAI

_SHIPPED = sorted((Path(__file__).parents[3] / "qingyuan" / "data" / "tariffs").glob("*.yaml"))

EVERYTHING = """format: qingyuan-tariff/1
kind: plan
code: all
name: 示例 全貌
document: 示例文号
source: 示例
note: 示例
usage_class: RESIDENTIAL
currency: CNY
volume_unit: m3
effective: {from: 2013-08-01, to: '2020-01-01'}
tiers:
  limits: [{quota: '1'}, {quota: 1.5}]
  cycle_months: 3
  cycle_starts: '11-01'
  mode: cumulative
  straddle: by_days
  first_period: old
  counter: RES
  part_cycle: by_month
household: {base_people: 4, extra_per_person: ['72', 36], change: by_month}
volume: {scale: 0, rounding: down, carry: true}
minimum: {amount: '10.00', per: month}
charges:
  - {item: water, name: 水, price: {base: 3.10, multiples: ['1', '1.5', '3']}}
  - {item: sewage, price: '1.70', volume_factor: '0.9', volume_rounding: {scale: 1, mode: up, at: item}, tax: {treatment: not_taxable}}
  - {item: resource, price: ['0.100000', '0.2', '0.3'], tax: {treatment: taxed, rate: '0.03', included: false}}
  - item: base
    fixed: {per: month, by_calibre: {15: '35.70', '20': 71.40}, prorate: half_month, when: used, scope: point}
  - {item: refuse, fixed: {per: bill, amount: '6'}, tax: {treatment: exempt}}
  - {item: surcharge, percent_of: {items: [water, base], rate: '0.10'}}
relief:
  - {scheme: a, kind: free_volume, items: [water], volume: '5', per: bill, position: not_counted, funded_by: government}
  - {scheme: b, kind: price, items: [water, sewage], price: ['1', '2', '3']}
  - {scheme: b, kind: percent, items: [base], rate: '1'}
  - {scheme: c, kind: amount, items: [surcharge], amount: '2.50'}
rounding: {scale: 1, mode: half_even, at: total}
transition: {method: all_old, volume: {scale: 3, mode: up}}
"""


def _complaints(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(TariffFileInvalid) as refused:
        parse_version(text)
    return [(each.line, each.place, each.code.removeprefix("tariffs.problem.")) for each in refused.value.problems]


@pytest.mark.parametrize("text", [EVERYTHING, *(path.read_text(encoding="utf-8") for path in _SHIPPED)])
def test_written_version_parses_to_the_same(text: str) -> None:
    version = parse_version(text)

    assert parse_version(dump_version(version)) == version


def test_numbers_keep_their_literal_text() -> None:
    version = parse_version(EVERYTHING)

    water, resource = version.charges[0].shape, version.charges[2].shape
    assert isinstance(water, VolumeCharge) and isinstance(resource, VolumeCharge)
    assert water.price == BaseMultiples(Decimal("3.10"), (Decimal(1), Decimal("1.5"), Decimal(3)))
    assert isinstance(resource.price, TierPrices)
    assert str(resource.price.prices[0]) == "0.100000"


def test_all_errors_of_a_file_come_at_once_in_line_order() -> None:
    text = """format: qingyuan-tariff/1
code: x
colour: blue
effective: {from: '2013-02-30', until: '2014-01-01'}
tiers: {limits: ['300', '220'], cycle_months: 5}
charges:
  - {item: water, price: ['1.92', '3.3x']}
  - {item: sewage, price: 1.1234567, volume_faktor: '0.9'}
  - {item: base, fixed: {per: year, amount: '1', by_calibre: {'15': '2'}}}
"""
    assert _complaints(text) == [
        (3, "/", "unknown_key"),
        (4, "effective", "unknown_key"),
        (4, "effective.from", "not_date"),
        (5, "tiers.cycle_months", "not_choice"),
        (5, "tiers.limits", "limits_not_ascending"),
        (7, "charges[1].price[2]", "not_number"),
        (7, "charges[1].price", "price_count"),
        (8, "charges[2]", "unknown_key"),
        (8, "charges[2].price", "too_many_places"),
        (9, "charges[3].fixed", "fixed_one_of"),
        (9, "charges[3].fixed.per", "not_choice"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("format: qingyuan-tariff/1", "format: qingyuan-tariff/2", (1, "format", "unknown_format")),
        ("format: qingyuan-tariff/1\n", "", (1, "/", "missing_key")),
        ("code: sh", "code: ''", (2, "code", "bad_code")),
        ("code: sh", "code: sh\ncode: sh2", (3, "/", "double_key")),
        ("effective: {from: '2013-08-01'}\n", "", (1, "/", "missing_key")),
        ("'2013-08-01'}", "'2013-08-01', to: '2013-08-01'}", (4, "effective.to", "ends_before_start")),
        ("cycle_months: 12", "cycle_months: 12.0", (5, "tiers.cycle_months", "not_integer")),
        ("cycle_months: 12", "cycle_months: 12, mode: yearly", (5, "tiers.mode", "not_choice")),
        ("cycle_months: 12", "cycle_months: 12, cycle_starts: 02-29", (5, "tiers.cycle_starts", "not_month_day")),
        ("['220', '300']", "['220', {quota: '1'}]", (5, "tiers.limits", "limits_mixed")),
        ("['220', '300']", "['0', '300']", (5, "tiers.limits[1]", "not_positive")),
        ("extra_per_person: '72'", "extra_per_person: ['72']", (6, "household.extra_per_person", "wrong_count")),
        ("extra_per_person: '72'", "per_person_from: 5", (6, "household", "missing_key")),
        ("base_people: 4, ", "", (6, "household", "missing_key")),
        ("tiers: {limits: ['220', '300'], cycle_months: 12}\n", "", (5, "household", "household_without_tiers")),
        ("['1.92', '3.30', '4.30']", "['1.92', '3.30']", (8, "charges[1].price", "price_count")),
        ("['1.92', '3.30', '4.30']", "[]", (8, "charges[1].price", "empty_list")),
        ("['1.92', '3.30', '4.30']", "1e3", (8, "charges[1].price", "not_number")),
        ("['1.92', '3.30', '4.30']", "1_000", (8, "charges[1].price", "not_number")),
        ("['1.92', '3.30', '4.30']", ".inf", (8, "charges[1].price", "not_number")),
        ("['1.92', '3.30', '4.30']", "'-1'", (8, "charges[1].price", "negative")),
        ("price: '1.70', volume_factor: '0.9'", "percent_of: {items: [wine], rate: 1}", (9, "charges[2].percent_of.items", "unknown_item")),
        ("price: '1.70', volume_factor: '0.9'", "percent_of: {items: [sewage], rate: 1}", (9, "charges[2].percent_of.items", "unknown_item")),
        ("price: '1.70', volume_factor", "volume_factor", (9, "charges[2]", "charge_one_shape")),
        ("item: sewage", "item: water", (9, "charges[2].item", "double_charge")),
        ("volume_factor: '0.9'", "tax: {treatment: taxed}", (9, "charges[2].tax", "missing_key")),
        ("volume_factor: '0.9'", "tax: {treatment: exempt, rate: '0.03'}", (9, "charges[2].tax.rate", "only_when_taxed")),
        ("volume_factor: '0.9'", "tax: {treatment: taxed, rate: '3'}", (9, "charges[2].tax.rate", "rate_too_high")),
    ],
)  # fmt: skip
def test_fault_is_named_with_place_and_line(old: str, new: str, complaint: tuple[int, str, str]) -> None:
    assert old in SHANGHAI

    assert complaint in _complaints(SHANGHAI.replace(old, new, 1))


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ("volume: {scale: 4}", (10, "volume.scale", "out_of_range")),
        ("volume: {carry: 'yes'}", (10, "volume.carry", "not_choice")),
        ("minimum: {}", (10, "minimum", "minimum_one_of")),
        ("volume: {scale: 0}\nminimum: {volume: '2.5'}", (11, "minimum.volume", "too_many_places")),
        ("rounding: {at: tier}", (10, "rounding.at", "not_choice")),
        ("rounding: {scale: 3}", (10, "rounding.scale", "out_of_range")),
        ("transition: {method: by_week}", (10, "transition.method", "not_choice")),
        ("relief: [{scheme: a, kind: gift, items: [water]}]", (10, "relief[1].kind", "not_choice")),
        ("relief: [{scheme: a, kind: percent, items: [wine], rate: '0.5'}]", (10, "relief[1].items", "unknown_item")),
        ("relief: [{scheme: a, kind: percent, items: [water], volume: 5}]", (10, "relief[1]", "missing_key")),
        ("relief: [{scheme: a, kind: percent, items: [water], rate: 1, per: month}]", (10, "relief[1].per", "not_for_kind")),
        ("tiers2: {}", (10, "/", "unknown_key")),
    ],
)  # fmt: skip
def test_fault_in_an_added_part_is_named(added: str, complaint: tuple[int, str, str]) -> None:
    assert complaint in _complaints(SHANGHAI + added + "\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", (1, "", "empty_file")),
        ("- a\n- b\n", (1, "/", "not_mapping")),
        ("code: [a\nname: b", (2, "", "not_yaml")),
        ("format: qingyuan-tariff/1\n---\nformat: qingyuan-tariff/1\n", (2, "", "not_yaml")),
    ],
)
def test_what_is_no_single_yaml_mapping_is_refused(text: str, complaint: tuple[int, str, str]) -> None:
    assert complaint in _complaints(text)


def test_item_file_has_one_charge_and_no_tiers() -> None:
    text = re.sub(r"tiers:.*\nhousehold:.*\n", "", SHANGHAI).replace("code: sh", "kind: item\ncode: sh")

    assert (6, "charges", "item_one_charge") in [(line - 1, place, code) for line, place, code in _complaints(text)]
    assert (6, "/", "unknown_key") in _complaints(SHANGHAI.replace("code: sh", "kind: item\ncode: sh"))
    single = text.replace("  - {item: water, name: 自来水费, price: ['1.92', '3.30', '4.30']}\n", "")
    assert parse_version(single).kind is PlanKind.ITEM


def test_unknown_charge_item_is_refused_with_its_line() -> None:
    version = parse_version(SHANGHAI)

    (problem,) = unknown_items(version, {"water"})

    assert (problem.line, problem.place, problem.params) == (9, "charges[2].item", {"item": "sewage"})
    with pytest.raises(TariffFileInvalid):
        refuse_unknown_items(version, {"water"})
    refuse_unknown_items(version, {"water", "sewage"})

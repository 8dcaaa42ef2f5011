"""The designer's sheet: no plan loses anything by being opened and saved, complaints find their field, buttons do what they say."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from qingyuan.domains.tariffs.rules.dump import dump_version
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.parse_cases import parse_cases
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.interfaces.office.tariffs.designer.case_text import with_case, without_case
from qingyuan.interfaces.office.tariffs.designer.editing import acted, completed
from qingyuan.interfaces.office.tariffs.designer.places import field_of
from qingyuan.interfaces.office.tariffs.designer.sheet import Sheet, document_of, sheet_of, untouched
from tests.differential.random_bills import bill

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "qingyuan" / "data" / "tariffs").glob("*.yaml"))
RULES = (ROOT / "docs" / "rules" / "rating.md").read_text(encoding="utf-8")
SAMPLES = [
    *(path.read_text(encoding="utf-8") for path in SHIPPED),
    *(text for text in re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL) if "qingyuan-tariff/1" in text),
]
EVERYTHING = """format: qingyuan-tariff/1
code: all
name: 格式全貌
document: 演价〔2029〕1号
source: 抄录
note: 两行
usage_class: RESIDENTIAL
effective: {from: '2030-01-01', to: '2031-01-01'}
tiers: {limits: ['220', '300'], cycle_months: 12, cycle_starts: '11-01', straddle: by_days, counter: HOME, part_cycle: by_month}
household: {base_people: 4, extra_per_person: ['72', '60.5'], change: by_month}
volume: {scale: 0, rounding: down, carry: true}
minimum: {volume: '5', per: month}
charges:
  - {item: water, name: 自来水费, price: {base: '3.10', multiples: ['1', '1.5', '3']}, tax: {treatment: taxed, rate: '0.03', included: false}}
  - {item: sewage, price: '1.70', volume_factor: '0.9', volume_rounding: {scale: 0, mode: half_up, at: item}, tax: {treatment: not_taxable}}
  - {item: base, fixed: {per: month, by_calibre: {'15': '35.70', '20': '71.40'}, prorate: days}}
  - {item: refuse, fixed: {per: bill, amount: '6.00', when: used, scope: point}}
  - {item: surcharge, percent_of: {items: [water, sewage], rate: '0.10'}, tax: {treatment: exempt}}
relief:
  - {scheme: low, kind: free_volume, items: [water], volume: '5', position: credit_at_tier1, funded_by: government}
  - {scheme: old, kind: price, items: [water], price: ['1', '2', '3']}
rounding: {scale: 1, mode: down, at: total}
transition: {method: all_new, volume: {scale: 2, mode: up}}
"""


def saved(version: PlanVersion, sheet: Sheet) -> PlanVersion:
    """What is stored when the sheet is saved."""
    return parse_version(yaml.safe_dump(document_of(version, sheet), allow_unicode=True, sort_keys=False))


def opened(version: PlanVersion) -> Sheet:
    return completed(sheet_of(version), is_plan=version.kind is PlanKind.PLAN)


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 30


@pytest.mark.parametrize("text", [*SAMPLES, EVERYTHING])
def test_open_and_save_leaves_every_plan_as_it_is(text: str) -> None:
    version = parse_version(text)

    after = saved(version, opened(version))

    assert after == version
    assert dump_version(after) == dump_version(version)


@settings(max_examples=150, deadline=None)
@given(bill())
def test_open_and_save_leaves_any_plan_as_it_is(drawn: tuple[list[dict[str, object]], dict[str, object]]) -> None:
    for tariff in drawn[0]:
        version = parse_version(yaml.safe_dump(tariff, allow_unicode=True, sort_keys=False))
        assert dump_version(saved(version, opened(version))) == dump_version(version)


def test_what_has_no_field_is_named_and_survives_a_change_of_the_rest() -> None:
    version = parse_version(EVERYTHING)
    sheet = opened(version) | {"limit-0": "230", "charge-1-price": "1.80"}

    after = saved(version, sheet)

    assert set(untouched(version)) == {
        "source",
        "relief",
        "rounding",
        "transition.volume",
        "tiers.counter",
        "sewage.volume_rounding",
    }
    assert dump_version(after) == dump_version(version).replace("'220'", "'230'").replace("'1.70'", "'1.80'")


def test_a_kept_part_follows_its_charge_when_it_moves() -> None:
    version = parse_version(EVERYTHING)

    after = saved(version, acted(opened(version), "raise-charge:1", is_plan=True))

    assert [charge.item_code for charge in after.charges][:2] == ["sewage", "water"]
    assert after.charges[0] == version.charges[1] and after.charges[1] == version.charges[0]


NUMBERS = re.compile(r"limit-|extra|price|multiple|base$|amount|factor|rate|value|from$|to$|cycle_starts|calibres")


@pytest.mark.parametrize("text", [EVERYTHING, *SAMPLES[:6]])
def test_every_fault_is_complained_of_at_its_own_field(text: str) -> None:
    version = parse_version(text)
    fields = [name for name, value in opened(version).items() if value and NUMBERS.search(name)]
    assert len(fields) > 3
    for name in fields:
        with pytest.raises(TariffFileInvalid) as refused:
            saved(version, opened(version) | {name: "很多"})
        assert name in {field_of(problem, opened(version)) for problem in refused.value.problems}, name


def test_a_tier_comes_and_goes_with_its_prices() -> None:
    version = parse_version(EVERYTHING)
    sheet = acted(opened(version), "add-tier", is_plan=True)

    assert sheet["limit-2"] == "380" and sheet["extra-2"] == "60.5" and sheet["charge-0-multiple-3"] == "3"
    assert acted(sheet, "drop-tier:3", is_plan=True) == opened(version)


def test_the_first_tier_makes_a_price_for_each_and_the_last_one_gone_makes_one_price() -> None:
    text = (
        "format: qingyuan-tariff/1\ncode: a\neffective: {from: '2030-01-01'}\ncharges: [{item: water, price: '2.10'}]\n"
    )
    version = parse_version(text)

    tiered = acted(opened(version), "add-tier", is_plan=True) | {"limit-0": "220", "charge-0-price-1": "3.30"}
    flat = acted(tiered, "drop-tier:1", is_plan=True)

    assert saved(version, tiered).tier_count == 2
    assert saved(version, flat) == version


@pytest.mark.parametrize(
    ("field", "before", "up", "down"),
    [
        ("charge-0-price-0", "1.92", "1.93", "1.91"),
        ("charge-0-price-0", "2", "2.01", "1.99"),
        ("charge-0-price-0", "0.0045", "0.0046", "0.0044"),
        ("charge-0-price-0", "0.00", "0.01", "0.00"),
        ("limit-0", "220", "221", "219"),
        ("limit-0", "22.5", "22.6", "22.4"),
        ("limit-0", "", "0", "0"),
        ("limit-0", "很多", "很多", "很多"),
    ],
)
def test_numbers_step_exactly_at_their_last_place(field: str, before: str, up: str, down: str) -> None:
    version = parse_version(
        "format: qingyuan-tariff/1\ncode: a\neffective: {from: '2030-01-01'}\ntiers: {limits: ['220'], cycle_months: 12}\n"
        "charges: [{item: water, price: ['2.10', '3']}]\n"
    )
    sheet = opened(version) | {field: before}

    assert acted(sheet, f"up:{field}", is_plan=True)[field] == up
    assert acted(sheet, f"down:{field}", is_plan=True)[field] == down


@pytest.mark.parametrize("action", ["", "drop-charge:0", "drop-tier:9", "up:nothing", "raise-charge:x", "explode"])
def test_an_action_that_does_not_fit_changes_nothing(action: str) -> None:
    version = parse_version(
        "format: qingyuan-tariff/1\ncode: a\neffective: {from: '2030-01-01'}\ncharges: [{item: water, price: '2.10'}]\n"
    )

    assert acted(opened(version), action, is_plan=True) == opened(version)


def test_cases_are_added_and_removed_and_the_others_stay_as_they_are() -> None:
    text = (
        "format: qingyuan-rating-cases/1\ncases:\n- id: a\n  tariff: sh\n  usage: '40'\n  from: 2014-04-10\n"
        "  to: 2014-08-12\n  tax: {water: {treatment: taxed, rate: '0.03', included: true}}\n  expect: {total: '1.00'}\n"
    )
    more = with_case(text, {"id": "b：一", "tariff": "sh", "usage": "007", "expect": {"total": "2.00"}})

    assert parse_cases(more)[0] == parse_cases(text)[0]
    assert parse_cases(more)[1].case_id == "b：一" and not parse_cases(more)[1].problems
    assert parse_cases(without_case(more, 1)) == parse_cases(text)
    assert without_case(text, 0) == "" and without_case(text, 5) == text
    assert len(parse_cases(with_case("", {"id": "c", "tariff": "sh", "usage": "1", "expect": {"total": "1"}}))) == 1

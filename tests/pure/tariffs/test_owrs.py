"""OWRS files: choices, refusals in whatever the file holds, words for each refusal. Worked bills: docs/rules/owrs.md."""

import ast
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from qingyuan.domains.tariffs.rules.owrs.convert import Wishes
from qingyuan.domains.tariffs.rules.owrs.formula import NotFormula, parse_formula
from qingyuan.domains.tariffs.rules.owrs.importing import Asked, Imported, import_file, list_classes
from qingyuan.domains.tariffs.rules.owrs.keys import split_key
from qingyuan.domains.tariffs.rules.owrs.refusal import OwrsRefused, exact
from qingyuan.domains.tariffs.rules.owrs.source import read_file
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import FixedCharge, Per, TierMode, VolumeUnit
from tests.architecture.source import ROOT

_RULES = ROOT / "qingyuan" / "domains" / "tariffs" / "rules"
_HEAD = "metadata: {effective_date: 2020-01-01, utility_name: Springs, bill_frequency: Monthly}\nrate_structure:\n"
_SIZES = """  RES:
    service_charge: {depends_on: meter_size, values: {5/8": 10, 1|1/2": 20}}
    flat_rate: {depends_on: zone, values: {1: 1.5, 2: 1.75}}
    bill: service_charge + flat_rate*usage_ccf
"""


def _imported(classes: str, asked: Asked | None = None, head: str = _HEAD) -> Imported:
    return import_file(read_file(head + classes), asked or Asked())


def test_all_combinations_unless_narrowed() -> None:
    everything = _imported(_SIZES)
    narrowed = _imported(_SIZES, Asked(given={"zone": ("2",)}))

    assert [each.chosen for each in everything.made] == [{"zone": "1"}, {"zone": "2"}]
    assert [each.chosen for each in narrowed.made] == [{"zone": "2"}]
    assert not everything.refused and not everything.not_priced and not narrowed.unheeded


def test_sizes_of_a_fixed_fee_stay_in_one_plan_as_written() -> None:
    plan = _imported(_SIZES).made[0].version
    fixed = plan.charges[0].shape

    assert isinstance(fixed, FixedCharge)
    assert fixed.by_calibre == (('5/8"', Decimal(10)), ('1|1/2"', Decimal(20)))
    assert fixed.per is Per.MONTH


@pytest.mark.parametrize("spelling", ['1|1/2"', '1 1/2"', '1_1/2"'])
def test_a_chosen_size_is_known_in_each_spelling(spelling: str) -> None:
    (one,) = _imported(_SIZES, Asked(given={"zone": ("1",), "meter_size": (spelling,)})).made

    assert one.chosen == {"meter_size": '1 1/2"', "zone": "1"}
    assert isinstance(one.version.charges[0].shape, FixedCharge)
    assert one.version.charges[0].shape.amount == Decimal(20)


def test_head_of_the_plan() -> None:
    head = (
        "metadata: {effective_date: 07/04/2020, utility_name: Springs  City, bill_frequency: Annually, bill_unit: KGAL, "
        "prop_218_link: 'https://example.org/p.pdf'}\nauthor_info: {a: b}\ncapacity_charge: 5\nrate_structure:\n"
    )
    body = (
        "  NON-RES:\n    tier_starts: [0, 5]\n    tier_prices: [1, 2]\n    c_charge: 3\n    commodity_charge: Tiered\n"
    )
    (one,) = _imported(body + "    bill: commodity_charge\n", Asked(source="springs.owrs"), head).made
    plan = one.version

    assert (plan.code, plan.name, plan.usage_class) == ("springs-city-non-res", "Springs City NON-RES", "NON-RES")
    assert (plan.effective_from, plan.currency, plan.volume_unit) == (date(2020, 7, 4), "USD", VolumeUnit.KGAL)
    assert plan.tiers is not None
    assert (plan.tiers.limits, plan.tiers.cycle_months, plan.tiers.mode) == ((Decimal(4),), 12, TierMode.PER_BILL)
    assert plan.source == "OWRS springs.owrs https://example.org/p.pdf"
    assert plan.note == (
        "bill_unit KGAL; bill_frequency Annually; not in bill: c_charge; outside rate_structure: capacity_charge"
    )
    assert parse_version(one.text) == plan


def test_wishes_name_the_charge_items_and_the_currency() -> None:
    wishes = Wishes("AUD", {"service_charge": "base"})
    (one,) = _imported("  RES: {service_charge: 5, bill: service_charge}\n", Asked(wishes=wishes)).made

    assert (one.version.currency, [charge.item_code for charge in one.version.charges]) == ("AUD", ["base"])


def test_a_deduction_goes_into_the_price_of_another_charge() -> None:
    body = "  RES: {rebate: 0.5*usage_ccf, fee: 3, price: 2*usage_ccf, bill: fee - rebate + price}\n"
    (one,) = _imported(body).made

    assert [charge.item_code for charge in one.version.charges] == ["fee", "price"]
    assert "rebate is in the price of price" in one.version.note


def test_combinations_that_no_map_has_are_told_apart_from_refusals() -> None:
    body = """  RES:
    fee: {depends_on: [zone, season], values: {1|Summer: 5, 2|Winter: 6}}
    bill: fee
"""
    everything = _imported(body)
    asked_for = _imported(body, Asked(given={"zone": ("1",), "season": ("Winter",)}))

    assert [each.chosen["zone"] for each in everything.made] == ["1", "2"]
    assert len(everything.not_priced) == 2 and not everything.refused
    assert [each.problem.code for each in asked_for.refused] == ["tariffs.owrs.no_value"]


@pytest.mark.parametrize(
    ("asked", "place", "code"),
    [
        (Asked(given={"zone": ("9",)}), "rate_structure.RES", "choice_unknown"),
        (Asked(given={"flat_rate": ("9",)}), "rate_structure.RES.flat_rate", "set_defined"),
    ],
)
def test_choices_that_cannot_be(asked: Asked, place: str, code: str) -> None:
    (refused,) = _imported(_SIZES, asked).refused

    assert (refused.problem.place, refused.problem.code) == (place, f"tariffs.owrs.{code}")


def test_unknown_class_and_unheeded_choice() -> None:
    with pytest.raises(OwrsRefused) as refusal:
        _imported(_SIZES, Asked(classes=("COMMERCIAL",)))

    assert refusal.value.problem.code == "tariffs.owrs.class_unknown"
    assert _imported(_SIZES, Asked(given={"colour": ("blue",)})).unheeded == ("colour",)


def test_too_many_combinations_are_refused() -> None:
    values = "{" + ", ".join(f"v{number}: 1" for number in range(30)) + "}"
    body = "  RES: {" + ", ".join(f"{n}: {{depends_on: d{n}, values: {values}}}" for n in "ab") + ", bill: a+b}\n"

    (refused,) = _imported(body).refused

    assert refused.problem.code == "tariffs.owrs.too_many"


def test_a_refused_class_does_not_stop_the_others() -> None:
    imported = _imported(_SIZES + "  BAD: {bill: max(1)}\n  EMPTY:\n")

    assert len(imported.made) == 2
    assert [(each.class_name, each.problem.code) for each in imported.refused] == [
        ("BAD", "tariffs.owrs.not_formula"),
        ("EMPTY", "tariffs.owrs.empty_class"),
    ]


def test_listing_shows_dimensions_and_facts() -> None:
    body = "  GARDEN:\n    budget: et*2\n    tier_starts: [0, 100%]\n    tier_prices: [1, 2]\n"
    body += (
        "    commodity_charge: Budget\n    unused: {depends_on: moon, values: {full: 1}}\n    bill: commodity_charge\n"
    )
    listed = list_classes(read_file(_HEAD + _SIZES + body + "  EMPTY:\n"))

    assert listed[0].needs is not None and listed[1].needs is not None
    assert dict(listed[0].needs.dimensions) == {"zone": ("1", "2"), "meter_size": ('5/8"', '1 1/2"')}
    assert (dict(listed[1].needs.dimensions), listed[1].needs.facts) == ({}, ("et",))
    assert listed[2].problem is not None


def test_two_plans_never_share_a_code() -> None:
    body = (
        "  RES: {fee: {depends_on: zone, values: {a b: 1, a-b: 2}}, bill: fee}\n"
        f"  {'X' * 90}: {{f: 1, bill: f}}\n"
    )
    codes = [each.version.code for each in _imported(body).made]

    assert codes[:2] == ["springs-res-a-b", "springs-res-a-b-2"]
    assert len(codes[2]) <= 64


@pytest.mark.parametrize(
    ("key", "dimensions", "values"),
    [
        ('3/4"', ("meter_size",), ('3/4"',)),
        ('1|1/2"', ("meter_size",), ('1 1/2"',)),
        ('1|1/2"|inside', ("meter_size", "city"), ('1 1/2"', "inside")),
        ('1|3/4"', ("zone", "meter_size"), ("1", '3/4"')),
        ('2|1|1/2"', ("zone", "meter_size"), ("2", '1 1/2"')),
        ("1|2|3", ("zone", "season"), None),
        ("1|1/2", ("zone",), None),
        ("a", ("zone", "season"), None),
    ],
)
def test_keys(key: str, dimensions: tuple[str, ...], values: tuple[str, ...] | None) -> None:
    assert split_key(key, dimensions) == values


@pytest.mark.parametrize(
    "text", ["", "1 2", "(1", "a b", "__import__('os')", "1;2", "a[0]", "(" * 60 + "1" + ")" * 60, "1+" * 600 + "1"]
)
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(NotFormula):
        parse_formula(text)


def test_exact_numbers() -> None:
    assert (exact(Fraction("3.30"), 6), exact(Fraction(1, 3), 6), exact(Fraction(10**12), 6)) == (
        Decimal("3.3"),
        None,
        None,
    )
    assert str(exact(Fraction(200), 6)) == "200"


def _refusal_codes() -> set[str]:
    """The codes of all calls of `refuse`, and those that a call takes from a name."""
    codes = {"tiers_missing", "tiers_twice"}
    for path in (_RULES / "owrs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "refuse":
                codes |= {str(code.value) for code in node.args[2:3] if isinstance(code, ast.Constant)}
    return codes


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_every_refusal_has_its_words(language: str) -> None:
    written = (_RULES / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")

    assert set(re.findall(r'msgid "tariffs\.owrs\.(\w+)"', written)) == _refusal_codes()
    assert len(_refusal_codes()) > 35

"""Whatever an OWRS file holds: plans or named refusals, never anything else (hypothesis)."""

import re
from decimal import Decimal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.facts import Facts, build_request
from qingyuan.domains.tariffs.rules.owrs.importing import Asked, import_file, list_classes
from qingyuan.domains.tariffs.rules.owrs.refusal import OwrsRefused
from qingyuan.domains.tariffs.rules.owrs.source import read_file
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import FixedCharge
from qingyuan.domains.tariffs.rules.rate import rate

_HEAD = "metadata: {effective_date: 2020-01-01, utility_name: Springs, bill_frequency: Monthly}\nrate_structure:\n"

_words = st.sampled_from(
    ["bill", "commodity_charge", "service_charge", "flat_rate", "tier_starts", "tier_prices", "budget", "indoor", "zone",
     "meter_size", "usage_ccf", "a", "b", "sewer_charge", "sewer_tier_starts", "sewer_tier_prices", "depends_on", "values"]
)  # fmt: skip
_numbers = st.one_of(
    st.integers(-5, 400).map(str),
    st.decimals(0, 50, places=3).map(str),
    st.sampled_from(["0", "1", "1e9", "0x1F", ".5"]),
)
_formulas = st.recursive(
    st.one_of(_words, _numbers),
    lambda inner: st.builds("{}{}{}".format, inner, st.sampled_from("+-*/"), inner) | inner.map("({})".format),
    max_leaves=6,
)
_scalars = st.one_of(
    _formulas, _numbers, st.sampled_from(["Tiered", "Budget", "", "~", "100%", "Indoor", "1:30", "yes", "{}", "[]"]),
    st.text(max_size=8),
)  # fmt: skip
_lists = st.lists(_scalars, max_size=4)
_keys = st.one_of(st.sampled_from(['5/8"', '1|1/2"', "inside", '5/8"|inside', "1", "2"]), st.text(max_size=4))
_maps = st.fixed_dictionaries(
    {
        "depends_on": st.one_of(_words, st.lists(_words, max_size=2)),
        "values": st.dictionaries(_keys, _scalars | _lists, max_size=3),
    }
)
_classes = st.dictionaries(_words, st.one_of(_scalars, _lists, _maps), max_size=8)
_tiered = st.fixed_dictionaries(
    {"bill": _formulas, "commodity_charge": st.sampled_from(["Tiered", "Budget", "flat_rate*usage_ccf"]), "tier_starts": _lists | _maps,
     "tier_prices": _lists | _maps, "service_charge": _scalars | _maps, "flat_rate": _scalars | _maps, "budget": _formulas}
)  # fmt: skip
_metadata = st.fixed_dictionaries(
    {
        "effective_date": st.sampled_from(["2017-07-01", "07/01/2017", "7-1-2017", "2017-1-31", "31/12/2017"]),
        "utility_name": st.text(max_size=12),
        "bill_frequency": st.sampled_from(["Monthly", "Bi-Monthly", "Quarterly", "often", ""]),
        "bill_unit": st.sampled_from(["ccf", "kgal", "gal", "cf", "", "m3"]),
    }
)
_prices = st.lists(st.decimals(0, 20, places=3).map(str), min_size=3, max_size=3)
_price_maps = st.fixed_dictionaries(
    {"depends_on": st.just("zone"), "values": st.fixed_dictionaries({"1": _prices, "2": _prices})}
)
_size_map = st.fixed_dictionaries(
    {
        "depends_on": st.just("meter_size"),
        "values": st.dictionaries(st.sampled_from(['5/8"', '1|1/2"', "3"]), _numbers, min_size=1),
    }
)
_likely = st.fixed_dictionaries(
    {
        "bill": st.sampled_from(
            ["commodity_charge+service_charge", "1.05*(commodity_charge+service_charge)", "commodity_charge-a"]
        ),
        "commodity_charge": st.sampled_from(["Tiered", "Budget", "flat_rate*usage_ccf", "(flat_rate+a)*usage_ccf/b"]),
        "tier_starts": st.sampled_from(
            [["0", "5", "9"], ["1", "2", "30"], ["0", "indoor", "100%"], ["0", "50%", "125%"]]
        ),
        "tier_prices": _prices | _price_maps,
        "budget": st.sampled_from(["10", "a*b", "indoor+a", "7.5"]),
        "service_charge": _numbers | _size_map,
        "flat_rate": _numbers | _size_map,
        "b": _numbers,
    }
)
_files = st.fixed_dictionaries(
    {
        "metadata": _metadata,
        "rate_structure": st.dictionaries(
            st.text(max_size=6) | _words, _tiered | _likely | _classes, min_size=1, max_size=3
        ),
    }
)
_broken_files = st.fixed_dictionaries(
    {
        "metadata": _metadata | _scalars | _classes,
        "rate_structure": st.dictionaries(st.text(max_size=6), _classes | _scalars | _lists, max_size=3) | _scalars,
    }
)
_texts = st.one_of(
    _files.map(lambda structure: yaml.safe_dump(structure, allow_unicode=True)),
    _files.map(lambda structure: yaml.safe_dump(structure, allow_unicode=True)),
    st.deferred(lambda: _broken_files.map(_plain_yaml)),
)


def _plain_yaml(value: object) -> str:
    """The structure as YAML text, odd scalars unquoted half of the time, so that broken YAML comes about too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(str(key))}: {_plain_yaml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain_yaml(inner) for inner in value) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_.%~ ]*", text) else "'" + text.replace("'", "''") + "'"


def _never_more_than_refused(text: str) -> None:
    try:
        file = read_file(text)
        for listing in list_classes(file):
            assert (listing.needs is None) == (listing.problem is not None)
        imported = import_file(file, Asked(given={"indoor": ("5",), "a": ("2", "0.5")}))
    except OwrsRefused as refusal:
        assert refusal.problem.place or refusal.problem.code.startswith("tariffs.problem.")
        return
    for refused in (*imported.refused, *imported.not_priced):
        assert refused.problem.place.startswith(("rate_structure", "metadata"))
    for each in imported.made:
        assert parse_version(each.text) == each.version
        catalogue = Catalogue([each.version])
        sizes = [
            charge.shape.by_calibre[0][0]
            for charge in each.version.charges
            if isinstance(charge.shape, FixedCharge) and charge.shape.by_calibre
        ]
        if len(set(sizes)) < 2:
            facts = Facts(tariff=each.version.code, usage=Decimal(7), calibre=sizes[0] if sizes else "")
            assert rate(build_request(facts, catalogue), catalogue).total >= 0


@settings(max_examples=300, deadline=None)
@given(_texts)
@example("a: &a [*a]\nrate_structure: *a")
@example("metadata: &m {effective_date: 2020-01-01}\nrate_structure: {X: &x {bill: *x}}")
@example("[" * 200_000)
def test_any_structure_gives_plans_or_named_refusals(text: str) -> None:
    _never_more_than_refused(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_named_refusal(text: str) -> None:
    _never_more_than_refused(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_plan_prices_as_the_starts_say(data: st.DataObject) -> None:
    """Unit by unit: what unit n costs is the price of the last tier whose start is not above n."""
    starts = [0, *sorted(data.draw(st.sets(st.integers(2, 60), min_size=1, max_size=4)))]
    prices = data.draw(st.lists(st.decimals(0, 20, places=2), min_size=len(starts), max_size=len(starts)))
    usage = data.draw(st.integers(0, 80))
    body = f"  RES: {{tier_starts: {starts}, tier_prices: [{', '.join(map(str, prices))}], commodity_charge: Tiered, bill: commodity_charge}}\n"
    (one,) = import_file(read_file(_HEAD + body), Asked()).made
    catalogue = Catalogue([one.version])

    total = rate(build_request(Facts(tariff=one.version.code, usage=Decimal(usage)), catalogue), catalogue).total

    def price_of(unit: int) -> Decimal:
        return prices[max(at for at, start in enumerate(starts) if start <= unit)]

    assert total == sum((price_of(unit) for unit in range(1, usage + 1)), Decimal(0))


@pytest.mark.nightly
@settings(max_examples=20_000, deadline=None)
@given(_texts)
def test_any_structure_at_length(text: str) -> None:
    _never_more_than_refused(text)

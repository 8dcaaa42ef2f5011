"""Charge items with a volume of their own (单项增减): how the bill tells it, what it keeps, and what must hold for any of them.

The worked sums stand in docs/rules/rating.md, the second opinion in tests/differential.
"""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.domains.billing.rules.snapshot import render_request
from qingyuan.domains.billing.rules.snapshot_reading import parse_request
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.request import ItemChange, RatingRequest
from qingyuan.domains.tariffs.rules.snapshot import request_from_snapshot, request_to_snapshot
from qingyuan.kernel.canonical import canonical_json
from tests.pure.tariffs.plans import SHANGHAI, plan, request

D = Decimal
CATALOGUE = Catalogue([plan(SHANGHAI + "  - {item: refuse, name: 垃圾费, fixed: {per: month, amount: '6.00'}}\n")])
LEAK = ItemChange("sewage", D("-20.000"), "V2025010001", "表后漏水")
_volumes = st.decimals(0, 400, places=3)


def asked(usage: str, *changes: ItemChange, used: str = "0") -> RatingRequest:
    return replace(request(CATALOGUE, "sh", usage, used=used), item_changes=changes)


def told(tree: Node) -> list[str]:
    return [node.text(lambda text: text) for node in tree.walk()]


def test_line_says_quantity_adjustment_and_reason() -> None:
    lines = told(explain(asked("100", LEAK), CATALOGUE))

    assert "Adjustment V2025010001: 20 m³ less for this charge alone; 表后漏水" in lines
    assert "100 m³ metered; 80 m³ count for this charge" in lines
    assert "Charged on 90% of the water used: 80 × 90% = 72 m³" in lines
    assert "72 m³ × 1.70 = 122.40" in lines


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            ItemChange("sewage", D(5)),
            ["5 m³ more for this charge alone", "100 m³ metered; 105 m³ count for this charge"],
        ),
        (ItemChange("sewage", None, "V1", "免征"), ["Adjustment V1: this charge is let off for this bill; 免征"]),
        (ItemChange("refuse", None), ["This charge is let off for this bill", "Let off: nothing is charged"]),
    ],
)
def test_more_and_let_off_are_told(change: ItemChange, sentences: list[str]) -> None:
    lines = told(explain(asked("100", change), CATALOGUE))

    assert [each for each in sentences if each not in lines] == []


def test_what_is_not_changed_is_not_told_of() -> None:
    codes = {node.code for node in explain(asked("100"), CATALOGUE).walk()}

    assert not {code for code in codes if code.startswith(("item_", "own_", "waived_"))}


def test_metered_volume_and_tier_use_stay() -> None:
    plain, changed = rate(asked("100", used="210"), CATALOGUE), rate(asked("100", LEAK, used="210"), CATALOGUE)

    assert changed.tier_entries == plain.tier_entries and changed.tier_use_after == plain.tier_use_after
    assert changed.billed_volume == plain.billed_volume and changed.tier_volumes == plain.tier_volumes
    assert [line.metered_volume for line in changed.lines] == [line.metered_volume for line in plain.lines]
    assert [line.counts for line in changed.lines] == [line.counts for line in plain.lines]
    assert plain.total - changed.total == D("30.60")  # 20 × 0.9 × 1.70


def test_snapshots_give_the_same_request_and_have_nothing_of_it_when_there_is_none() -> None:
    given = asked("100", LEAK, ItemChange("refuse", None, "V2", '免收"垃圾费"'))

    assert request_from_snapshot(request_to_snapshot(given)) == given
    text = render_request(given, given.tier_use)
    assert parse_request(json.loads(text)) == given
    assert canonical_json(json.loads(text)) == text
    plain = asked("100")
    assert "item_changes" not in request_to_snapshot(plain)
    assert "item_changes" not in render_request(plain, plain.tier_use)


@settings(max_examples=60, deadline=None)
@given(_volumes, _volumes, st.decimals(-100, 100, places=3), st.sampled_from(["water", "sewage"]), st.booleans())
def test_leaves_recompute_the_total_and_only_the_item_moves(
    usage: Decimal, used: Decimal, change: Decimal, item_code: str, waived: bool
) -> None:
    volume = None if waived else max(change, -usage)
    given = asked(str(usage), ItemChange(item_code, volume), used=str(used))

    tree, result, plain = (
        explain(given, CATALOGUE),
        rate(given, CATALOGUE),
        rate(asked(str(usage), used=str(used)), CATALOGUE),
    )

    assert _leaf_sum(tree) == tree.amount == result.total
    for node in tree.walk():
        if node.code in ("tier_line", "flat_line"):
            amount, price = node.value("volume"), node.value("price")
            assert isinstance(amount, Decimal) and isinstance(price, Decimal)
            assert amount * price == node.value("exact")
    others = [line for line in result.lines if line.item_code != item_code]
    assert others == [line for line in plain.lines if line.item_code != item_code]
    assert result.tier_use_after == plain.tier_use_after


@settings(max_examples=60, deadline=None)
@given(_volumes, _volumes, st.decimals(0, 100, places=3))
def test_more_undoes_less(usage: Decimal, used: Decimal, change: Decimal) -> None:
    less = min(change, usage)
    both = asked(str(usage), ItemChange("water", -less), ItemChange("water", less), used=str(used))

    assert rate(both, CATALOGUE).lines == rate(asked(str(usage), used=str(used)), CATALOGUE).lines


def _leaf_sum(node: Node) -> Decimal:
    below = sum((_leaf_sum(child) for child in node.children), D(0))
    has_money_below = any(each.amount is not None for child in node.children for each in child.walk())
    return below if has_money_below else (node.amount or D(0))

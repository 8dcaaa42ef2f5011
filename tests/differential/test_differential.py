"""The product's rating and the plain one agree on random tariffs and accounts, and a wrong rule would be seen."""

import ast
import importlib
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from qingyuan.domains.tariffs.rules.drafts import Draft, Work
from qingyuan.domains.tariffs.rules.item_changes import place_item_changes
from qingyuan.domains.tariffs.rules.plan import Relief, Tax, Transition
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, PeopleFrom, ShareKind, UsageShare
from qingyuan.kernel.money import ZERO_MONEY, Money
from qingyuan.kernel.rounding import round_decimal, round_fraction
from tests.differential.outcomes import Outcome, check, of_the_plain, of_the_product
from tests.differential.random_bills import Plain, bill

_HERE = Path(__file__).parent
_PLACE = place_item_changes
_RULES = "qingyuan.domains.tariffs.rules"
_RANDOM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(_RANDOM, max_examples=400)
@given(bill())
def test_product_and_plain_rating_agree(drawn: tuple[list[Plain], Plain]) -> None:
    check(drawn)


@pytest.mark.nightly
@settings(_RANDOM, max_examples=8_000)
@given(bill())
def test_they_agree_on_thousands(drawn: tuple[list[Plain], Plain]) -> None:
    check(drawn)


# Wrong rules, planted into the product: each has to be seen.


def _absolute_limits(limits: Sequence[Decimal], _used: Decimal, volume: Decimal) -> list[Decimal]:
    """The known trap: what is left is compared with limits that count from zero."""
    parts = []
    for limit in limits:
        parts.append(min(volume, limit))
        volume -= parts[-1]
    return [*parts, volume]


def _dearest_tier(limits: Sequence[Decimal], used: Decimal, volume: Decimal) -> list[Decimal]:
    """The whole volume at the tier that it reaches."""
    reached = sum(1 for limit in limits if limit < used + volume)
    return [volume if at == reached else NO_VOLUME for at in range(len(limits) + 1)]


def _limits_not_inclusive(limits: Sequence[Decimal], used: Decimal, volume: Decimal) -> list[Decimal]:
    """The last litre of a tier at the next one's price."""
    bounds = [max(NO_VOLUME, limit - Decimal("0.001")) for limit in limits]
    ends = [min(used + volume, bound) for bound in bounds] + [used + volume]
    starts = [used, *(max(used, bound) for bound in bounds)]
    return [max(NO_VOLUME, end - start) for start, end in zip(starts, ends, strict=True)]


def _newest_people(changes: Sequence[PeopleFrom], _day: date | None) -> int | None:
    """A change of people counts for spans that began before it."""
    return changes[-1].people if changes else None


def _rest_to_the_first(volume: Decimal, marks: Sequence[date], rules: Sequence[Transition]) -> list[Decimal]:
    """The first part takes the rest, not the last."""
    days = (marks[-1] - marks[0]).days
    parts = [
        round_fraction(Fraction(volume) * (end - start).days / days, rule.scale, rule.mode)
        for rule, start, end in zip(rules, marks[1:], marks[2:], strict=False)
    ]
    return [volume - sum(parts, Decimal(0)), *parts]


def _tax_of_the_gross(amount: Money, tax: Tax | None) -> tuple[Money, Money]:
    """Tax taken of the gross amount, where it lies inside it."""
    if tax is None or tax.rate is None or not tax.included:
        return amount, ZERO_MONEY
    inside = Money(round_decimal(amount * tax.rate, 2))
    return Money(amount - inside), inside


def _unrounded_base(_work: Work, drafts: list[Draft], item_code: str) -> Decimal:
    """Percent items of amounts before rounding."""
    own = [draft for draft in drafts if draft.charge is not None and draft.charge.item_code == item_code]
    return sum((draft.exact for draft in own if draft.relief is None), Decimal(0))


def _once(_work: Work, relief: Relief) -> Decimal:
    """A monthly relief given once, however many months the bill has."""
    return relief.volume or relief.amount or NO_VOLUME


def _from_the_first(tiers: list[Decimal], volume: Decimal) -> Decimal:
    """What is let off is taken from the cheapest tier."""
    for index, there in enumerate(tiers):
        taken = min(volume, there)
        tiers[index] -= taken
        volume -= taken
    return volume


def _own_volume_counts(work: Work) -> None:
    """An item's change moves the tier use of the bill."""
    _PLACE(work)
    for key in work.entries:
        work.use[key] += sum((each.volume or NO_VOLUME for each in work.request.item_changes), NO_VOLUME)


def _ratios_of_the_whole(volume: Decimal, shares: Sequence[UsageShare], months: int) -> list[Decimal]:
    """Ratios of the whole volume, not of what fixed volumes leave."""
    if len(shares) == 1:
        return [volume]
    parts: list[Decimal] = []
    for share in shares[:-1]:
        wanted = (share.value or NO_VOLUME) * (months if share.kind is ShareKind.FIXED else volume)
        parts.append(min(volume - sum(parts, NO_VOLUME), wanted))
    return [*parts, volume - sum(parts, NO_VOLUME)]


_WRONG: dict[str, tuple[str, str, Callable[..., object]]] = {
    "remaining volume against absolute limits": ("limits", "split_by_tiers", _absolute_limits),
    "all at the tier reached": ("limits", "split_by_tiers", _dearest_tier),
    "limits not inclusive": ("limits", "split_by_tiers", _limits_not_inclusive),
    "one month's limits": ("limits", "_factor", lambda *_given, by_month: Fraction(1)),
    "full limits in a part cycle": ("limits", "_left", lambda tiers, *_given: tiers.cycle_months),
    "people of a later change": ("limits", "people_at", _newest_people),
    "rest to the first part": ("spans", "_by_days", _rest_to_the_first),
    "cycles by the calendar year": ("cycles", "cycle_start_of", lambda day, *_given: day.replace(month=1, day=1)),
    "no pro-rating": ("fixed_charges", "_share_of", lambda *_given: Fraction(1)),
    "percent of unrounded": ("percent_charges", "base_of_item", _unrounded_base),
    "monthly relief once": ("reliefs", "_given", _once),
    "free volume counts": ("reliefs", "set_uncounted", lambda work: None),
    "ratios of the whole": ("shares", "split_by_shares", _ratios_of_the_whole),
    "total rounded half up": ("sums", "round_decimal", lambda value, scale, _mode: round_decimal(value, scale)),
    "items take from the first tier": ("item_changes", "_take", _from_the_first),
    "an item's own volume counts": ("item_changes", "place_item_changes", _own_volume_counts),
    "tax of the gross": ("taxes", "net_and_tax", _tax_of_the_gross),
}


@pytest.mark.parametrize("wrong", list(_WRONG))
def test_a_wrong_rule_is_seen(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted in its module and wherever else the function was imported to."""
    module, name, rule = _WRONG[wrong]
    right = getattr(importlib.import_module(f"{_RULES}.{module}"), name)
    for path, loaded in list(sys.modules.items()):
        own = path == f"{_RULES}.{module}" or name != "round_decimal"
        if path.startswith(f"{_RULES}.") and own and getattr(loaded, name, None) is right:
            monkeypatch.setattr(loaded, name, rule)
    quick = settings(_RANDOM, max_examples=5_000, phases=[Phase.generate], database=None, derandomize=True)

    drawn = find(bill(), lambda drawn: _product_or_crash(drawn) != of_the_plain(*drawn), settings=quick)

    monkeypatch.undo()
    check(drawn)


def _product_or_crash(drawn: tuple[list[Plain], Plain]) -> Outcome:
    """A planted rule may break what the product relies on; that is a difference too."""
    try:
        return of_the_product(*drawn)
    except (ArithmeticError, AssertionError, IndexError, ValueError) as crash:
        return Outcome(refused=type(crash).__name__)


@pytest.mark.parametrize("name", ["plain_numbers", "plain_tiers", "plain_items", "plain_charges", "plain_rating"])
def test_the_plain_rating_shares_no_code_with_the_product(name: str) -> None:
    tree = ast.parse((_HERE / f"{name}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    outside = {module for module in imported if not module.startswith("tests.differential.plain_")}
    assert {module.partition(".")[0] for module in outside} <= sys.stdlib_module_names

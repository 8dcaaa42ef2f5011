"""The figures of a simulation as rows (测算数据): the same for page, workbook and report. Sums come as whole fen and litres; shares are computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.simulations.rules.chunk import MOST_PEOPLE
from qingyuan.domains.simulations.rules.spread import BINS, EDGES, UNCHANGED
from qingyuan.domains.tariffs.rules.compiled import tier_prices
from qingyuan.domains.tariffs.rules.plan import FlatPrice, PlanVersion, TierMode, VolumeCharge
from qingyuan.interfaces.office.shell.formats import price_text, volume_text
from qingyuan.kernel.period import Month
from qingyuan.overviews.simulations import SimulationPage

COVERAGE = (Decimal("0.80"), Decimal("0.95"))
"""Households in the first tier, and in the first two: what the national document asks for at least."""
RATIO = (Decimal(1), Decimal("1.5"), Decimal(3))


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """An amount before and after. `change_share` None where there was nothing before."""

    name: str
    base: Decimal
    new: Decimal

    @property
    def change(self) -> Decimal:
        return self.new - self.base

    @property
    def change_share(self) -> Decimal | None:
        return _share(self.change, self.base)


@dataclass(frozen=True, slots=True)
class DimensionRow(MoneyRow):
    """A usage class, area or household size. `first_tiers`: shares of households in the first tier, and in the first two."""

    accounts: int
    dearer: int
    cheaper: int
    bills: int
    volume: Decimal
    first_tiers: tuple[str, str]


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier before and after: prices, volume, households (tier cycles)."""

    tier: str
    limit: str
    prices: str
    base_volume: Decimal
    new_volume: Decimal
    base_volume_share: str
    new_volume_share: str
    base_households: int
    new_households: int
    base_share: str
    new_share: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """A bin of winners and losers."""

    name: str
    accounts: int
    share: str
    change: Decimal


@dataclass(frozen=True, slots=True)
class ExampleRow(MoneyRow):
    """An account among the examples; amounts over the window, `monthly` is the mean volume of a month."""

    account_no: str
    class_name: str
    people: str
    volume: Decimal
    monthly: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """One point of the national test: what is asked, what is found, whether it holds (None: cannot be said)."""

    label: str
    wanted: str
    found: str
    holds: bool | None


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def cubic(litres: int) -> Decimal:
    return Decimal(litres).scaleb(-3)


def share_text(part: int, whole: int) -> str:
    """A share as per cent with one place."""
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "—"


def item_rows(found: SimulationPage) -> list[MoneyRow]:
    """Revenue by charge item, in the items' order."""
    amounts: Mapping[str, Sequence[int]] = found.results["total"]["items"]
    ordered = [code for code in found.names.items if code in amounts]
    ordered += sorted(code for code in amounts if code not in found.names.items)
    return [MoneyRow(_item_name(found, code), yuan(amounts[code][0]), yuan(amounts[code][1])) for code in ordered]


def dimension_rows(found: SimulationPage, dimension: str) -> list[DimensionRow]:
    """The rows of `class`, `area` or `people`."""
    cells: Mapping[str, Any] = found.results[dimension]
    counts: Mapping[str, Sequence[int]] = found.results["accounts"][dimension]
    keys = sorted(cells, key=lambda key: (not key, int(key or 0)))
    if dimension == "people":
        names = {key: people_name(int(key) if key else None) for key in keys}
    else:
        known = found.names.classes if dimension == "class" else found.names.areas
        none = _("no usage class") if dimension == "class" else _("no area")
        names = {key: _spoken(known[key]) if key in known else none for key in keys}
    return [_dimension_row(names[key], cells[key], counts.get(key, (0, 0, 0))) for key in keys]


def tier_rows(found: SimulationPage) -> list[TierRow]:
    """The tiers of both versions, as many as the larger has."""
    total = found.results["total"]
    (old_volume, new_volume), (old_households, new_households) = total["tiers"], total["cycles"]
    count = max(len(old_volume), len(new_volume), len(old_households), len(new_households))
    limits = tier_limits(found.version)
    prices = water_prices(found.version)
    rows = []
    for place in range(count):
        volumes = [_at(old_volume, place), _at(new_volume, place)]
        households = [_at(old_households, place), _at(new_households, place)]
        rows.append(
            TierRow(
                tier=_("Tier %(tier)s") % {"tier": place + 1},
                limit=limits[place] if place < len(limits) else "—",
                prices=price_text(prices[place]) if place < len(prices) else "—",
                base_volume=cubic(volumes[0]),
                new_volume=cubic(volumes[1]),
                base_volume_share=share_text(volumes[0], sum(old_volume)),
                new_volume_share=share_text(volumes[1], sum(new_volume)),
                base_households=households[0],
                new_households=households[1],
                base_share=share_text(households[0], sum(old_households)),
                new_share=share_text(households[1], sum(new_households)),
            )
        )
    return rows


def spread_rows(found: SimulationPage) -> list[SpreadRow]:
    """Winners and losers by per cent of change."""
    spread: Sequence[Sequence[int]] = found.results["spread"]
    whole = sum(count for count, _fen in spread)
    return [
        SpreadRow(bin_name(place), count, share_text(count, whole), yuan(fen))
        for place, (count, fen) in enumerate(spread)
    ]


def example_rows(found: SimulationPage, kind: str) -> list[ExampleRow]:
    """The accounts of one of the lists: examples, dearest, cheapest."""
    months = months_of(found)
    return [
        ExampleRow(
            name=str(number),
            base=yuan(each.base_fen),
            new=yuan(each.new_fen),
            account_no=each.account_no,
            class_name=_spoken(found.names.classes[each.class_id]) if each.class_id in found.names.classes else "—",
            people=people_name(each.people),
            volume=cubic(each.litres),
            monthly=(cubic(each.litres) / months).quantize(Decimal("0.1")),
        )
        for number, each in enumerate(found.accounts[kind], 1)
    ]


def verdicts(found: SimulationPage) -> list[Verdict]:
    """The national test of the simulated version: coverage 80 % and 95 %, price ratio 1 : 1.5 : 3. None without tiers."""
    if found.version.tiers is None:
        return []
    households: Sequence[int] = found.results["total"]["cycles"][1]
    whole = sum(households)
    made = []
    for place, (asked, label) in enumerate(
        zip(COVERAGE, (_("Households within tier 1"), _("Households within tiers 1 and 2")), strict=True), 1
    ):
        inside = sum(households[:place])
        made.append(
            Verdict(
                label,
                _("at least %(share)s") % {"share": f"{asked * 100:.0f}%"},
                share_text(inside, whole),
                Decimal(inside) >= asked * whole if whole else None,
            )
        )
    prices = water_prices(found.version)
    if len(prices) >= len(RATIO) and prices[0]:
        ratios = [(price / prices[0]).quantize(Decimal("0.01")) for price in prices[: len(RATIO)]]
        # Compared unrounded: 1.4999 is not 1.5.
        holds = all(price >= asked * prices[0] for price, asked in zip(prices, RATIO, strict=False))
        made.append(
            Verdict(_("Price ratio of the tiers"), "1 : 1.5 : 3", " : ".join(_trimmed(each) for each in ratios), holds)
        )
    return made


def partial_cycle(found: SimulationPage) -> bool:
    """Whether the window does not cover whole tier cycles, so that coverage looks better than it is."""
    tiers = found.version.tiers
    return tiers is not None and tiers.mode is TierMode.CUMULATIVE and bool(months_of(found) % tiers.cycle_months)


def months_of(found: SimulationPage) -> int:
    """How many reading periods the window has."""
    return Month.from_number(found.row.last_month).months_since(Month.from_number(found.row.first_month)) + 1


def water_prices(version: PlanVersion) -> tuple[Decimal, ...]:
    """The prices of the first charge that is tiered."""
    for charge in version.charges:
        if isinstance(charge.shape, VolumeCharge) and not isinstance(charge.shape.price, FlatPrice):
            return tier_prices(charge.shape.price)
    return ()


def tier_limits(version: PlanVersion) -> list[str]:
    """What each tier takes in: `0–180`, `180–260`, `260+`; multiples of the quota as such."""
    if version.tiers is None:
        return []
    texts = [
        volume_text(limit) if isinstance(limit, Decimal) else _("%(multiple)s × quota") % {"multiple": limit.multiple}
        for limit in version.tiers.limits
    ]
    return [f"{below}–{limit}" for below, limit in zip(["0", *texts], texts, strict=False)] + [f"> {texts[-1]}"]


def bin_name(place: int) -> str:
    """The bin of winners and losers in words that fit under a bar."""
    if place == UNCHANGED:
        return _("no change")
    if place == 0:
        return f"< {EDGES[0]}%"
    if place == BINS - 1:
        return f"> +{EDGES[-1]}%"
    low, high = (EDGES[place - 1], EDGES[place]) if place < UNCHANGED else (EDGES[place - 2], EDGES[place - 1])
    return f"{_signed(low)}…{_signed(high)}%"


def people_name(people: int | None) -> str:
    """A household size."""
    if people is None:
        return _("not recorded")
    return _("%(count)s and more") % {"count": people} if people >= MOST_PEOPLE else str(people)


def _dimension_row(name: str, cell: Mapping[str, Any], counts: Sequence[int]) -> DimensionRow:
    households: Sequence[int] = cell["cycles"][1]
    whole = sum(households)
    return DimensionRow(
        name=name,
        base=yuan(cell["base"]),
        new=yuan(cell["new"]),
        accounts=counts[0],
        dearer=counts[1],
        cheaper=counts[2],
        bills=cell["bills"],
        volume=cubic(cell["litres"]),
        first_tiers=(share_text(sum(households[:1]), whole), share_text(sum(households[:2]), whole)),
    )


def _item_name(found: SimulationPage, code: str) -> str:
    special = {"rounding": _("rounding difference"), "minimum": _("minimum charge")}
    return _spoken(found.names.items[code]) if code in found.names.items else special.get(code, code)


def _spoken(names: tuple[str, str]) -> str:
    return names[1] if get_language() == "en" else names[0]


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def _at(values: Sequence[int], place: int) -> int:
    return values[place] if place < len(values) else 0


def _signed(edge: int) -> str:
    return f"+{edge}" if edge > 0 else str(edge)


def _trimmed(number: Decimal) -> str:
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".")

"""A tariff in words (价目说明): what a version says, as sentences and a table, for people who do not read files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.tariffs.rules.compiled import tier_prices
from qingyuan.domains.tariffs.rules.plan import (
    Charge,
    ExtraPerPerson,
    FeeScope,
    FirstPeriod,
    FixedCharge,
    FixedWhen,
    Household,
    HouseholdChange,
    Limit,
    Minimum,
    PartCycle,
    Per,
    PercentCharge,
    PlanVersion,
    Prorate,
    QuotaMultiple,
    Relief,
    RoundAt,
    Straddle,
    TierMode,
    Tiers,
    TransitionMethod,
    Treatment,
    VolumeCharge,
    VolumeUnit,
)
from qingyuan.interfaces.office.shell.details import Fact, FactList, SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import money_text, price_text, volume_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.kernel.rounding import Rounding

PER_WORDS = {Per.BILL: gettext_lazy("a bill"), Per.MONTH: gettext_lazy("a month")}
ROUNDING_WORDS = {
    Rounding.HALF_UP: gettext_lazy("half up"),
    Rounding.HALF_EVEN: gettext_lazy("half to even"),
    Rounding.DOWN: gettext_lazy("cut off"),
    Rounding.UP: gettext_lazy("rounded up"),
}
ROUND_AT_WORDS = {
    RoundAt.LINE: gettext_lazy("each line"),
    RoundAt.ITEM: gettext_lazy("each charge item"),
    RoundAt.TOTAL: gettext_lazy("the total"),
    RoundAt.TIER: gettext_lazy("each tier"),
}
TRANSITION_WORDS = {
    TransitionMethod.BY_DAY: gettext_lazy("Usage across the change of price is divided by days."),
    TransitionMethod.ALL_NEW: gettext_lazy("A bill across the change of price is charged at the new price throughout."),
    TransitionMethod.ALL_OLD: gettext_lazy("A bill across the change of price is charged at the old price throughout."),
}
TREATMENT_WORDS = {
    Treatment.TAXED: gettext_lazy("taxed"),
    Treatment.EXEMPT: gettext_lazy("tax-exempt"),
    Treatment.NOT_TAXABLE: gettext_lazy("not taxable"),
}
UNIT_WORDS = {VolumeUnit.M3: "m³", VolumeUnit.CCF: "CCF", VolumeUnit.KGAL: "kgal"}
TIER = gettext_lazy("Tier %(tier)s")


@dataclass(frozen=True, slots=True)
class ChargeWords:
    """One line of the price table. `prices` has one text per tier."""

    name: str
    code: str
    prices: tuple[str, ...]
    note: str


def price_table(version: PlanVersion) -> SubTable:
    """Charge items × tiers with their prices; a plan without tiers has one column of prices."""
    rows = [_charge(charge, version) for charge in version.charges]
    columns: list[Column[ChargeWords]] = [Column("name", gettext_lazy("Charge item"))]
    for index in range(version.tier_count):
        columns.append(
            Column(
                f"tier{index + 1}",
                TIER % {"tier": index + 1} if version.tiers is not None else gettext_lazy("Unit price"),
                ColumnKind.IDENTIFIER,
                value=_price_at(index),
            )
        )
    columns.append(Column("note", gettext_lazy("How it is charged"), ColumnKind.LONG_TEXT))
    return sub_table(gettext_lazy("Prices"), columns, rows)


def _price_at(index: int) -> Callable[[ChargeWords], str]:
    return lambda row: row.prices[index]


def _charge(charge: Charge, version: PlanVersion) -> ChargeWords:
    shape = charge.shape
    empty = ("",) * version.tier_count
    note = charge_note(charge, {each.item_code: each.name for each in version.charges})
    if isinstance(shape, VolumeCharge):
        prices = tier_prices(shape.price)
        if len(prices) == 1:
            prices = prices * version.tier_count
        return ChargeWords(charge.name, charge.item_code, tuple(price_text(each) for each in prices), note)
    return ChargeWords(charge.name, charge.item_code, empty, note)


def charge_note(charge: Charge, names: Mapping[str, str] | None = None) -> str:
    """How a charge is charged, its prices aside. `names`: of the items that a percent item is taken of."""
    if isinstance(charge.shape, VolumeCharge):
        return _volume(charge)
    if isinstance(charge.shape, FixedCharge):
        return _joined(_fixed(charge.shape), _tax(charge))
    return _joined(_percent(charge.shape, dict(names or {})), _tax(charge))


def _volume(charge: Charge) -> str:
    shape = charge.shape
    assert isinstance(shape, VolumeCharge)
    parts = [_("yuan/m³ by volume")]
    if shape.volume_factor != 1:
        parts.append(_("charged on %(share)s of the metered volume") % {"share": _share(shape.volume_factor)})
    if shape.volume_rounding is not None:
        parts.append(
            _("charged volume rounded to %(scale)s places (%(mode)s)")
            % {"scale": shape.volume_rounding.scale, "mode": ROUNDING_WORDS[shape.volume_rounding.mode]}
        )
    return _joined(*parts, _tax(charge))


def _fixed(shape: FixedCharge) -> str:
    per = PER_WORDS[shape.per]
    if shape.amount is not None:
        parts = [_("%(amount)s yuan %(per)s") % {"amount": money_text(shape.amount), "per": per}]
    else:
        listed = "、".join(f"DN{calibre} {money_text(amount)}" for calibre, amount in shape.by_calibre or ())
        parts = [_("by calibre, yuan %(per)s: %(list)s") % {"per": per, "list": listed}]
    if shape.scope is FeeScope.POINT:
        parts.append(_("for each service point"))
    if shape.when is FixedWhen.USED:
        parts.append(_("only when water was used"))
    if shape.prorate is Prorate.DAYS:
        parts.append(_("part months by days"))
    elif shape.prorate is Prorate.HALF_MONTH:
        parts.append(_("part months by half months"))
    return _joined(*parts)


def _percent(shape: PercentCharge, names: dict[str, str]) -> str:
    of_items = "、".join(names.get(code, code) for code in shape.of_items)
    return _("%(share)s of %(items)s") % {"share": _share(shape.rate), "items": of_items}


def _tax(charge: Charge) -> str:
    tax = charge.tax
    if tax is None or tax.treatment is Treatment.NOT_TAXABLE:
        return ""
    if tax.rate is None:
        return str(TREATMENT_WORDS[tax.treatment])
    word = _("tax %(rate)s included") if tax.included else _("tax %(rate)s on top")
    return word % {"rate": _share(tax.rate)}


def tier_words(version: PlanVersion) -> FactList | None:
    """The tiers, whom they count for, and how people change them; None for a plan without tiers."""
    tiers = version.tiers
    if tiers is None:
        return None
    unit = UNIT_WORDS[version.volume_unit]
    facts = [Fact(TIER % {"tier": number}, text) for number, text in enumerate(_bounds(tiers, unit), 1)]
    facts.append(Fact(gettext_lazy("Counted"), _cycle(tiers)))
    if version.household is not None:
        facts.append(Fact(gettext_lazy("Household"), _household(version.household)))
    if tiers.part_cycle is PartCycle.BY_MONTH:
        facts.append(Fact(gettext_lazy("Opened within a cycle"), _("limits by the months that are left")))
    return FactList(tuple(facts), heading=gettext_lazy("Tiers"))


def _bounds(tiers: Tiers, unit: str) -> Iterable[str]:
    lower = f"0 {unit}"
    for limit in tiers.limits:
        upper = _limit(limit, unit)
        yield _("%(lower)s to %(upper)s") % {"lower": lower, "upper": upper}
        lower = upper
    yield _("above %(lower)s") % {"lower": lower}


def _limit(limit: Limit, unit: str) -> str:
    if isinstance(limit, QuotaMultiple):
        return _("%(multiple)s × quota") % {"multiple": volume_text(limit.multiple)}
    return f"{volume_text(limit)} {unit}"


def _cycle(tiers: Tiers) -> str:
    if tiers.mode is TierMode.PER_BILL:
        parts = [_("anew with each bill, limits for %(months)s months") % {"months": tiers.cycle_months}]
    else:
        parts = [
            _("over %(months)s months from %(start)s on") % {"months": tiers.cycle_months, "start": tiers.cycle_starts}
        ]
        if tiers.straddle is Straddle.BY_DAYS:
            parts.append(_("usage across two cycles is divided by days"))
        elif tiers.first_period is FirstPeriod.OLD:
            parts.append(_("the first period still counts in the old cycle"))
    return _joined(*parts)


def _household(household: Household) -> str:
    rule = household.rule
    if isinstance(rule, ExtraPerPerson):
        added = " / ".join(dict.fromkeys(volume_text(each) for each in rule.additions))
        text = _("above %(people)s people, each one adds %(added)s m³ to the limits") % {
            "people": rule.base_people,
            "added": added,
        }
    else:
        each = " / ".join(volume_text(limit) for limit in rule.limits)
        text = _("from %(people)s people on, %(each)s m³ a head") % {"people": rule.from_people, "each": each}
    change = household.change is HouseholdChange.BY_MONTH
    return _joined(text, _("a change counts month by month") if change else _("a change counts for the whole cycle"))


def rule_words(version: PlanVersion) -> FactList:
    """Billed volume, minimum, rounding, reliefs, and how this version takes over from the one before."""
    facts = [Fact(gettext_lazy("Billed volume"), _billed(version))]
    if version.minimum is not None:
        facts.append(Fact(gettext_lazy("Minimum"), _minimum(version.minimum)))
    facts.append(
        Fact(
            gettext_lazy("Rounding"),
            _("%(where)s to %(scale)s places, %(mode)s")
            % {
                "where": ROUND_AT_WORDS[version.rounding.at],
                "scale": version.rounding.scale,
                "mode": ROUNDING_WORDS[version.rounding.mode],
            },
        )
    )
    facts.append(Fact(gettext_lazy("Change of price"), TRANSITION_WORDS[version.transition.method]))
    names = {charge.item_code: charge.name for charge in version.charges}
    facts += [Fact(_("Relief %(scheme)s") % {"scheme": one.scheme}, _relief(one, names)) for one in version.relief]
    return FactList(tuple(facts), heading=gettext_lazy("Rules"))


def _billed(version: PlanVersion) -> str:
    rule = version.volume
    text = _("%(scale)s places, %(mode)s") % {"scale": rule.scale, "mode": ROUNDING_WORDS[rule.rounding]}
    return _joined(text, _("the remainder goes to the next period") if rule.carry else "")


def _minimum(minimum: Minimum) -> str:
    per = PER_WORDS[minimum.per]
    if minimum.volume is not None:
        return _("at least %(volume)s m³ %(per)s") % {"volume": volume_text(minimum.volume), "per": per}
    return _("at least %(amount)s yuan %(per)s") % {"amount": money_text(minimum.amount), "per": per}


def _relief(relief: Relief, names: dict[str, str]) -> str:
    per = PER_WORDS[relief.per]
    what = ""
    if relief.volume is not None:
        what = _("%(volume)s m³ free %(per)s") % {"volume": volume_text(relief.volume), "per": per}
    elif relief.price is not None:
        prices = " / ".join(price_text(each) for each in tier_prices(relief.price))
        what = _("price %(prices)s yuan/m³") % {"prices": prices}
    elif relief.rate is not None:
        what = _("%(share)s off") % {"share": _share(relief.rate)}
    elif relief.amount is not None:
        what = _("%(amount)s yuan off %(per)s") % {"amount": money_text(relief.amount), "per": per}
    return _joined(what, "、".join(names.get(code, code) for code in relief.items))


def _share(share: Decimal) -> str:
    text = f"{share * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def _joined(*parts: str) -> str:
    return _("; ").join(str(part) for part in parts if part)

"""PlanVersion → tariff file (价目文件导出): text that parses to the equal version; what has its default is left out."""

from collections.abc import Mapping
from decimal import Decimal

import yaml

from qingyuan.domains.tariffs.rules.parse import FORMAT
from qingyuan.domains.tariffs.rules.plan import (
    AmountRounding,
    BaseMultiples,
    Charge,
    ExtraPerPerson,
    FeeScope,
    FirstPeriod,
    FixedCharge,
    FixedWhen,
    FlatPrice,
    Funder,
    Household,
    HouseholdChange,
    Limit,
    MonthDay,
    PartCycle,
    PercentCharge,
    PlanKind,
    PlanVersion,
    Price,
    Prorate,
    QuotaMultiple,
    Relief,
    ReliefKind,
    Straddle,
    Tax,
    TierMode,
    TierPrices,
    Tiers,
    Transition,
    Treatment,
    VolumeCharge,
    VolumeRule,
    VolumeUnit,
)

Plain = dict[str, object]


def dump_version(version: PlanVersion) -> str:
    """The tariff file of a version, UTF-8 text."""
    return yaml.safe_dump(version_as_plain(version), allow_unicode=True, sort_keys=False, width=110)


def version_as_plain(version: PlanVersion) -> Plain:
    """The file's content as dictionaries, lists and strings; numbers are strings."""
    effective: Plain = {"from": version.effective_from.isoformat()}
    if version.effective_to is not None:
        effective["to"] = version.effective_to.isoformat()
    made: Plain = {"format": FORMAT}
    if version.kind is not PlanKind.PLAN:
        made["kind"] = version.kind.value
    made |= {"code": version.code, "name": version.name}
    made |= {
        key: getattr(version, key) for key in ("document", "source", "note", "usage_class") if getattr(version, key)
    }
    if version.currency != "CNY":
        made["currency"] = version.currency
    if version.volume_unit is not VolumeUnit.M3:
        made["volume_unit"] = version.volume_unit.value
    made["effective"] = effective
    if version.tiers is not None:
        made["tiers"] = _tiers(version.tiers)
    if version.household is not None:
        made["household"] = _household(version.household)
    if version.volume != VolumeRule():
        rule = version.volume
        made["volume"] = {"scale": rule.scale, "rounding": rule.rounding.value, "carry": rule.carry}
    if version.minimum is not None:
        least = {"volume": version.minimum.volume, "amount": version.minimum.amount}
        made["minimum"] = {**_given(least), "per": version.minimum.per.value}
    made["charges"] = [_charge(charge) for charge in version.charges]
    if version.relief:
        made["relief"] = [_relief(relief) for relief in version.relief]
    if version.rounding != AmountRounding():
        rounding = version.rounding
        made["rounding"] = {"scale": rounding.scale, "mode": rounding.mode.value, "at": rounding.at.value}
    if version.transition != Transition():
        change = version.transition
        made["transition"] = {
            "method": change.method.value,
            "volume": {"scale": change.scale, "mode": change.mode.value},
        }
    return made


def _text(number: Decimal) -> str:
    return format(number, "f")


def _given(numbers: Mapping[str, Decimal | None]) -> Plain:
    return {key: _text(number) for key, number in numbers.items() if number is not None}


def _limit(limit: Limit) -> object:
    return {"quota": _text(limit.multiple)} if isinstance(limit, QuotaMultiple) else _text(limit)


def _tiers(tiers: Tiers) -> Plain:
    made: Plain = {"limits": [_limit(limit) for limit in tiers.limits], "cycle_months": tiers.cycle_months}
    if tiers.cycle_starts != MonthDay(1, 1):
        made["cycle_starts"] = str(tiers.cycle_starts)
    if tiers.mode is not (TierMode.CUMULATIVE if tiers.cycle_months == 12 else TierMode.PER_BILL):
        made["mode"] = tiers.mode.value
    if tiers.straddle is not Straddle.BY_PERIOD:
        made["straddle"] = tiers.straddle.value
    if tiers.first_period is not FirstPeriod.NEW:
        made["first_period"] = tiers.first_period.value
    if tiers.counter is not None:
        made["counter"] = tiers.counter
    if tiers.part_cycle is not PartCycle.FULL:
        made["part_cycle"] = tiers.part_cycle.value
    return made


def _household(household: Household) -> Plain:
    rule = household.rule
    made: Plain = {}
    if isinstance(rule, ExtraPerPerson):
        same = len(set(rule.additions)) == 1
        extra: object = _text(rule.additions[0]) if same else [_text(each) for each in rule.additions]
        made = {"base_people": rule.base_people, "extra_per_person": extra}
    else:
        if rule.base_people is not None:
            made["base_people"] = rule.base_people
        made |= {"per_person_from": rule.from_people, "limits_per_person": [_text(each) for each in rule.limits]}
    if household.change is not HouseholdChange.FULL_CYCLE:
        made["change"] = household.change.value
    return made


def _price(price: Price) -> object:
    if isinstance(price, FlatPrice):
        return _text(price.price)
    if isinstance(price, TierPrices):
        return [_text(each) for each in price.prices]
    return _multiples(price)


def _multiples(price: BaseMultiples) -> Plain:
    return {"base": _text(price.base), "multiples": [_text(each) for each in price.multiples]}


def _charge(charge: Charge) -> Plain:
    made: Plain = {"item": charge.item_code}
    if charge.name != charge.item_code:
        made["name"] = charge.name
    shape = charge.shape
    if isinstance(shape, VolumeCharge):
        made["price"] = _price(shape.price)
        if shape.volume_factor != 1:
            made["volume_factor"] = _text(shape.volume_factor)
        if shape.volume_rounding is not None:
            rounding = shape.volume_rounding
            made["volume_rounding"] = {"scale": rounding.scale, "mode": rounding.mode.value, "at": rounding.at.value}
    elif isinstance(shape, FixedCharge):
        made["fixed"] = _fixed(shape)
    elif isinstance(shape, PercentCharge):
        made["percent_of"] = {"items": list(shape.of_items), "rate": _text(shape.rate)}
    if charge.tax is not None:
        made["tax"] = _tax(charge.tax)
    return made


def _fixed(fixed: FixedCharge) -> Plain:
    made: Plain = {"per": fixed.per.value, **_given({"amount": fixed.amount})}
    if fixed.by_calibre is not None:
        made["by_calibre"] = {calibre: _text(fee) for calibre, fee in fixed.by_calibre}
    if fixed.prorate is not Prorate.NONE:
        made["prorate"] = fixed.prorate.value
    if fixed.when is not FixedWhen.ALWAYS:
        made["when"] = fixed.when.value
    if fixed.scope is not FeeScope.ACCOUNT:
        made["scope"] = fixed.scope.value
    return made


def _tax(tax: Tax) -> Plain:
    made: Plain = {"treatment": tax.treatment.value}
    if tax.treatment is Treatment.TAXED and tax.rate is not None:
        made |= {"rate": _text(tax.rate), "included": tax.included}
    return made


def _relief(relief: Relief) -> Plain:
    made: Plain = {"scheme": relief.scheme, "kind": relief.kind.value, "items": list(relief.items)}
    made |= _given({"volume": relief.volume, "rate": relief.rate, "amount": relief.amount})
    if relief.price is not None:
        made["price"] = _price(relief.price)
    if relief.kind in (ReliefKind.FREE_VOLUME, ReliefKind.AMOUNT):
        made["per"] = relief.per.value
    if relief.kind is ReliefKind.FREE_VOLUME:
        made["position"] = relief.position.value
    if relief.funded_by is not Funder.UTILITY:
        made["funded_by"] = relief.funded_by.value
    return made

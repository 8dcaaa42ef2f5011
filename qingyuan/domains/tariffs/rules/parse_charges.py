"""Tariff file: charges, relief, tax (费用项、优惠减免、税)."""

from collections.abc import Iterable
from decimal import Decimal

import yaml

from qingyuan.domains.tariffs.rules.nodes import (
    Problems,
    Section,
    decimal_of,
    elements_of,
    shown,
    text_of,
)
from qingyuan.domains.tariffs.rules.plan import (
    BaseMultiples,
    Charge,
    FeeScope,
    FixedCharge,
    FixedWhen,
    FlatPrice,
    FreePosition,
    Funder,
    Per,
    PercentCharge,
    Price,
    Prorate,
    Relief,
    ReliefKind,
    RoundAt,
    Tax,
    TierPrices,
    Treatment,
    VolumeCharge,
    VolumeRounding,
)
from qingyuan.kernel.rounding import Rounding

PRICE_PLACES = 6
_SHAPES = ("price", "fixed", "percent_of")
_CHARGE_KEYS = ("item", "name", "price", "volume_factor", "volume_rounding", "fixed", "percent_of", "tax")
_RELIEF_KEYS = ("scheme", "kind", "items", "volume", "price", "rate", "amount", "per", "position", "funded_by")
_RELIEF_VALUE = {
    ReliefKind.FREE_VOLUME: "volume",
    ReliefKind.PRICE: "price",
    ReliefKind.PERCENT: "rate",
    ReliefKind.AMOUNT: "amount",
}
_RELIEF_EXTRA = {
    ReliefKind.FREE_VOLUME: ("per", "position"),
    ReliefKind.PRICE: (),
    ReliefKind.PERCENT: (),
    ReliefKind.AMOUNT: ("per",),
}


def parse_charges(nodes: Iterable[yaml.Node], place: str, problems: Problems, tiers: int | None) -> tuple[Charge, ...]:
    """The charges. `tiers` is the plan's number of tiers, None for an item file (its list fits the plan it joins)."""
    charges: list[Charge] = []
    for index, node in enumerate(nodes, 1):
        charge = _charge(node, f"{place}[{index}]", problems, tiers)
        if any(other.item_code == charge.item_code for other in charges):
            problems.add(node, f"{place}[{index}].item", "double_charge", item=charge.item_code)
        if isinstance(charge.shape, PercentCharge):
            known = {other.item_code for other in charges}
            later = {_code_of(other) for other in nodes if not _is_percent(other)}
            for code in charge.shape.of_items:
                if code == charge.item_code or code not in known | later:
                    problems.add(node, f"{place}[{index}].percent_of.items", "unknown_item", item=code)
        charges.append(charge)
    return tuple(charges)


def _code_of(node: yaml.Node) -> str:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "item":
            return str(value.value)
    return ""


def _is_percent(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and any(key.value == "percent_of" for key, _ in node.value)


def _charge(node: yaml.Node, place: str, problems: Problems, tiers: int | None) -> Charge:
    section = Section(node, place, problems, _CHARGE_KEYS)
    code = section.text("item", required=True)
    given = [key for key in _SHAPES if key in section]
    shape: VolumeCharge | FixedCharge | PercentCharge = VolumeCharge(FlatPrice(Decimal(0)))
    if len(given) != 1 and isinstance(node, yaml.MappingNode):
        problems.add(node, place, "charge_one_shape", allowed=", ".join(_SHAPES))
    elif given == ["price"]:
        shape = _volume_charge(section, tiers)
    elif given == ["fixed"]:
        shape = _fixed(section)
    elif given == ["percent_of"]:
        shape = _percent(section)
    if given != ["price"]:
        for key in ("volume_factor", "volume_rounding"):
            if key in section:
                section.complain(key, "only_with_price", key=key)
    tax_node = section.optional("tax")
    tax = parse_tax(tax_node, section.at("tax"), problems) if tax_node is not None else None
    return Charge(code, section.text("name", code), shape, tax, node.start_mark.line + 1)


def _volume_charge(section: Section, tiers: int | None) -> VolumeCharge:
    price_node = section.required("price")
    if price_node is None:
        return VolumeCharge(FlatPrice(Decimal(0)))
    price = parse_price(price_node, section.at("price"), section.problems, tiers)
    rounding: VolumeRounding | None = None
    node = section.optional("volume_rounding")
    if node is not None:
        place = section.at("volume_rounding")
        inner = Section(node, place, section.problems, ("scale", "mode", "at"))
        rounding = VolumeRounding(
            scale=inner.integer("scale", 0, least=0, most=3),
            mode=inner.choice("mode", Rounding, Rounding.HALF_UP),
            at=inner.choice("at", RoundAt, RoundAt.TIER, allowed=(RoundAt.TIER, RoundAt.ITEM)),
        )
        if rounding.at is RoundAt.ITEM and not isinstance(price, FlatPrice):
            inner.complain("at", "item_rounding_needs_flat")
    factor = section.decimal("volume_factor", Decimal(1), places=PRICE_PLACES)
    return VolumeCharge(price, factor, rounding)


def parse_price(node: yaml.Node, place: str, problems: Problems, tiers: int | None) -> Price:
    """A list with one price per tier, a single price, or {base, multiples}."""
    if isinstance(node, yaml.SequenceNode):
        prices = tuple(_numbers(node, place, problems))
        _expect_tiers(node, place, problems, len(prices), tiers)
        return TierPrices(prices)
    if isinstance(node, yaml.MappingNode):
        section = Section(node, place, problems, ("base", "multiples"))
        base = section.decimal("base", places=PRICE_PLACES)
        list_node = section.required("multiples")
        multiples = tuple(_numbers(list_node, section.at("multiples"), problems)) if list_node is not None else ()
        if list_node is not None:
            _expect_tiers(list_node, section.at("multiples"), problems, len(multiples), tiers)
        return BaseMultiples(base, multiples)
    return FlatPrice(decimal_of(node, place, problems, places=PRICE_PLACES))


def _numbers(node: yaml.Node, place: str, problems: Problems) -> list[Decimal]:
    return [
        decimal_of(element, f"{place}[{index}]", problems, places=PRICE_PLACES)
        for index, element in enumerate(elements_of(node, place, problems), 1)
    ]


def _expect_tiers(node: yaml.Node, place: str, problems: Problems, given: int, tiers: int | None) -> None:
    if tiers is not None and given and given != tiers:
        problems.add(node, place, "price_count", given=given, wanted=tiers)


def _fixed(section: Section) -> FixedCharge:
    place = section.at("fixed")
    node = section.required("fixed")
    if node is None:
        return FixedCharge(Per.MONTH, Decimal(0))
    keys = ("per", "amount", "by_calibre", "prorate", "when", "scope")
    inner = Section(node, place, section.problems, keys)
    if ("amount" in inner) == ("by_calibre" in inner):
        section.problems.add(node, place, "fixed_one_of")
    by_calibre: tuple[tuple[str, Decimal], ...] | None = None
    table = inner.optional("by_calibre")
    if table is not None:
        by_calibre = _by_calibre(table, inner.at("by_calibre"), section.problems)
    per = inner.choice("per", Per, Per.MONTH)
    prorate = inner.choice("prorate", Prorate, Prorate.NONE)
    if per is Per.BILL and prorate is not Prorate.NONE:
        inner.complain("prorate", "prorate_needs_month")
    return FixedCharge(
        per=per,
        amount=inner.optional_decimal("amount", places=PRICE_PLACES),
        by_calibre=by_calibre,
        prorate=prorate,
        when=inner.choice("when", FixedWhen, FixedWhen.ALWAYS),
        scope=inner.choice("scope", FeeScope, FeeScope.ACCOUNT),
    )


def _by_calibre(node: yaml.Node, place: str, problems: Problems) -> tuple[tuple[str, Decimal], ...]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        problems.add(node, place, "not_calibre_table")
        return ()
    fees: dict[str, Decimal] = {}
    for key_node, value_node in node.value:
        calibre = text_of(key_node, place, problems)
        if calibre in fees:
            problems.add(key_node, place, "double_key", key=calibre)
        fees[calibre] = decimal_of(value_node, f"{place}.{calibre}", problems, places=PRICE_PLACES)
    return tuple(fees.items())


def _percent(section: Section) -> PercentCharge:
    node = section.required("percent_of")
    if node is None:
        return PercentCharge((), Decimal(0))
    inner = Section(node, section.at("percent_of"), section.problems, ("items", "rate"))
    return PercentCharge(_codes(inner, "items"), inner.decimal("rate", places=PRICE_PLACES))


def _codes(section: Section, key: str) -> tuple[str, ...]:
    place = section.at(key)
    codes = tuple(text_of(element, place, section.problems) for element in section.elements(key, required=True))
    if len(set(codes)) != len(codes):
        section.complain(key, "double_in_list")
    return codes


def parse_tax(node: yaml.Node, place: str, problems: Problems) -> Tax:
    """{treatment: taxed, rate, included} | {treatment: exempt} | {treatment: not_taxable}."""
    section = Section(node, place, problems, ("treatment", "rate", "included"))
    treatment = section.choice("treatment", Treatment, None)
    if treatment is not Treatment.TAXED:
        for key in ("rate", "included"):
            if key in section:
                section.complain(key, "only_when_taxed", key=key)
        return Tax(treatment)
    rate = section.decimal("rate", places=PRICE_PLACES)
    if rate >= 1:
        section.complain("rate", "rate_too_high", value=shown(section.optional("rate") or node))
    return Tax(treatment, rate, section.boolean("included", True))


def parse_relief(
    nodes: Iterable[yaml.Node], place: str, problems: Problems, charges: tuple[Charge, ...], tiers: int
) -> tuple[Relief, ...]:
    return tuple(_relief(node, f"{place}[{index}]", problems, charges, tiers) for index, node in enumerate(nodes, 1))


def _relief(node: yaml.Node, place: str, problems: Problems, charges: tuple[Charge, ...], tiers: int) -> Relief:
    section = Section(node, place, problems, _RELIEF_KEYS)
    scheme = section.text("scheme", required=True)
    kind = section.choice("kind", ReliefKind, None)
    items = _codes(section, "items")
    shapes = {charge.item_code: charge.shape for charge in charges}
    priced_only = kind in (ReliefKind.FREE_VOLUME, ReliefKind.PRICE)
    for code in items:
        if code not in shapes:
            section.complain("items", "unknown_item", item=code)
        elif priced_only and not isinstance(shapes[code], VolumeCharge):
            section.complain("items", "relief_needs_price", item=code, kind=kind.value)
    value_key = _RELIEF_VALUE[kind]
    fitting = (value_key, *_RELIEF_EXTRA[kind])
    for key in ("volume", "price", "rate", "amount", "per", "position"):
        if key in section and key not in fitting:
            section.complain(key, "not_for_kind", key=key, kind=kind.value)
    value_node = section.required(value_key)
    price: Price | None = None
    if kind is ReliefKind.PRICE and value_node is not None:
        price = parse_price(value_node, section.at("price"), problems, tiers)
        if isinstance(price, BaseMultiples):
            section.complain("price", "relief_price_shape")
    rate = section.optional_decimal("rate", places=PRICE_PLACES)
    if rate is not None and rate > 1:
        section.complain("rate", "rate_too_high", value=shown(value_node or node))
    return Relief(
        scheme=scheme,
        kind=kind,
        items=items,
        volume=section.optional_decimal("volume", places=3),
        price=None if isinstance(price, BaseMultiples) else price,
        rate=rate,
        amount=section.optional_decimal("amount", places=2),
        per=section.choice("per", Per, Per.MONTH),
        position=section.choice("position", FreePosition, FreePosition.BOTTOM),
        funded_by=section.choice("funded_by", Funder, Funder.UTILITY),
    )

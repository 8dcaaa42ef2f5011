"""An OWRS class and one choice → a version of a price plan (转换为价格方案版本), exact or refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from qingyuan.domains.tariffs.rules.owrs import amounts
from qingyuan.domains.tariffs.rules.owrs.amounts import Amount
from qingyuan.domains.tariffs.rules.owrs.evaluate import Evaluation, only_text
from qingyuan.domains.tariffs.rules.owrs.formula import Name, Term, addends, names_of
from qingyuan.domains.tariffs.rules.owrs.refusal import exact, refuse, shown_number
from qingyuan.domains.tariffs.rules.owrs.source import OwrsFile
from qingyuan.domains.tariffs.rules.plan import (
    AmountRounding,
    Charge,
    FixedCharge,
    FlatPrice,
    Per,
    PlanVersion,
    RoundAt,
    TierMode,
    TierPrices,
    Tiers,
    VolumeCharge,
)

BILL = "bill"
_PRICE_PLACES = 6
_VOLUME_PLACES = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the plans are named: the currency, and charge items in place of OWRS names (`commodity_charge` → `water`)."""

    currency: str = "USD"
    charge_items: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Maker:
    """Turns exact fractions into the numbers of the file, or refuses with the place in mind."""

    place: str
    line: int
    names: frozenset[str]

    def price(self, value: Fraction, name: str) -> Decimal:
        return self._number(value, _PRICE_PLACES, f"{self.place}.{name if name in self.names else BILL}")

    def _number(self, value: Fraction, places: int, place: str) -> Decimal:
        if value < 0:
            raise refuse(self.line, place, "negative", value=shown_number(value))
        number = exact(value, places)
        if number is None:
            raise refuse(self.line, place, "not_exact", value=shown_number(value), places=places)
        return number

    def limit(self, value: Fraction) -> Decimal:
        return self._number(value, _VOLUME_PLACES, f"{self.place}.{BILL}")


def usages_of(file: OwrsFile) -> frozenset[str]:
    """The names of the usage: the data column is called `usage_ccf`, whatever the unit of the bill."""
    unit = re.sub(r"[^a-z0-9]", "", file.unit_text.lower())
    return frozenset({"usage_ccf", "usage", f"usage_{unit}"})


@dataclass(frozen=True, slots=True)
class Converted:
    """A plan without its note, and the deductions that went into another charge's price."""

    version: PlanVersion
    folded: Mapping[str, str]


def convert(file: OwrsFile, class_name: str, evaluation: Evaluation, wishes: Wishes, code: str) -> Converted:
    """The plan for the evaluation's choices.

    Raises OwrsRefused; NeedsMeterSize when the choices leave the meter's size open and it is needed.
    """
    terms, folded = _without_deductions(_terms(evaluation))
    line = evaluation.fields[BILL].line
    maker = _Maker(evaluation.place, line, frozenset(evaluation.fields))
    limits = tuple(sorted({limit for amount in terms.values() for block in amount.blocks for limit in block}))
    if limits and file.cycle_months is None:
        raise refuse(1, "metadata.bill_frequency", "unknown_frequency", value=file.frequency[:40])
    charges: list[Charge] = []
    for name, amount in terms.items():
        charges += _charges(name, amount, limits, file, evaluation, maker)
    renamed = wishes.charge_items or {}
    version = PlanVersion(
        code=code,
        name=f"{file.utility} {class_name}".strip(),
        effective_from=file.effective,
        effective_to=None,
        charges=tuple(
            Charge(renamed.get(charge.item_code, charge.item_code), charge.name, charge.shape) for charge in charges
        ),
        usage_class=class_name,
        currency=wishes.currency,
        volume_unit=file.unit,
        tiers=None
        if not limits
        else Tiers(
            limits=tuple(maker.limit(limit / file.per_unit) for limit in limits),
            cycle_months=file.cycle_months or 1,
            mode=TierMode.PER_BILL,
        ),
        rounding=AmountRounding(at=RoundAt.TOTAL),
    )
    return Converted(version, folded)


def _without_deductions(terms: Mapping[str, Amount]) -> tuple[dict[str, Amount], dict[str, str]]:
    """Each deduction taken off the first charge that stays above zero; one that none can bear stays as it is."""
    kept = {name: amount for name, amount in terms.items() if not amount.may_be_negative}
    folded: dict[str, str] = {}
    for name, deduction in terms.items():
        if name not in kept:
            lessened = {other: amounts.add(amount, deduction) for other, amount in kept.items()}
            bearer = next((other for other, amount in lessened.items() if not amount.may_be_negative), None)
            if bearer is None:
                kept[name] = deduction
            else:
                kept[bearer], folded[name] = lessened[bearer], bearer
    return {name: kept[name] for name in terms if name in kept}, folded


def _terms(evaluation: Evaluation) -> dict[str, Amount]:
    """The amounts that the bill adds up, by the name under which each is charged. Raises as `convert`."""
    if BILL not in evaluation.fields:
        raise refuse(1, evaluation.at(BILL), "bill_missing")
    value, place = evaluation.value_of(BILL)
    text, line = only_text(value, place)
    made: dict[str, Amount] = {}
    for index, term in enumerate(addends(evaluation.formula(text, place, line)), 1):
        name = _name_of(term, evaluation, index)
        amount = evaluation.term(term, place, line)
        made[name] = amounts.add(made[name], amount) if name in made else amount
    return made


def _name_of(term: Term, evaluation: Evaluation, index: int) -> str:
    """The name itself, or the first charge that a term speaks of: 1.05*commodity_charge is the commodity charge."""
    if isinstance(term, Name):
        return BILL if term.name in evaluation.usages else term.name
    named = [name for name in names_of(term) if name in evaluation.fields]
    return named[0] if named else f"{BILL}_{index}"


def _charges(
    name: str,
    amount: Amount,
    limits: Sequence[Fraction],
    file: OwrsFile,
    evaluation: Evaluation,
    maker: _Maker,
) -> list[Charge]:
    made: list[Charge] = []
    per_unit = file.per_unit
    if amount.blocks:
        prices = _merged(amount, limits)
        made.append(
            Charge(name, name, VolumeCharge(TierPrices(tuple(maker.price(p * per_unit, name) for p in prices))))
        )
    elif amount.rate:
        made.append(Charge(name, name, VolumeCharge(FlatPrice(maker.price(amount.rate * per_unit, name)))))
    if amount.fixed or amount.by_size is not None or not made:
        fixed_name = f"{name}_fixed" if made else name
        made.append(Charge(fixed_name, fixed_name, _fixed(name, amount, file, evaluation.size_words, maker.price)))
    return made


def _merged(amount: Amount, limits: Sequence[Fraction]) -> list[Fraction]:
    """One price per tier of the plan: each of its tiers lies wholly inside one tier of every block."""
    prices: list[Fraction] = []
    for upper in (*limits, None):
        price = amount.rate
        for block, rates in amount.blocks.items():
            within = next((at for at, limit in enumerate(block) if upper is not None and upper <= limit), len(block))
            price += rates[within]
        prices.append(price)
    return prices


def _fixed(
    name: str,
    amount: Amount,
    file: OwrsFile,
    size_words: Mapping[str, str],
    price: Callable[[Fraction, str], Decimal],
) -> FixedCharge:
    per = Per.MONTH if file.cycle_months == 1 else Per.BILL
    if amount.by_size is None:
        return FixedCharge(per, amount=price(amount.fixed, name))
    fees = {size_words.get(size, size): price(amount.fixed + fee, name) for size, fee in amount.by_size.items()}
    return FixedCharge(per, by_calibre=tuple(fees.items()))

"""Working out the names of a class (求值): each as an amount, for one choice of the facts of an account."""

from collections.abc import Mapping
from fractions import Fraction

from qingyuan.domains.tariffs.rules.owrs import amounts
from qingyuan.domains.tariffs.rules.owrs.amounts import Amount
from qingyuan.domains.tariffs.rules.owrs.formula import Name, NotFormula, Number, Product, Sign, Term, parse_formula
from qingyuan.domains.tariffs.rules.owrs.keys import canonical, split_key, written_size
from qingyuan.domains.tariffs.rules.owrs.refusal import NeedsMeterSize, OwrsRefused, refuse
from qingyuan.domains.tariffs.rules.owrs.source import METER_SIZE, Field, Listed, Mapped, Written
from qingyuan.domains.tariffs.rules.owrs.tiers import RateType, rate_type, tier_block

_DEEPEST = 40


class NoSuchCombination(OwrsRefused):
    """A map has no value for this choice (无此组合): the file does not price such an account."""


class Evaluation:
    """One class with its choices: `chosen` has the canonical value of each dimension and fact that is given."""

    def __init__(
        self, fields: Mapping[str, Field], place: str, usages: frozenset[str], chosen: Mapping[str, str]
    ) -> None:
        self.fields, self.place, self.usages, self.chosen = fields, place, usages, chosen
        self.size_words: dict[str, str] = {}
        self._known: dict[str, Amount] = {}
        self._open: list[str] = []

    def at(self, name: str) -> str:
        return f"{self.place}.{name}"

    def amount_of(self, name: str, *, asked_by: str, line: int) -> Amount:
        """The amount of a name. Raises OwrsRefused, NeedsMeterSize."""
        if name in self._known:
            return self._known[name]
        if name not in self.fields:
            return self._fact(name, asked_by, line)
        if name in self._open or len(self._open) > _DEEPEST:
            raise refuse(line, asked_by, "circular", name=name)
        self._open.append(name)
        try:
            made = self._field(name, self.fields[name])
        finally:
            self._open.pop()
        self._known[name] = made
        return made

    def value_of(self, name: str) -> tuple[Written | Listed, str]:
        """What stands for a name, maps resolved, with its place. Raises OwrsRefused, NeedsMeterSize."""
        field = self.fields[name]
        if not isinstance(field, Mapped):
            return field, self.at(name)
        found = self._matching(name, field)
        if METER_SIZE in field.depends_on and METER_SIZE not in self.chosen:
            raise NeedsMeterSize
        (key,) = found.values()
        return field.values[key], f"{self.at(name)}.values.{key}"

    def constant(self, term: Term, place: str, line: int) -> Fraction:
        """The formula as one number. Raises OwrsRefused, NeedsMeterSize."""
        made = self._term(term, place, line)
        if made.by_size is not None:
            raise NeedsMeterSize
        if not made.is_constant:
            raise refuse(line, place, "usage_not_allowed")
        return made.fixed

    def amount(self, text: str, place: str, line: int) -> Amount:
        """A formula's amount. Raises OwrsRefused, NeedsMeterSize."""
        return self._term(self.formula(text, place, line), place, line)

    def formula(self, text: str, place: str, line: int) -> Term:
        """The formula. Raises OwrsRefused."""
        try:
            return parse_formula(text)
        except NotFormula as wrong:
            raise refuse(line, place, "not_formula", value=text[:60], rest=wrong.rest) from wrong

    def term(self, term: Term, place: str, line: int) -> Amount:
        """A part of a formula as an amount. Raises OwrsRefused, NeedsMeterSize."""
        return self._term(term, place, line)

    # Fields

    def _field(self, name: str, field: Field) -> Amount:
        if isinstance(field, Mapped):
            return self._map(name, field)
        return self._value(name, field, self.at(name))

    def _map(self, name: str, field: Mapped) -> Amount:
        found = self._matching(name, field)
        if METER_SIZE not in field.depends_on or METER_SIZE in self.chosen:
            (key,) = found.values()
            return self._value(name, field.values[key], f"{self.at(name)}.values.{key}")
        by_size: dict[str, Fraction] = {}
        for size, key in found.items():
            made = self._value(name, field.values[key], f"{self.at(name)}.values.{key}")
            if not made.is_constant:
                raise NeedsMeterSize
            by_size[size] = made.fixed
            self.size_words.setdefault(size, written_size(key, field.depends_on))
        return Amount(by_size=by_size)

    def _matching(self, name: str, field: Mapped) -> dict[str, str]:
        """The keys that fit the choices, by meter size ('' where it does not matter or is chosen)."""
        place = f"{self.at(name)}.values"
        wanted = {dimension: self.choice(dimension, field) for dimension in field.depends_on}
        found: dict[str, str] = {}
        for key in field.values:
            split = split_key(key, field.depends_on)
            assert split is not None, "odd keys are refused before anything is worked out"
            values = dict(zip(field.depends_on, split, strict=True))
            if all(wanted[dimension] in (None, value) for dimension, value in values.items()):
                size = values[METER_SIZE] if wanted.get(METER_SIZE, "") is None else ""
                if size in found:
                    raise refuse(field.values[key].line, f"{place}.{key}", "double_key")
                found[size] = key
        if not found:
            choice = "|".join(str(value or "*") for value in wanted.values())
            problem = refuse(field.line, place, "no_value", choice=choice, known=", ".join(field.values)[:200]).problem
            raise NoSuchCombination(problem)
        return found

    def choice(self, dimension: str, field: Mapped) -> str | None:
        """The chosen value; None for a meter size that is left open. A name of the class stands for its own value."""
        if dimension in self.chosen:
            return self.chosen[dimension]
        own = self.fields.get(dimension)
        if isinstance(own, Written) and own.text:
            return canonical(dimension, own.text)
        if dimension == METER_SIZE:
            return None
        raise refuse(field.line, self.at(dimension), "dimension_open", name=dimension)

    def _value(self, name: str, value: Written | Listed, place: str) -> Amount:
        text, line = only_text(value, place)
        kind = rate_type(text)
        if kind is not None:
            return self._tiers(name, kind, place, line)
        return self.amount(text, place, line)

    def _tiers(self, name: str, kind: RateType, place: str, line: int) -> Amount:
        limits, prices = tier_block(self, name, kind, place, line)
        return Amount(blocks={limits: prices}) if limits else Amount(rate=prices[0])

    def _fact(self, name: str, asked_by: str, line: int) -> Amount:
        if name in self.usages:
            return amounts.usage()
        given = self.chosen.get(name)
        if given is None:
            raise refuse(line, asked_by, "fact_missing", name=name)
        try:
            term = parse_formula(given)
        except NotFormula:
            term = None
        if isinstance(term, Sign) and isinstance(term.term, Number):
            return amounts.number(-term.term.value)
        if not isinstance(term, Number):
            raise refuse(line, asked_by, "fact_not_number", name=name, value=given[:40])
        return amounts.number(term.value)

    # Formulas

    def _term(self, term: Term, place: str, line: int) -> Amount:
        try:
            return self._work_out(term, place, line)
        except amounts.NotLinear as wrong:
            raise refuse(line, place, "not_linear") from wrong
        except amounts.DividedByZero as wrong:
            raise refuse(line, place, "divided_by_zero") from wrong
        except amounts.TooLarge as wrong:
            raise refuse(line, place, "too_large") from wrong

    def _work_out(self, term: Term, place: str, line: int) -> Amount:
        if isinstance(term, Number):
            return amounts.number(term.value)
        if isinstance(term, Name):
            return self.amount_of(term.name, asked_by=place, line=line)
        if isinstance(term, Sign):
            return amounts.scale(self._work_out(term.term, place, line), Fraction(-1))
        if isinstance(term, Product):
            made = self._work_out(term.first, place, line)
            for factor, divides in term.rest:
                right = self._work_out(factor, place, line)
                made = amounts.divide(made, right) if divides else amounts.multiply(made, right)
            return made
        made = amounts.number(Fraction(0))
        for part in term.terms:
            made = amounts.add(made, self._work_out(part, place, line))
        return made


def only_text(value: Written | Listed, place: str) -> tuple[str, int]:
    """The one written value where one is wanted, and its line: alone, or as a list of one. Raises OwrsRefused."""
    if isinstance(value, Listed):
        if len(value.values) != 1:
            raise refuse(value.line, place, "list_not_allowed", count=len(value.values))
        value = value.values[0]
    if value.text is None:
        raise refuse(value.line, place, "empty_value")
    return value.text, value.line

"""Formulas of an OWRS file (公式): numbers, names, + - * / and brackets. Nothing else is understood, nothing is run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 1000
DEEPEST = 40
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|([A-Za-z_][A-Za-z0-9_.]*)|([-+*/()]))")


class NotFormula(Exception):
    """The text is not a formula; `rest` is where it stops being one."""

    def __init__(self, rest: str) -> None:
        self.rest = rest[:20]
        super().__init__(self.rest)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the class, or a fact of the account."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """The negative of a term."""

    term: "Term"


@dataclass(frozen=True, slots=True)
class Sum:
    """What is added up; a subtracted part is there as its negative."""

    terms: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Product:
    """The first factor, times or divided by those after it, left to right."""

    first: "Term"
    rest: "tuple[tuple[Term, bool], ...]"
    """(factor, whether it divides)"""


Term = Number | Name | Sign | Sum | Product


def parse_formula(text: str) -> Term:
    """The formula. Raises NotFormula."""
    if len(text) > LONGEST:
        raise NotFormula(text)
    reader = _Reader(text)
    term = reader.sum(0)
    if reader.symbol:
        raise NotFormula(reader.rest)
    return term


def names_of(term: Term) -> Iterator[str]:
    """The names of a formula, left to right, repeated ones too."""
    if isinstance(term, Name):
        yield term.name
    elif isinstance(term, Sign):
        yield from names_of(term.term)
    elif isinstance(term, Sum):
        for part in term.terms:
            yield from names_of(part)
    elif isinstance(term, Product):
        yield from names_of(term.first)
        for factor, _divides in term.rest:
            yield from names_of(factor)


def addends(term: Term) -> Iterator[Term]:
    """The parts that a sum adds up, a subtracted one with its sign; a product of one sum is taken apart."""
    if isinstance(term, Sum):
        for part in term.terms:
            yield from addends(part)
    elif isinstance(term, Product) and isinstance(term.first, Sum):
        for part in addends(term.first):
            yield Product(part, term.rest)
    elif isinstance(term, Product) and len(term.rest) == 1 and _sum_of(term) is not None:
        for part in addends(term.rest[0][0]):
            yield Product(part, ((term.first, False),))
    elif isinstance(term, Sign) and isinstance(term.term, Sum):
        for part in addends(term.term):
            yield part.term if isinstance(part, Sign) else Sign(part)
    elif isinstance(term, Sign) and isinstance(term.term, Sign):
        yield from addends(term.term.term)
    else:
        yield term


def _sum_of(product: Product) -> Sum | None:
    """The sum that the single second factor is, where it does not divide."""
    factor, divides = product.rest[0]
    return factor if isinstance(factor, Sum) and not divides else None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.position, self.symbol = text, 0, ""
        self.start = 0
        self._next()

    @property
    def rest(self) -> str:
        return self.text[self.start :].strip()

    def _next(self) -> None:
        self.start = self.position
        if not self.text[self.position :].strip():
            self.symbol = ""
            return
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise NotFormula(self.rest)
        self.symbol, self.position = match[0].strip(), match.end()

    def sum(self, depth: int) -> Term:
        terms = [self._product(depth)]
        while self.symbol in ("+", "-"):
            minus = self.symbol == "-"
            self._next()
            right = self._product(depth)
            terms.append(Sign(right) if minus else right)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self, depth: int) -> Term:
        first = self._signed(depth)
        rest: list[tuple[Term, bool]] = []
        while self.symbol in ("*", "/"):
            divides = self.symbol == "/"
            self._next()
            rest.append((self._signed(depth), divides))
        return Product(first, tuple(rest)) if rest else first

    def _signed(self, depth: int) -> Term:
        if depth > DEEPEST:
            raise NotFormula(self.rest)
        symbol = self.symbol
        if symbol in ("-", "+"):
            self._next()
            term = self._signed(depth + 1)
            return Sign(term) if symbol == "-" else term
        if symbol == "(":
            self._next()
            term = self.sum(depth + 1)
            if self.symbol != ")":
                raise NotFormula(self.rest)
            self._next()
            return term
        if symbol and (symbol[0].isdigit() or symbol[0] == "."):
            self._next()
            return Number(Fraction(symbol))
        if symbol and (symbol[0].isalpha() or symbol[0] == "_"):
            self._next()
            if self.symbol == "(":
                raise NotFormula(f"{symbol}{self.rest}")
            return Name(symbol)
        raise NotFormula(self.rest)

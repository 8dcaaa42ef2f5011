"""One bill by the product and by the plain rating, brought to one form that can be compared."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import yaml

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.facts import build_request
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.parse_cases import CASES_FORMAT, parse_cases
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.errors import DomainError
from tests.differential import plain_charges, plain_rating
from tests.differential.plain_tiers import Refused
from tests.differential.random_bills import Plain


@dataclass(frozen=True)
class Outcome:
    """What a bill comes to, in one form for both: fractions, zeros left out; or the refusal's code."""

    refused: str = ""
    total: Fraction = Fraction(0)
    carry: Fraction = Fraction(0)
    tiers: tuple[Fraction, ...] = ()
    use: tuple[tuple[object, Fraction], ...] = ()
    lines: tuple[tuple[tuple[Any, ...], int], ...] = ()


def _listed(found: list[tuple[Any, ...]]) -> tuple[tuple[tuple[Any, ...], int], ...]:
    """Lines as a set with counts, those of no amount left out."""
    return tuple(sorted(Counter(line for line in found if line[3]).items(), key=repr))


def _trimmed(volumes: list[Fraction]) -> tuple[Fraction, ...]:
    while volumes and not volumes[-1]:
        volumes = volumes[:-1]
    return tuple(volumes)


def of_the_product(tariffs: list[Plain], case: Plain) -> Outcome:
    """The product's bill, from the texts of the files on."""
    catalogue = Catalogue(parse_version(yaml.safe_dump(tariff)) for tariff in tariffs)
    (parsed,) = parse_cases(
        yaml.safe_dump({"format": CASES_FORMAT, "cases": [case | {"id": "x", "expect": {"total": 0}}]})
    )
    assert not parsed.problems, parsed.problems
    try:
        request = build_request(parsed.facts, catalogue)
        result = rate(request, catalogue)
    except DomainError as refusal:
        return Outcome(refused=refusal.code)
    found = [
        (line.item_code, line.kind.value, line.tier, Fraction(line.amount), Fraction(line.net), Fraction(line.tax))
        for line in result.lines
    ]
    use = {(each.counter, each.cycle_start): Fraction(each.volume) for each in result.tier_use_after}
    return Outcome(
        "",
        Fraction(result.total),
        Fraction(result.carry_after),
        _trimmed([Fraction(volume) for volume in result.tier_volumes]),
        tuple(sorted(use.items(), key=repr)),
        _listed(found),
    )


def of_the_plain(tariffs: list[Plain], case: Plain) -> Outcome:
    """The plain rating's bill, from the dictionaries."""
    try:
        made = plain_rating.rate(tariffs, case)
    except Refused as refusal:
        return Outcome(refused=refusal.code)
    except plain_charges.FeeUnknown as unknown:
        return Outcome(refused=str(unknown))
    found = [(line.item_code, line.kind, line.tier, line.amount, line.net, line.tax) for line in made.lines]
    return Outcome(
        "",
        made.total,
        made.carry_after,
        _trimmed(made.tier_volumes),
        tuple(sorted(made.use_after.items(), key=repr)),
        _listed(found),
    )


def check(drawn: tuple[list[Plain], Plain]) -> None:
    product, plain = of_the_product(*drawn), of_the_plain(*drawn)
    text = yaml.safe_dump_all([*drawn[0], drawn[1]], sort_keys=False)
    assert product == plain, f"{text}\nproduct {product}\nplain   {plain}"

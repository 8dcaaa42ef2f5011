"""Which scheme a bill's relief line belongs to (减免行的方案归属).

A line keeps its price version and charge item, not its scheme: mostly the version knows one scheme for the item, and that
is it. Where it knows several, the schemes that the bill was rated with stand in its snapshot; where the account held
several of them, the bill is computed again from its snapshot, whose lines name their scheme in the order of the stored ones.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.calculate import recompute
from qingyuan.domains.billing.rules.snapshot_reading import parse
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.plan import PlanKind
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.errors import DomainError

MOST_RATED = 5_000
"""Bills of several schemes that one question computes again, some milliseconds each."""

HELD = """(SELECT array_to_string(ARRAY(
    SELECT found[1] FROM regexp_matches(rated.snapshot, ',"relief":(\\[[^\\]]*\\]),"shares":', 'g') AS found), '|')
    FROM bill rated WHERE rated.id = {bill})"""
"""The schemes that a bill was rated with, as its snapshot has them; of a correcting bill before and after."""


class ReliefsNotTold(DomainError):
    """Too many bills of several schemes to compute again at once (多方案减免帐单过多)."""

    code = "billing.reliefs_not_told"


class Known(NamedTuple):
    """A scheme and who bears it by the price plan (utility, government)."""

    scheme: str
    funded_by: str


@dataclass(frozen=True, slots=True)
class Schemes:
    """The scheme of each relief line: by (version, charge item, held schemes or None), and of single lines."""

    by_version: Mapping[tuple[int, int, str | None], Known]
    by_line: Mapping[tuple[int, int], Known]


def schemes_of_lines(company_id: int, bill_ids: str, params: Mapping[str, object]) -> Schemes:
    """The schemes of the relief lines of the bills that `bill_ids` selects (a statement with `params`).

    Raises ReliefsNotTold above MOST_RATED bills that have to be computed again.
    """
    prices = price_list(company_id)
    candidates = _candidates(prices)
    found: dict[tuple[int, int, str | None], Known] = {
        (version, charge_item, None): next(iter(known))
        for (version, charge_item), known in candidates.items()
        if len(known) == 1
    }
    several = {key: known for key, known in candidates.items() if len(known) > 1}
    if not several:
        return Schemes(found, {})
    unclear: list[tuple[int, int, str]] = []
    for version, charge_item, held in _held(several, bill_ids, params):
        fitting = {known for known in several[version, charge_item] if known.scheme in _schemes(held)}
        if len(fitting) == 1:
            found[version, charge_item, held] = next(iter(fitting))
        else:
            unclear.append((version, charge_item, held))
    return Schemes(found, _by_line(prices, unclear, bill_ids, params) if unclear else {})


def _candidates(prices: PriceList) -> dict[tuple[int, int], set[Known]]:
    """The schemes that may stand behind a line of a published version and charge item, by their ids.

    A line of an item option (费用项选项) names the option's version, and its relief is that of any plan for the item.
    """
    made: dict[tuple[int, int], set[Known]] = {}
    of_any: dict[int, set[Known]] = {}
    options: list[tuple[int, int]] = []
    for (code, day), version_id in prices.version_ids.items():
        version = prices.catalogue.version(code, day)
        for relief in version.relief:
            for item_code in relief.items:
                charge = prices.charge_items.get(item_code)
                if charge is not None:
                    known = Known(relief.scheme, relief.funded_by.value)
                    made.setdefault((version_id, charge.id), set()).add(known)
                    of_any.setdefault(charge.id, set()).add(known)
        if version.kind is PlanKind.ITEM:
            charges = [prices.charge_items.get(each.item_code) for each in version.charges]
            options += [(version_id, each.id) for each in charges if each is not None]
    made.update({(version_id, charged): of_any[charged] for version_id, charged in options if charged in of_any})
    return made


def _schemes(held: str) -> frozenset[str]:
    return frozenset(scheme for part in held.split("|") if part for scheme in json.loads(part))


def _held(
    several: Iterable[tuple[int, int]], bill_ids: str, params: Mapping[str, object]
) -> list[tuple[int, int, str]]:
    pairs = sorted(several)
    sql = f"""
        SELECT DISTINCT l.price_version_id, l.charge_item_id, {HELD.format(bill="l.bill_id")}
        FROM bill_line l
        JOIN unnest(%(versions)s::bigint[], %(items)s::bigint[]) AS k(version, item)
          ON k.version = l.price_version_id AND k.item = l.charge_item_id
        WHERE l.kind = 'relief' AND l.bill_id IN ({bill_ids}) ORDER BY 1, 2, 3
    """
    given = {**params, "versions": [pair[0] for pair in pairs], "items": [pair[1] for pair in pairs]}
    return [(version, charge_item, held) for version, charge_item, held in rows_of(sql, given)]


def _by_line(
    prices: PriceList, unclear: list[tuple[int, int, str]], bill_ids: str, params: Mapping[str, object]
) -> dict[tuple[int, int], Known]:
    sql = f"""
        SELECT b.id, b.snapshot, b.hash_format FROM bill b WHERE b.id IN (
            SELECT l.bill_id FROM bill_line l
            JOIN unnest(%(versions)s::bigint[], %(items)s::bigint[], %(texts)s::text[]) AS k(version, item, held)
              ON k.version = l.price_version_id AND k.item = l.charge_item_id
            WHERE l.kind = 'relief' AND l.bill_id IN ({bill_ids}) AND {HELD.format(bill="l.bill_id")} = k.held)
        ORDER BY b.id LIMIT %(most)s
    """
    given = {
        **params,
        "versions": [each[0] for each in unclear],
        "items": [each[1] for each in unclear],
        "texts": [each[2] for each in unclear],
        "most": MOST_RATED + 1,
    }
    rows = rows_of(sql, given)
    if len(rows) > MOST_RATED:
        raise ReliefsNotTold(most=MOST_RATED)
    rater = partial(rate, catalogue=prices.catalogue)
    found: dict[tuple[int, int], Known] = {}
    for bill_id, text, hash_format in rows:
        snapshot = parse(text, hash_format=hash_format)
        lines = recompute(snapshot.after, snapshot.before, rater).lines
        for position, line in enumerate(lines, 1):
            if line.scheme:
                found[bill_id, position] = Known(line.scheme, line.funded_by)
    return found

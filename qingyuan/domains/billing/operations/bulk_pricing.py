"""What the kinds of usual readings come to (成批计价): each key is priced once per process, and written once per chunk."""

import json
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.operations.writing import PRICING_COLUMNS, line_rows, parts_of
from qingyuan.domains.billing.queries.bulk_facts import ITEMS, PARTS
from qingyuan.domains.billing.queries.terms import Pricing, TermsMaker
from qingyuan.domains.billing.rules.case import Refusal
from qingyuan.domains.billing.rules.terms import NO_CARRY, Rater, Usage, Use
from qingyuan.domains.tariffs.queries.catalogue import PriceList
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.copying import copy_text, escaped

MOST_PRICINGS = 20000
"""How many priced keys a process keeps before it starts anew."""


def copy_pricings(
    run_id: int, chunk_no: int, keys: list[str], *, maker: TermsMaker, prices: PriceList, rate: Rater
) -> list[str]:
    """Price the keys and write those that make plain bills, numbered from 1; returns their lines' canonical texts.

    A key without a pricing (a refusal, a credit, an item that takes from another, a remainder that is carried) is left to
    be calculated one by one, where it gets its reason.
    """
    known = maker.pricings
    rows: list[str] = []
    lines: list[str] = []
    for key in keys:
        if key not in known:
            if len(known) >= MOST_PRICINGS:
                known.clear()
            known[key] = _pricing(key, maker, prices, rate)
        pricing = known[key]
        if pricing is not None:
            lines.append(pricing.lines)
            rows.append(f"{run_id}\t{chunk_no}\t{len(lines)}\t{pricing.columns}")
    if rows:
        copy_text("run_pricing", PRICING_COLUMNS, ["".join(rows)])
    return lines


def _pricing(key: str, maker: TermsMaker, prices: PriceList, rate: Rater) -> Pricing | None:
    terms_text, usage_key, used = key.split(PARTS)
    terms = maker.of_text(terms_text)
    if isinstance(terms, Refusal) or terms.carries:
        return None
    usage = Usage(usage_key, f"[{usage_key},[]]")
    try:
        priced = terms.price(usage, _use(used), NO_CARRY, rate)
    except DomainError:
        return None
    result = priced.rated
    lines = line_rows(prices, terms.class_ids, result)
    parts = parts_of(lines)
    if result.total < 0 or (result.total == 0 and parts) or any(amount < 0 for _, amount in parts):
        return None
    texts = (
        key,
        terms.texts.before,
        f"{terms.texts.after}{priced.use}}}",
        priced.lines,
        str(result.volume),
        str(result.total),
        str(result.tax),
        _json([line._asdict() for line in lines]),
        _json(parts),
        _json([(entry.counter, str(entry.cycle_start), entry.volume) for entry in result.entries]),
    )
    return Pricing(priced.lines, "\t".join([escaped(text) for text in texts]) + "\n")


def _use(text: str) -> Use:
    used = []
    for each in text.split(ITEMS) if text else ():
        counter, start, volume = each.rsplit("/", 2)
        used.append(((counter, date.fromisoformat(start)), Decimal(volume)))
    return tuple(used)


def _json(value: object) -> str:
    return json.dumps(value, default=str)

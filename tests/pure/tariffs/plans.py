"""Tariff texts and plain requests for these tests."""

from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanVersion
from qingyuan.domains.tariffs.rules.request import RatingRequest, TierUse, UsagePiece, UsageShare

SHANGHAI = """format: qingyuan-tariff/1
code: sh
usage_class: RESIDENTIAL
effective: {from: '2013-08-01'}
tiers: {limits: ['220', '300'], cycle_months: 12}
household: {base_people: 4, extra_per_person: '72'}
charges:
  - {item: water, name: 自来水费, price: ['1.92', '3.30', '4.30']}
  - {item: sewage, name: 污水处理费, price: '1.70', volume_factor: '0.9'}
"""


def plan(text: str = SHANGHAI, **replaced: str) -> PlanVersion:
    """The version of a tariff text; `replaced` swaps the line of a top-level key for another text."""
    lines = text.splitlines()
    for key, value in replaced.items():
        lines = [line for line in lines if not line.startswith(f"{key}:")] + [f"{key}: {value}"]
    return parse_version("\n".join(lines))


def request(
    catalogue: Catalogue,
    code: str,
    usage: str,
    *,
    start: date = date(2014, 1, 10),
    end: date = date(2014, 2, 10),
    used: str = "0",
    cycle: date = date(2014, 1, 1),
    counter: str = "RESIDENTIAL",
    months: int = 1,
    relief: tuple[str, ...] = (),
    calibre: str = "",
) -> RatingRequest:
    """One dated piece under one plan, the reading period being the month of `end`."""
    return RatingRequest(
        pieces=(UsagePiece(Decimal(usage), start, end),),
        shares=(UsageShare(catalogue.refs(code, start, end)),),
        months=months,
        period_date=end.replace(day=1),
        tier_use=(TierUse(counter, cycle, Decimal(used)),),
        relief=relief,
        calibre=calibre,
    )

"""What relief schemes cost by period (减免方案成本): accounts, bills, volume and amount let off, from the bills' own lines.

A bill counts in the month of its posting, a correcting bill in that of its own; a cancelled bill is taken back in the month
of its cancelling. So the months of a table sum to what the books hold, and no month that was reported changes later.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from qingyuan.domains.billing.queries.relief_lines import HELD, Schemes, schemes_of_lines
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.routes.models import ReadingArea
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view"
MOST_MONTHS = 36


class ReliefSpanRefused(DomainError):
    """The months asked for are in no order or too many (期间不符合要求)."""

    code = "overviews.relief_span_refused"


class By(StrEnum):
    """What the rows are divided by, beside month, scheme and funder."""

    NOTHING = ""
    UNIT = "unit"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class CostQuestion:
    """Which reliefs: posted from the first month to the last, of a scheme, of a unit and those below it, of an area."""

    first: Month
    last: Month
    scheme: str = ""
    unit_id: int | None = None
    area_id: int | None = None
    by: By = By.NOTHING


@dataclass(frozen=True, slots=True)
class CostRow:
    """What a scheme let off in a month (at a unit or in an area, where asked for).

    `accounts` are different ones. `bills` and `volume` (m³ billed on them): posted less cancelled. `amount` is yuan let
    off, above zero. `scheme` is empty where no published plan explains a line.
    """

    yyyymm: int
    scheme: str
    scheme_name: str
    funder: str
    funded_by: str
    place: str
    accounts: int
    bills: int
    volume: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Costs:
    """The rows by month (newest first), scheme and place, and what they come to; accounts and bills are counted once."""

    rows: tuple[CostRow, ...]
    accounts: int
    bills: int
    volume: Decimal
    amount: Decimal


_NONE = Costs((), 0, 0, Decimal("0.000"), Decimal("0.00"))

_REACHED = """
    b.company_id = %(company)s
    AND (%(all)s OR b.unit_id = ANY(%(units)s::bigint[])
         OR (b.unit_id = ANY(%(some_units)s::bigint[]) AND b.book_id = ANY(%(books)s::bigint[])))
    AND (%(below)s::bigint[] IS NULL OR b.unit_id = ANY(%(below)s::bigint[]))
    AND (%(area)s::bigint IS NULL OR b.book_id IN (SELECT id FROM book WHERE area_id = ANY(%(areas)s::bigint[])))
    AND EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.kind = 'relief')
"""
_MOVED = f"""
    SELECT b.id, 1 AS sign, b.posting_date, b.account_id, b.unit_id, b.book_id, b.volume FROM bill b
    WHERE b.posting_date >= %(first)s AND b.posting_date < %(after)s AND {_REACHED}
    UNION ALL
    SELECT b.id, -1, v.posting_date, b.account_id, b.unit_id, b.book_id, b.volume
    FROM bill_reversal v JOIN bill b ON b.id = v.bill_id
    WHERE v.posting_date >= %(first)s AND v.posting_date < %(after)s AND {_REACHED}
"""
_COSTS = f"""
    WITH moved AS MATERIALIZED ({_MOVED}),
    by_version AS (
        SELECT * FROM unnest(%(versions)s::bigint[], %(items)s::bigint[], %(held)s::text[], %(schemes)s::text[],
                             %(funded)s::text[]) AS t(version, item, held, scheme, funded)),
    by_line AS (
        SELECT * FROM unnest(%(line_bills)s::bigint[], %(line_positions)s::int[], %(line_schemes)s::text[],
                             %(line_funded)s::text[]) AS t(bill, position, scheme, funded)),
    told AS (
        SELECT m.id, m.sign, m.account_id, m.volume,
               (extract(year FROM m.posting_date) * 100 + extract(month FROM m.posting_date))::int AS month,
               CASE %(by)s WHEN 'unit' THEN m.unit_id WHEN 'area' THEN book.area_id END AS place,
               COALESCE(n.scheme, k.scheme, '') AS scheme, COALESCE(n.funded, k.funded, '') AS funded,
               sum(l.amount) AS amount
        FROM moved m JOIN bill_line l ON l.bill_id = m.id AND l.kind = 'relief'
        LEFT JOIN book ON %(by)s = 'area' AND book.id = m.book_id
        LEFT JOIN by_line n ON n.bill = l.bill_id AND n.position = l.position
        LEFT JOIN by_version k ON n.bill IS NULL AND k.version = l.price_version_id AND k.item = l.charge_item_id
             AND (k.held IS NULL OR k.held = {HELD.format(bill="l.bill_id")})
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8),
    wanted AS (
        SELECT *, row_number() OVER (PARTITION BY id, sign ORDER BY scheme, funded) = 1 AS is_first FROM told
        WHERE %(scheme)s = '' OR scheme = %(scheme)s),
    grouped AS (
        SELECT month, scheme, funded, place, count(DISTINCT account_id),
               count(DISTINCT id) FILTER (WHERE sign = 1) - count(DISTINCT id) FILTER (WHERE sign = -1),
               COALESCE(sum(sign * volume), 0), COALESCE(sum(sign * volume) FILTER (WHERE is_first), 0),
               COALESCE(-sum(sign * amount), 0), grouping(month) AS is_total
        FROM wanted GROUP BY GROUPING SETS ((month, scheme, funded, place), ()))
    SELECT g.*, COALESCE(named.name, g.scheme, ''), COALESCE(named.funder, ''), COALESCE(unit.name, area.name, '')
    FROM grouped g
    LEFT JOIN relief_scheme named ON named.company_id = %(company)s AND named.code = g.scheme
    LEFT JOIN org_unit unit ON %(by)s = 'unit' AND unit.id = g.place
    LEFT JOIN reading_area area ON %(by)s = 'area' AND area.id = g.place
    ORDER BY g.month DESC, g.scheme, g.funded, unit.path, area.code, g.place
"""


def relief_costs(actor: Actor, company_id: int, asked: CostQuestion, *, on: date) -> Costs:
    """What the company's relief schemes let off, within the actor's reach. Two to four statements, and those of its filters.

    Raises ReliefSpanRefused, ReliefsNotTold.
    """
    if not asked.first <= asked.last < asked.first.plus(MOST_MONTHS):
        raise ReliefSpanRefused(most=MOST_MONTHS)
    reached = reach(actor, VIEW, on=on)
    if reached.is_empty:
        return _NONE
    params = {
        "company": company_id,
        "first": asked.first.first_date,
        "after": asked.last.plus(1).first_date,
        "all": reached.everything,
        "units": sorted(reached.whole_unit_ids),
        "some_units": sorted(reached.unit_ids),
        "books": sorted(reached.book_ids or ()),
        "below": None if asked.unit_id is None else sorted(organisation.subtree_ids(asked.unit_id)),
        "area": asked.area_id,
        "areas": [] if asked.area_id is None else _areas_below(company_id, asked.area_id),
    }
    schemes = schemes_of_lines(company_id, f"SELECT id FROM ({_MOVED}) AS moved", params)
    found = rows_of(_COSTS, {**params, **_arrays(schemes), "by": asked.by.value, "scheme": asked.scheme})
    rows = tuple(_row(row) for row in found if row[9] == 0)
    total = next(row for row in found if row[9] == 1)
    return Costs(rows, total[4], total[5], total[7], total[8])


def _row(found: tuple[Any, ...]) -> CostRow:
    month, scheme, funded, _, accounts, bills, volume, _, amount, _, name, funder, place = found
    return CostRow(month, scheme, name, funder, funded, place, accounts, bills, volume, amount)


def _arrays(schemes: Schemes) -> dict[str, list[Any]]:
    by_version, by_line = list(schemes.by_version.items()), list(schemes.by_line.items())
    return {
        "versions": [key[0] for key, _ in by_version],
        "items": [key[1] for key, _ in by_version],
        "held": [key[2] for key, _ in by_version],
        "schemes": [known.scheme for _, known in by_version],
        "funded": [known.funded_by for _, known in by_version],
        "line_bills": [key[0] for key, _ in by_line],
        "line_positions": [key[1] for key, _ in by_line],
        "line_schemes": [known.scheme for _, known in by_line],
        "line_funded": [known.funded_by for _, known in by_line],
    }


def _areas_below(company_id: int, area_id: int) -> list[int]:
    """The area and those below it."""
    parents = dict(ReadingArea.objects.filter(company_id=company_id).values_list("id", "parent_id"))
    found, fresh = {area_id}, {area_id}
    while fresh:
        fresh = {one for one, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return sorted(found)

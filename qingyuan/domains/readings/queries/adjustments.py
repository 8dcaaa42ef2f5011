"""Volume adjustments as the pages show them (增减水量)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.tasks import within
from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach

WHOLE_MONTH = "-"
"""As a charge item in the list's filter: adjustments of the whole month's volume."""
ADJUSTMENT_SORTS = {
    "adjustment_no": "v.adjustment_no",
    "change": "v.change",
    "effect": "v.effect",
    "requested_on": "v.requested_on",
}


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One adjustment. `change` is what is added (negative: let off) to `usage_before`, in m³; `usage_now` is the month's usage
    as it stands. With an item (empty: the whole month's volume) only that charge item is charged more or less, or not at
    all. `effect` is what the bill was found to move by when it was asked for, None where that was not known. People's names are empty where the system acted; dates are None where nobody did.
    """

    id: int
    version: int
    adjustment_no: str
    state: AdjustmentState
    reading_item_id: int
    yyyymm: int
    account_no: str
    holder_name: str
    point_no: str
    item_code: str
    item_name: str
    item_name_en: str
    is_waived: bool
    change: Decimal
    effect: Decimal | None
    usage_before: Decimal
    usage_now: Decimal | None
    is_billed: bool
    reason_code: str
    reason: str
    is_second_person: bool
    requested_by_id: int | None
    requested_by: str
    requested_on: date
    decided_by: str
    decided_on: date | None
    decision_note: str
    closed_by: str
    closed_on: date | None
    closing_note: str


_COLUMNS = """
    SELECT v.id, v.version, v.adjustment_no, v.state, v.reading_item_id, p.yyyymm, COALESCE(a.account_no, ''),
           COALESCE(c.name, ''), sp.point_no, COALESCE(ci.code, ''), COALESCE(ci.name, ''),
           COALESCE(NULLIF(ci.name_en, ''), ci.name, ''), v.is_waived, v.change, v.effect, v.usage_before, i.usage_volume, i.state = 'BILLED', v.reason_code,
           v.reason, v.is_second_person, v.requested_by_id, COALESCE(asked.name, ''), v.requested_on,
           COALESCE(decided.name, ''), v.decided_on, v.decision_note, COALESCE(closed.name, ''), v.closed_on, v.closing_note
"""
_FROM = """
    FROM volume_adjustment v
    JOIN reading_item i ON i.id = v.reading_item_id
    JOIN reading_period p ON p.id = i.period_id
    JOIN service_point sp ON sp.id = v.point_id
    LEFT JOIN charge_item ci ON ci.id = v.charge_item_id
    LEFT JOIN account a ON a.id = v.account_id
    LEFT JOIN account_holder h ON h.account_id = a.id AND h.from_date <= %(on)s
         AND (h.to_date IS NULL OR h.to_date > %(on)s)
    LEFT JOIN customer c ON c.id = h.customer_id
    LEFT JOIN staff asked ON asked.id = v.requested_by_id
    LEFT JOIN staff decided ON decided.id = v.decided_by_id
    LEFT JOIN staff closed ON closed.id = v.closed_by_id
"""


def adjustment_rows(
    *,
    actor: Actor,
    on: date,
    state: str = "",
    text: str = "",
    charge_item: str = "",
    sort: str = "requested_on",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[AdjustmentRow, ...], int, Decimal, Decimal]:
    """Adjustments within the actor's reach (readings.view), how many, and the m³ and yuan they come to. `text`: an account,
    point or adjustment number; `charge_item`: a code, or WHOLE_MONTH.
    """
    inside, params = within(reach(actor, "readings.view", on=on), unit="v.unit_id", book="v.book_id")
    params |= {
        "on": on,
        "state": state,
        "text": text.strip(),
        "item": charge_item,
        "whole": WHOLE_MONTH,
        "offset": offset,
        "limit": limit,
    }
    where = (
        f"WHERE {inside} AND (%(state)s = '' OR v.state = %(state)s)"
        " AND (%(text)s = '' OR a.account_no = %(text)s OR sp.point_no = %(text)s OR v.adjustment_no = %(text)s)"
        " AND (%(item)s = '' OR COALESCE(ci.code, %(whole)s) = %(item)s)"
    )
    sums = "count(*), COALESCE(sum(v.change), 0), COALESCE(sum(v.effect), 0)"
    [(count, volume, amount)] = rows_of(f"SELECT {sums} {_FROM} {where}", params)
    order = f"ORDER BY {ADJUSTMENT_SORTS[sort]} {'DESC' if descending else 'ASC'} NULLS LAST, v.id DESC"
    rows = rows_of(f"{_COLUMNS} {_FROM} {where} {order} LIMIT %(limit)s OFFSET %(offset)s", params)
    return tuple(map(_row, rows)), count, volume, amount


def adjustments_of_item(*, reading_item_id: int, on: date) -> tuple[AdjustmentRow, ...]:
    """The adjustments of one reading item, oldest first. The caller has checked that the item may be seen."""
    params = {"on": on, "reading_item": reading_item_id}
    rows = rows_of(f"{_COLUMNS} {_FROM} WHERE v.reading_item_id = %(reading_item)s ORDER BY v.id LIMIT 100", params)
    return tuple(map(_row, rows))


def adjustment_row(*, actor: Actor, adjustment_no: str, on: date) -> AdjustmentRow:
    """One adjustment. Raises NotFound, also outside the actor's reach (readings.view)."""
    inside, params = within(reach(actor, "readings.view", on=on), unit="v.unit_id", book="v.book_id")
    params |= {"on": on, "number": adjustment_no}
    rows = rows_of(f"{_COLUMNS} {_FROM} WHERE {inside} AND v.adjustment_no = %(number)s", params)
    if not rows:
        raise NotFound(adjustment=adjustment_no)
    return _row(rows[0])


def _row(values: tuple[Any, ...]) -> AdjustmentRow:
    given = list(values)
    given[3] = AdjustmentState(given[3])
    return AdjustmentRow(*given)

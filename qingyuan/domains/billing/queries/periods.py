"""Reading periods and their books, as a run needs them (抄表账期)."""

from typing import NamedTuple

from qingyuan.domains.billing.queries.statements import rows_of

EARLIER_PERIODS = 12
"""How many periods back a run looks for readings that were approved late."""


class RunPeriod(NamedTuple):
    """A reading period."""

    period_id: int
    company_id: int
    yyyymm: int
    round_no: int


def period(period_id: int) -> RunPeriod | None:
    """One period; None when there is none."""
    rows = rows_of("SELECT id, company_id, yyyymm, round_no FROM reading_period WHERE id = %s", [period_id])
    return RunPeriod(*rows[0]) if rows else None


def earlier_periods(of: RunPeriod) -> list[RunPeriod]:
    """The periods before, newest first, as far back as a run looks."""
    rows = rows_of(
        "SELECT id, company_id, yyyymm, round_no FROM reading_period WHERE company_id = %s"
        " AND (yyyymm, round_no) < (%s, %s) ORDER BY yyyymm DESC, round_no DESC LIMIT %s",
        [of.company_id, of.yyyymm, of.round_no, EARLIER_PERIODS],
    )
    return [RunPeriod(*row) for row in rows]


def period_of_items(reading_item_ids: list[int]) -> list[RunPeriod]:
    """The periods of some reading items, newest first."""
    rows = rows_of(
        "SELECT DISTINCT p.id, p.company_id, p.yyyymm, p.round_no FROM reading_item i"
        " JOIN reading_period p ON p.id = i.period_id WHERE i.id = ANY(%s) ORDER BY p.yyyymm DESC, p.round_no DESC",
        [reading_item_ids],
    )
    return [RunPeriod(*row) for row in rows]

"""Whose readings, of which period, on which day: what every page of the area asks first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.domains.readings import queries
from qingyuan.domains.readings.queries import PeriodRow, WaitingMain
from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach


def today() -> date:
    """The business day."""
    return timezone.localdate()


def company_of(actor: Actor) -> int:
    """The company whose readings the person works on. Raises NotFound for one of the group, who belongs to none."""
    if actor.company_id is None:
        raise NotFound(company=None)
    return actor.company_id


def waiting_count(actor: Actor) -> int:
    """Held readings within the person's reach: the number beside the menu entry."""
    if actor.company_id is None:
        return 0
    return queries.review_sums(actor=actor, company_id=actor.company_id, on=today(), states=("HELD",)).items


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """The period that a page is about, and all there are; `row` is None before the first was generated."""

    row: PeriodRow | None
    all: Sequence[PeriodRow]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For a select: key and words, newest first."""
        return [(key_of(one), words_of(one)) for one in self.all]

    @property
    def words(self) -> str:
        return "" if self.row is None else words_of(self.row)


def key_of(period: PeriodRow) -> str:
    """How addresses name a period: 202611, or 202611-2 for a further round."""
    return str(period.yyyymm) if period.round_no == 1 else f"{period.yyyymm}-{period.round_no}"


def words_of(period: PeriodRow) -> str:
    """2026-11, with its round when it is not the first."""
    month = month_text(period.yyyymm)
    return (
        month if period.round_no == 1 else _("%(month)s round %(round)s") % {"month": month, "round": period.round_no}
    )


def chosen_period(request: OfficeRequest) -> ChosenPeriod:
    """The period that the address names, else the newest; the address then names it too, for the page's own links."""
    found = queries.periods(company_of(request.actor))
    wanted = request.GET.get("period", "")
    row = next((one for one in found if key_of(one) == wanted), found[0] if found else None)
    if row is not None and wanted != key_of(row):
        asked = request.GET.copy()
        asked["period"] = key_of(row)
        request.GET = asked  # type: ignore[assignment]
    return ChosenPeriod(row, found)


def waiting_mains(actor: Actor, period: PeriodRow) -> tuple[WaitingMain, ...]:
    """The period's mains that hold up bills, within the person's reach."""
    found = queries.waiting_mains(period_id=period.period_id)
    if not found:
        return ()
    reached = reach(actor, "readings.view", on=today())
    return tuple(main for main in found if reached.covers(main.unit_id, main.book_id))

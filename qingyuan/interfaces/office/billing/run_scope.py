"""What a new run is chosen from: unit, period, reading area and cycle of the address, and the books that come of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qingyuan.domains.routes.rules.area_tree import TreeArea, within_area
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.interfaces.office.shell.choices import indented
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.overviews.run_choices import (
    MOST,
    BookChoice,
    BookSearch,
    PeriodChoice,
    book_choices,
    books_without_task,
    open_periods,
    ways_to_narrow,
)
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.organisation.queries import Unit

Chosen = TypeVar("Chosen")


@dataclass(frozen=True, slots=True)
class RunScope:
    """The choices of the address with what can be chosen, and the books found. `no_task`: numbers of books that are due but
    have no reading task. `period` is None while the company has none.
    """

    units: Sequence[Unit]
    unit: Unit
    periods: Sequence[PeriodChoice]
    period: PeriodChoice | None
    areas: Sequence[TreeArea] = ()
    area_id: int | None = None
    cycles: Sequence[Cycle] = ()
    cycle: Cycle | None = None
    books: Sequence[BookChoice] = ()
    no_task: Sequence[str] = ()
    text: str = ""

    @property
    def billable(self) -> list[BookChoice]:
        """Books with approved readings to bill."""
        return [book for book in self.books if book.approved]

    @property
    def listed(self) -> list[BookChoice]:
        """The billable books that the form lists: at most MOST."""
        return self.billable[:MOST]

    @property
    def free(self) -> list[BookChoice]:
        """Of these, the books that no unissued run has taken."""
        return [book for book in self.billable if not book.taken_by]


def read_scope(actor: Actor, permission: str, address: QueryDict, *, on: date) -> RunScope:
    """The scope of the address. Raises NotPermitted where the person reaches no unit, NotFound for anything named in the
    address that is not there to choose.
    """
    within_reach = organisation.units_within_reach(actor, permission, on=on)
    units = [unit for unit in within_reach if unit.company_id is not None]
    if not units:
        raise NotPermitted(permission=permission)
    unit = _one(units, address.get("unit", ""), "unit", lambda one: str(one.id)) or units[0]
    periods = open_periods((unit.company_id or 0,))
    period = _one(periods, address.get("period", ""), "period", lambda one: str(one.id)) or next(iter(periods), None)
    if period is None:
        return RunScope(units, unit, periods, None)
    unit_ids = frozenset(organisation.subtree_ids(unit.id) & {one.id for one in units})
    text = address.get("q", "").strip()[:60]
    areas, cycles = ways_to_narrow(BookSearch(period, unit_ids), unit.company_id or 0)
    area = _one(areas, address.get("area", ""), "area", lambda one: str(one.id))
    cycle = _one(cycles, address.get("cycle", ""), "cycle", cycle_key)
    search = BookSearch(period, unit_ids, within_area(areas, area.id) if area else None, cycle, text=text)
    return RunScope(
        units, unit, periods, period, areas, area.id if area else None, cycles, cycle,
        book_choices(search, most=None), books_without_task(search), text,
    )  # fmt: skip


def cycle_key(cycle: Cycle) -> str:
    """The cycle as the address names it: interval and first month."""
    return f"{cycle.months_interval}-{cycle.first_month}"


def cycle_words(cycle: Cycle) -> str:
    """“every 2 months (1/3/5/7/9/11)”."""
    if cycle.months_interval == 1:
        return _("every month")
    if cycle.months_interval == 12:
        return _("every year (month %(month)s)") % {"month": cycle.first_month}
    given = {"months": cycle.months_interval, "list": "/".join(str(month) for month in cycle.months)}
    return _("every %(months)s months (%(list)s)") % given


def filters(scope: RunScope) -> dict[str, list[tuple[str, str, bool]]]:
    """The choices of the filter card: value, words, chosen."""
    least = scope.units[0].depth
    return {
        "units": [
            (str(one.id), indented(one.name, max(one.depth - least, 0)), one.id == scope.unit.id) for one in scope.units
        ],
        "periods": [
            (
                str(one.id),
                month_text(one.yyyymm) + (f" / {one.round_no}" if one.round_no > 1 else ""),
                one == scope.period,
            )
            for one in scope.periods
        ],
        "areas": [(str(one.id), indented(one.name, one.depth), one.id == scope.area_id) for one in scope.areas],
        "cycles": [(cycle_key(one), cycle_words(one), one == scope.cycle) for one in scope.cycles],
    }


def summary(scope: RunScope) -> list[str]:
    """How the books found stand, in sentences; those of which there is nothing to say are left out."""
    taken = [book for book in scope.billable if book.taken_by]
    idle = [book for book in scope.books if not book.approved]
    waiting = sum(book.waiting for book in scope.books)
    said = [
        _("Books read in this period: %(books)s; to be billed: %(free)s with %(readings)s readings.")
        % {
            "books": len(scope.books),
            "free": len(scope.free),
            "readings": sum(book.approved for book in scope.free),
        }
    ]
    if len(scope.billable) > MOST:
        said.append(
            _(
                "%(all)s books can be billed; the first %(listed)s are listed. Look for others by number, area or cycle, or take all of them below."
            )
            % {"all": len(scope.billable), "listed": MOST}
        )
    if taken:
        said.append(
            ngettext(
                "%(n)s book stands in a run that is not issued yet and is left out: %(books)s.",
                "%(n)s books stand in runs that are not issued yet and are left out: %(books)s.",
                len(taken),
            )
            % {"n": len(taken), "books": _some([f"{book.book_no} ({book.taken_by})" for book in taken])}
        )
    if idle:
        said.append(
            _("Without an approved reading to bill: %(books)s.") % {"books": _some([_idle(book) for book in idle])}
        )
    if waiting:
        text = ngettext(
            "%(n)s reading of these books is not approved yet; it is left out and can be billed by a later run.",
            "%(n)s readings of these books are not approved yet; they are left out and can be billed by a later run.",
            waiting,
        )
        said.append(text % {"n": waiting})
    if scope.no_task:
        said.append(
            _("Due in this month by their cycle, but without reading tasks: %(books)s.")
            % {"books": _some(scope.no_task)}
        )
    return said


def book_words(book: BookChoice) -> str:
    """A book as the form offers it."""
    text = _("%(no)s %(name)s: %(approved)s to bill") % {
        "no": book.book_no,
        "name": book.name,
        "approved": book.approved,
    }
    if book.waiting:
        text += _(", %(count)s not approved yet") % {"count": book.waiting}
    if book.taken_by:
        text += _(", taken by run %(run)s") % {"run": book.taken_by}
    return text


def _idle(book: BookChoice) -> str:
    if book.billed and not book.waiting:
        return _("%(no)s (all billed)") % {"no": book.book_no}
    return book.book_no


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:10]) + (" …" if len(names) > 10 else "")


def _one(choices: Sequence[Chosen], wanted: str, name: str, key: Callable[[Chosen], str]) -> Chosen | None:
    """The choice that the address names; None where it names none. Raises NotFound for one that is not among them."""
    if not wanted:
        return None
    for one in choices:
        if key(one) == wanted:
            return one
    raise NotFound(**{name: wanted})

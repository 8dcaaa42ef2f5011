"""Sessions for pages (班次): the cashier's own, one with its sums, the list."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from qingyuan.domains.payments.models import CashCount, CashSession
from qingyuan.domains.payments.queries.tally import TenderTotal, cash_within, totals_of_session
from qingyuan.domains.payments.rules.states import SessionState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff import queries as staff


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list; amounts of cash are None while it is open."""

    id: int
    session_no: str
    unit_id: int
    unit_name: str
    cashier_id: int
    cashier_name: str
    state: str
    opened_at: datetime
    float_amount: Decimal
    closed_at: datetime | None
    expected_cash: Decimal | None
    counted_cash: Decimal | None
    over_short: Decimal | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session with its totals per tender. `expected_cash` of an open one is as of now; `counts` are (face value,
    pieces) of a closed one, largest first.
    """

    row: SessionRow
    totals: tuple[TenderTotal, ...]
    change_out: Decimal
    expected_cash: Decimal
    counts: tuple[tuple[Decimal, int], ...]


def open_session_of(actor: Actor) -> SessionRow | None:
    """The actor's own open session. One query."""
    if actor.staff_id is None:
        return None
    found = _sessions(Q(cashier_id=actor.staff_id, state=SessionState.OPEN.value), 1, 0)
    return found[0] if found else None


def session_page(*, actor: Actor, session_id: int, on: date) -> SessionPage:
    """One session, the actor's own or within the reach of payments.view. Raises NotFound."""
    found = _sessions(Q(pk=session_id), 1, 0)
    if not found or not _may_see(actor, found[0], on):
        raise NotFound(session=session_id)
    return page_of(found[0])


def page_of(row: SessionRow) -> SessionPage:
    """The page of a session that was read by somebody who may see it: two queries, and one for what was counted."""
    totals = totals_of_session(row.id)
    cash = cash_within(totals, row.id)
    counted: tuple[tuple[Decimal, int], ...] = ()
    if row.state != SessionState.OPEN:
        counts = CashCount.objects.filter(session_id=row.id).order_by("-face_value", "id")
        counted = tuple(counts.values_list("face_value", "pieces"))
    return SessionPage(
        row=row,
        totals=totals,
        change_out=cash.change_out,
        expected_cash=(
            row.float_amount + cash.cash_in - cash.change_out if row.expected_cash is None else row.expected_cash
        ),
        counts=counted,
    )


def sessions(*, actor: Actor, on: date, state: str = "", limit: int = 50, offset: int = 0) -> tuple[SessionRow, ...]:
    """Sessions within the reach of payments.view, and the actor's own; newest first."""
    held = staff.reach(actor, "payments.view", on=on)
    wanted = Q() if held.everything else held.condition("unit_id") | Q(cashier_id=actor.staff_id)
    if state:
        wanted &= Q(state=state)
    return _sessions(wanted, min(limit, 500), offset)


def _may_see(actor: Actor, row: SessionRow, on: date) -> bool:
    own = actor.staff_id is not None and row.cashier_id == actor.staff_id
    return own or staff.reach(actor, "payments.view", on=on).covers(row.unit_id)


def _sessions(wanted: Q, limit: int, offset: int) -> tuple[SessionRow, ...]:
    rows = CashSession.objects.filter(wanted).order_by("-id").values_list(
        "id", "session_no", "unit_id", "unit__name", "cashier_id", "cashier__name", "state", "opened_at",
        "float_amount", "closed_at", "expected_cash", "counted_cash", "over_short", "note", "version",
    )  # fmt: skip
    return tuple(SessionRow(*row) for row in rows[offset : offset + limit])

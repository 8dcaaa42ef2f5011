"""Cash sessions (收费班次): opened with a float, closed with a count; what differs is booked."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.payments.declarations import SESSION_NUMBERS
from qingyuan.domains.payments.models import CashCount, CashSession
from qingyuan.domains.payments.queries.tally import cash_of_session
from qingyuan.domains.payments.rules.states import SessionState
from qingyuan.domains.payments.rules.tally import CashTally, cash_tally, counted_cash
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff import operations as staff


class SessionOpen(DomainError):
    """The cashier has a session open already (收费员已有未结班次)."""

    code = "payments.session_open"


class SessionClosed(DomainError):
    """The session is closed: nothing can be taken or voided in it any more (班次已结)."""

    code = "payments.session_closed"


class CountRefused(DomainError):
    """A count names an unknown face value or a negative number (清点数有误)."""

    code = "payments.count_refused"


class NoCashier(DomainError):
    """A session belongs to a cashier (未指定收费员)."""

    code = "payments.no_cashier"


def open_session(
    *, actor: Actor, unit_id: int, float_amount: Decimal, at: datetime, on: date, cashier_id: int | None = None
) -> int:
    """Open a session of the actor (or, for the system, of `cashier_id`) at a unit with a float; returns its id.

    Raises NotPermitted without payments.close_shift at the unit, SessionOpen, NoCashier; ValueError for a negative float.
    """
    staff.require(actor, "payments.close_shift", on=on, unit_id=unit_id)
    cashier = cashier_id if actor.is_system else actor.staff_id
    if cashier is None:
        raise NoCashier()
    if float_amount < 0:
        raise ValueError("a float is not negative")
    with transaction.atomic():
        number = numbering.draw(kind=SESSION_NUMBERS, unit_id=organisation.company_of(unit_id), on=on)
        try:
            with transaction.atomic():
                session = CashSession.objects.create(
                    company_id=organisation.company_of(unit_id),
                    session_no=number.text,
                    unit_id=unit_id,
                    cashier_id=cashier,
                    opened_at=at,
                    float_amount=float_amount,
                )
        except IntegrityError as error:
            raise SessionOpen(cashier=cashier) from error
        audit.record(
            actor=actor,
            action="payments.open_session",
            object_type="cash_session",
            object_key=session.session_no,
            company_id=session.company_id,
            unit_id=unit_id,
            after={"float": str(float_amount), "cashier": cashier},
        )
    return session.id


def close_session(
    *, actor: Actor, session_id: int, pieces: Mapping[Decimal, int], at: datetime, on: date, note: str = ""
) -> CashTally:
    """Close a session with the count of notes and coins per face value; books what is over or short.

    Waits for payments of the session under way. Raises NotFound, NotPermitted, SessionClosed, CountRefused, PeriodClosed,
    PeriodMissing.
    """
    session = CashSession.objects.filter(pk=session_id).first()
    if session is None:
        raise NotFound(session=session_id)
    _require_own(actor, session, on)
    try:
        counted = counted_cash(pieces)
    except ValueError as error:
        raise CountRefused(reason=str(error)) from error
    with transaction.atomic():
        ledger.hold_open_period(session.company_id, on)
        hold(Rank.CASH_SESSION, CashSession, [session_id])
        session.refresh_from_db()
        if session.state == SessionState.CLOSED:
            raise SessionClosed(session=session.session_no)
        cash = cash_of_session(session_id)
        tally = cash_tally(
            float_amount=session.float_amount, cash_in=cash.cash_in, change_out=cash.change_out, counted=counted
        )
        journal_id = _book(actor, session, tally.over_short, on) if tally.over_short else None
        CashCount.objects.bulk_create(
            CashCount(session=session, face_value=face, pieces=count) for face, count in pieces.items() if count
        )
        CashSession.objects.filter(pk=session_id).update(
            state=SessionState.CLOSED,
            closed_at=at,
            closed_date=on,
            expected_cash=tally.expected,
            counted_cash=tally.counted,
            over_short=tally.over_short,
            journal_id=journal_id,
            note=note,
            version=F("version") + 1,
        )
        audit.record(
            actor=actor,
            action="payments.close_session",
            object_type="cash_session",
            object_key=session.session_no,
            company_id=session.company_id,
            unit_id=session.unit_id,
            after={"expected": str(tally.expected), "counted": str(counted), "over_short": str(tally.over_short)},
            reason=note,
        )
    return tally


def hold_open_session(session_id: int) -> CashSession:
    """The open session, held until the transaction ends. Raises NotFound, SessionClosed."""
    hold(Rank.CASH_SESSION, CashSession, [session_id])
    session = CashSession.objects.get(pk=session_id)
    if session.state == SessionState.CLOSED:
        raise SessionClosed(session=session.session_no)
    return session


def _require_own(actor: Actor, session: CashSession, on: date) -> None:
    own = actor.is_system or session.cashier_id == actor.staff_id
    permission = "payments.close_shift" if own else "payments.close_others_shift"
    staff.require(actor, permission, on=on, unit_id=session.unit_id)


def _book(actor: Actor, session: CashSession, amount: Decimal, on: date) -> int:
    return ledger.post_over_short(
        actor=actor,
        company_id=session.company_id,
        unit_id=session.unit_id,
        posting_date=on,
        amount=amount,
        source=PostingSource(session.id, 0, "CASH_SESSION"),
    )

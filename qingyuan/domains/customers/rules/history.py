"""Facts over time (时效档案): how a change closes the row in force and opens the next, and what it may not do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qingyuan.kernel.errors import DomainError


class ChangeBeforeCurrent(DomainError):
    """The change is dated before the row in force began: history is respected, it is not rewritten."""

    code = "customers.change_before_current"


class ChangeTooFarBack(DomainError):
    """The change is dated further back than the utility allows."""

    code = "customers.change_too_far_back"


class EvidenceMissing(DomainError):
    """The change needs what proves it."""

    code = "customers.evidence_missing"


class NothingChanges(DomainError):
    """The new value is the one in force."""

    code = "customers.nothing_changes"


class SpanInvalid(DomainError):
    """It would end before it begins."""

    code = "customers.span_invalid"


@dataclass(frozen=True, slots=True)
class InForce:
    """The last row of a fact: its span; `to_date` None while it is open."""

    from_date: date
    to_date: date | None


def check_change(last: InForce | None, *, from_date: date, on: date, days_back: int) -> bool:
    """Whether the last row must be closed at `from_date` (else there is none, or it has ended by then).

    A change on the very day on which the row in force began leaves that row with an empty span: it never was in force.
    Raises ChangeTooFarBack and ChangeBeforeCurrent.
    """
    if from_date < on - timedelta(days=days_back):
        raise ChangeTooFarBack(from_date=from_date, earliest=on - timedelta(days=days_back))
    if last is None:
        return False
    if from_date < last.from_date:
        raise ChangeBeforeCurrent(from_date=from_date, current_from=last.from_date)
    return last.to_date is None or last.to_date > from_date


def spans_to_close(
    last: Sequence[InForce], *, opened_date: date, from_date: date, on: date, days_back: int
) -> tuple[bool, ...]:
    """Which of the rows that began last must be closed at `from_date`: what a single change and a bulk change share.

    Raises ChangeBeforeCurrent, also for a day before the account or point was opened, and ChangeTooFarBack.
    """
    if from_date < opened_date:
        raise ChangeBeforeCurrent(from_date=from_date, current_from=opened_date)
    if not last:
        check_change(None, from_date=from_date, on=on, days_back=days_back)
    return tuple(check_change(span, from_date=from_date, on=on, days_back=days_back) for span in last)


def check_evidence(evidence: str) -> None:
    """Raises EvidenceMissing for a blank one."""
    if not evidence.strip():
        raise EvidenceMissing()


def check_span(from_date: date, to_date: date | None) -> None:
    """Raises SpanInvalid."""
    if to_date is not None and to_date < from_date:
        raise SpanInvalid(from_date=from_date, to_date=to_date)

"""The life of an account (户号状态): which state may follow which, and what closing demands."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import DomainError

FOLLOWS = {
    AccountState.PRE_OPENED: (AccountState.ACTIVE, AccountState.CLOSING),
    AccountState.ACTIVE: (AccountState.SUSPENDED, AccountState.CLOSING),
    AccountState.SUSPENDED: (AccountState.ACTIVE, AccountState.CLOSING),
    AccountState.CLOSING: (AccountState.ACTIVE, AccountState.CLOSED),
    AccountState.CLOSED: (),
}


class StateNotAllowed(DomainError):
    """From the account's state this one does not follow."""

    code = "customers.state_not_allowed"


class StillOwes(DomainError):
    """The account owes money; it is closed when it is paid."""

    code = "customers.close_still_owes"


class StillPrepaid(DomainError):
    """The account has money paid ahead; it is refunded first."""

    code = "customers.close_still_prepaid"


class StillMetered(DomainError):
    """Meters still hang at the account's points; they are removed and billed first."""

    code = "customers.close_still_metered"


class StillUnbilled(DomainError):
    """Readings of the account's points are not yet billed."""

    code = "customers.close_still_unbilled"


class ClearanceOfOther(DomainError):
    """The clearance speaks of another account or day."""

    code = "customers.clearance_of_other"


@dataclass(frozen=True, slots=True)
class Clearance:
    """What the domains above say of an account that is to be closed (销户清算). Only the closing workflow builds one."""

    account_id: int
    on: date
    owed: Decimal
    prepaid: Decimal
    hanging_meters: int
    unbilled_readings: int


def check_transition(now: AccountState, wanted: AccountState) -> None:
    """Raises StateNotAllowed."""
    if wanted not in FOLLOWS[now]:
        raise StateNotAllowed(state=now, wanted=wanted)


def check_clearance(clearance: Clearance, *, account_id: int, on: date) -> None:
    """Nothing is owed, paid ahead, hanging or unbilled. Raises the first of the refusals of this module."""
    if (clearance.account_id, clearance.on) != (account_id, on):
        raise ClearanceOfOther(account_id=account_id, on=on)
    if clearance.unbilled_readings:
        raise StillUnbilled(readings=clearance.unbilled_readings)
    if clearance.hanging_meters:
        raise StillMetered(meters=clearance.hanging_meters)
    if clearance.owed:
        raise StillOwes(owed=clearance.owed)
    if clearance.prepaid:
        raise StillPrepaid(prepaid=clearance.prepaid)

"""Closing an account (销户): what the domains say of it is gathered under its lock, and only nought lets it close."""

from datetime import date

from django.db import transaction

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.queries import account_ref
from qingyuan.domains.customers.rules.lifecycle import Clearance
from qingyuan.domains.ledger.queries.balances import balances
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.meters.queries import current_installations, points_of_accounts
from qingyuan.domains.readings.queries.unbilled import unbilled_items
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import ZERO_MONEY


def close_account(*, actor: Actor, account_no: str, reason: str, on: date) -> None:
    """Close an account whose closing has begun, and its points.

    Raises NotFound, NotPermitted, AccountClosed, StateNotAllowed, EvidenceMissing, and what is not cleared:
    StillUnbilled, StillMetered, StillOwes, StillPrepaid. Then nothing has changed.
    """
    with transaction.atomic():
        account_id = account_ref(account_no).id
        customers.lock_accounts([account_id])
        points = points_of_accounts([account_id], on=on).get(account_id, ())
        customers.close_account(actor=actor, account_id=account_id, clearance=_clearance(account_id, points, on), on=on)
        for point_id in points:
            meters.close_point(actor=actor, point_id=point_id, reason=reason, on=on)


def _clearance(account_id: int, points: tuple[int, ...], on: date) -> Clearance:
    balance = balances([account_id]).get(account_id)
    return Clearance(
        account_id=account_id,
        on=on,
        owed=balance.owed if balance else ZERO_MONEY,
        prepaid=balance.prepaid if balance else ZERO_MONEY,
        hanging_meters=len(current_installations(points)),
        unbilled_readings=unbilled_items([account_id]).get(account_id, 0),
    )

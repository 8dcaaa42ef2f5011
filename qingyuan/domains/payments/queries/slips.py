"""What of an account's bills can be paid apart (分单缴费): the slips that the parameter asks for at the account's unit."""

from collections.abc import Iterable, Mapping
from datetime import date

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.ledger.rules.slips import Charge, Slip, SlipMode, slips_of
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.platform.parameters import queries as parameters

SLIPS = "ledger.bill_slips"


def account_slips(account_ids: Iterable[int], *, on: date) -> Mapping[int, tuple[Slip, ...]]:
    """By account: the charge items of its company as slips; unknown accounts are left out. One query for the accounts, two
    for each company and unit.
    """
    found: dict[int, tuple[Slip, ...]] = {}
    known: dict[tuple[int, int], tuple[Slip, ...]] = {}
    for ref in customers.account_refs_by_id(account_ids).values():
        place = (ref.company_id, ref.unit_id)
        if place not in known:
            known[place] = unit_slips(*place, on=on)
        found[ref.id] = known[place]
    return found


def unit_slips(company_id: int, unit_id: int, *, on: date) -> tuple[Slip, ...]:
    """All charge items of a company as the slips that the parameter asks for at the unit. Two queries."""
    mode = SlipMode(parameters.text(SLIPS, unit_id=unit_id, on=on))
    return slips_of([Charge(charge.id, charge.payee) for charge in tariffs.charge_items(company_id)], mode)

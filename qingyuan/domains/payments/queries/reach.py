"""How far a counter reaches (通收): whose accounts a cashier finds and takes money for."""

from datetime import date

from qingyuan.domains.payments.declarations import COLLECT_ANYWHERE, COLLECT_OTHER_COMPANIES
from qingyuan.kernel.actor import Actor
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import queries as staff
from qingyuan.platform.staff.queries import Reach


def counter_reach(actor: Actor, *, on: date, permission: str = "payments.take") -> Reach:
    """The units whose accounts the actor may take payments for: those of the permission; the whole company when 通收
    (`payments.collect_anywhere` at the actor's unit) is on; everything when `payments.collect_other_companies` is.
    """
    if actor.staff_id is None:
        return staff.EVERYTHING
    asked = parameters.several((COLLECT_ANYWHERE, COLLECT_OTHER_COMPANIES), unit_id=actor.unit_id, on=on)
    anywhere = asked[COLLECT_ANYWHERE] is True
    held = staff.reach(actor, permission, on=on, company_wide=anywhere)
    if anywhere and not held.is_empty and asked[COLLECT_OTHER_COMPANIES] is True:
        return staff.EVERYTHING
    return held

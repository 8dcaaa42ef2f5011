"""Refusing what an actor may not do (权限校验)."""

from datetime import date

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.staff.queries.reach import reach


def require(actor: Actor, permission: str, *, on: date, unit_id: int | None = None, book_id: int | None = None) -> None:
    """Pass if the actor holds the permission on the day: at the unit (and book) if one is named, else anywhere.

    Raises NotPermitted(permission=…); LookupError for an undeclared permission.
    """
    held = reach(actor, permission, on=on)
    if held.is_empty or (unit_id is not None and not held.covers(unit_id, book_id)):
        raise NotPermitted(permission=permission)

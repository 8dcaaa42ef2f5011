"""Changing one's own password (改密) under the rules in force."""

from datetime import date, datetime

from qingyuan.kernel.actor import Actor
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff


def password_policy(*, unit_id: int | None, on: date) -> staff.PasswordPolicy:
    """The rules of a unit (None: the installation) on the day, to be shown beside the field."""
    return staff.PROFILES[parameters.text("staff.password_profile", unit_id=unit_id, on=on)]


def change_password(*, actor: Actor, old: str, new: str, at: datetime, on: date) -> None:
    """Change the actor's password. Raises staff.operations.WrongPassword and PasswordRefused (one class per rule)."""
    staff.change_password(actor=actor, old=old, new=new, policy=password_policy(unit_id=actor.unit_id, on=on), at=at)

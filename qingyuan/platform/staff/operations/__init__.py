"""Writes of staff: people, roles, assignments, sign-in; and the refusal of what an actor may not do."""

from qingyuan.platform.staff.operations.require import require

__all__ = ["require"]

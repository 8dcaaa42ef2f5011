"""The question of permission, asked from below staff (授权): organisation and audit lie under staff and must ask it too.

Staff answers; it enters itself here at start-up. Everything above staff asks `staff.operations.require` itself.
"""

from datetime import date
from typing import Protocol

from qingyuan.kernel.actor import Actor


class Require(Protocol):
    """The form of `staff.operations.require`."""

    def __call__(
        self, actor: Actor, permission: str, *, on: date, unit_id: int | None = None, book_id: int | None = None
    ) -> None: ...


_answering: list[Require] = []


def enter(answer: Require) -> None:
    """Name who answers. Called once, by staff at start-up."""
    _answering[:] = [answer]


def require(actor: Actor, permission: str, *, on: date, unit_id: int | None = None) -> None:
    """Raises NotPermitted where the actor does not hold the permission (at the unit, if one is named) on the day."""
    (answer,) = _answering
    answer(actor, permission, on=on, unit_id=unit_id)

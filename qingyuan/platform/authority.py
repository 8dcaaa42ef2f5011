"""The question of permission, asked from below staff (授权): organisation and audit lie under staff and must ask it too.

Staff answers; it enters itself here at start-up. Everything above staff asks staff itself.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import Q

from qingyuan.kernel.actor import Actor


class Require(Protocol):
    """The form of `staff.operations.require`."""

    def __call__(
        self, actor: Actor, permission: str, *, on: date, unit_id: int | None = None, book_id: int | None = None
    ) -> None: ...


class Reached(Protocol):
    """The part of `staff.queries.Reach` that is asked for from below."""

    def covers(self, unit_id: int | None, book_id: int | None = None) -> bool: ...

    def condition(self, unit: str = "unit_id", book: str | None = None) -> Q: ...


class ReachOf(Protocol):
    """The form of `staff.queries.reach`."""

    def __call__(self, actor: Actor, permission: str, *, on: date, company_wide: bool = False) -> Reached: ...


@dataclass(frozen=True, slots=True)
class _Answering:
    require: Require
    reach: ReachOf


_answering: list[_Answering] = []


def enter(*, require: Require, reach: ReachOf) -> None:
    """Name who answers. Called once, by staff at start-up."""
    _answering[:] = [_Answering(require, reach)]


def require(actor: Actor, permission: str, *, on: date, unit_id: int | None = None) -> None:
    """Raises NotPermitted where the actor does not hold the permission (at the unit, if one is named) on the day."""
    _answering[0].require(actor, permission, on=on, unit_id=unit_id)


def reach(actor: Actor, permission: str, *, on: date) -> Reached:
    """How far the actor's permission reaches on the day."""
    return _answering[0].reach(actor, permission, on=on)

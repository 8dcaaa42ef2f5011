"""Quiet hours (免打扰时段): when a short message handed over now may go out."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which messages may be sent, in local time; `until` None: at any time from `begin` on."""

    begin: datetime
    until: datetime | None


def sending_window(at: datetime, *, quiet_from: int, quiet_until: int) -> Window:
    """The first span outside the quiet hours [quiet_from, quiet_until) from the local instant `at` on.

    Hours are full hours 0–23; the quiet span may cross midnight; equal hours: there is none.
    """
    if quiet_from == quiet_until:
        return Window(at, None)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = at
    if _is_quiet(at.hour, quiet_from, quiet_until):
        begin = day + timedelta(hours=quiet_until)
        if begin <= at:
            begin += timedelta(days=1)
    until = begin.replace(hour=quiet_from, minute=0, second=0, microsecond=0)
    if until <= begin:
        until += timedelta(days=1)
    return Window(begin, until)


def _is_quiet(hour: int, quiet_from: int, quiet_until: int) -> bool:
    if quiet_from < quiet_until:
        return quiet_from <= hour < quiet_until
    return hour >= quiet_from or hour < quiet_until

"""When sign-in is refused for a while (登录锁定)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """After `attempts` wrong passwords within `minutes`, nobody signs in with that login from that address for `minutes`."""

    attempts: int
    minutes: int


def locked_until(policy: LockoutPolicy, failures: list[datetime], at: datetime) -> datetime | None:
    """The end of the lockout, or None. `failures` since the last success, newest first."""
    span = timedelta(minutes=policy.minutes)
    if len(failures) < policy.attempts:
        return None
    latest, earliest = failures[0], failures[policy.attempts - 1]
    if latest - earliest >= span or at >= latest + span:
        return None
    return latest + span

"""What a password must be (密码策略). Two profiles ship, since assessors and ASVS ask for opposite things."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from qingyuan.kernel.errors import DomainError

MAXIMUM_LENGTH = 128


class PasswordRefused(DomainError):
    """The password breaks a rule (密码不符合要求); each rule has a class of its own."""

    code = "staff.password_refused"


class PasswordLength(PasswordRefused):
    """Too short or too long (密码长度不符合要求)."""

    code = "staff.password_length"


class PasswordTooSimple(PasswordRefused):
    """Of too few kinds of characters (密码过于简单)."""

    code = "staff.password_too_simple"


class PasswordHoldsName(PasswordRefused):
    """It contains the login or the staff number (密码不得包含登录号或工号)."""

    code = "staff.password_holds_name"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The rules in force. `kinds` of lower case, capitals, digits, others; `maximum_days` None: no forced change."""

    minimum_length: int
    kinds: int
    maximum_days: int | None


# Chinese assessors (等保三级) look for complexity and change; ASVS 6.2 forbids both and asks for length.
PROFILES = {
    "dengbao-3": PasswordPolicy(minimum_length=8, kinds=3, maximum_days=90),
    "asvs": PasswordPolicy(minimum_length=12, kinds=1, maximum_days=None),
}


def check_password(policy: PasswordPolicy, password: str, *, own_names: tuple[str, ...]) -> None:
    """Raises PasswordRefused for what is too short, too long, of too few kinds, or holds the login or staff number."""
    if not policy.minimum_length <= len(password) <= MAXIMUM_LENGTH:
        raise PasswordLength(minimum=policy.minimum_length, maximum=MAXIMUM_LENGTH)
    if kinds_in(password) < policy.kinds:
        raise PasswordTooSimple(kinds=policy.kinds)
    lowered = password.lower()
    if any(len(name) >= 3 and name.lower() in lowered for name in own_names):
        raise PasswordHoldsName()


def kinds_in(password: str) -> int:
    """How many of the four kinds of characters occur. A Chinese character counts as other."""
    tests: tuple[Callable[[str], bool], ...] = (
        lambda one: one.isascii() and one.islower(),
        lambda one: one.isascii() and one.isupper(),
        lambda one: one.isascii() and one.isdigit(),
        lambda one: not (one.isascii() and one.isalnum()),
    )
    return sum(any(test(character) for character in password) for test in tests)


def is_expired(policy: PasswordPolicy, changed_at: datetime | None, at: datetime) -> bool:
    """Whether the password must be changed at the next sign-in."""
    if policy.maximum_days is None or changed_at is None:
        return False
    return at - changed_at >= timedelta(days=policy.maximum_days)

"""三员分立: who keeps the system or its rights does not read the trail of it, and the reverse."""

from collections.abc import Iterable

from qingyuan.kernel.errors import DomainError

ADMINISTRATION = frozenset({"organisation.edit", "staff.edit", "roles.edit", "roles.assign", "parameters.edit"})
SUPERVISION = frozenset({"audit.view"})


class SeparationBroken(DomainError):
    """One person would both administer and audit (违反三员分立：管理员与审计员不得为同一人)."""

    code = "staff.separation_broken"


def check_separation(permissions: Iterable[str]) -> None:
    """Raises SeparationBroken if what one person holds at the same time contains both sides."""
    held = frozenset(permissions)
    if held & ADMINISTRATION and held & SUPERVISION:
        raise SeparationBroken(administration=", ".join(sorted(held & ADMINISTRATION)))


def is_separated(permissions: Iterable[str]) -> bool:
    """Whether these permissions make their holder one of the separated admins."""
    return bool(frozenset(permissions) & (ADMINISTRATION | SUPERVISION))

"""Give a person a one-time password, also one of the three separated administrators."""

import argparse

from django.utils import timezone

from qingyuan.kernel.actor import system_actor
from qingyuan.platform.staff import operations as staff


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose password, and why."""
    parser.add_argument("login", help="login or staff number")
    parser.add_argument("--reason", default="", help="goes into the audit trail")


def run(options: argparse.Namespace) -> int:
    """Print the one-time password, once; it is changed at the next sign-in."""
    now = timezone.now()
    fresh = staff.reset_password_by_login(
        actor=system_actor("reset-password"),
        login=options.login,
        on=timezone.localdate(now),
        at=now,
        reason=options.reason,
    )
    print(fresh)
    return 0

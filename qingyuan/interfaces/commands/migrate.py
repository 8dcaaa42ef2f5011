"""Bring the database's tables up to this version."""

import argparse

from django.core.management import call_command


def run(_options: argparse.Namespace) -> int:
    """Apply all migrations; says each one it applies."""
    call_command("migrate", interactive=False, verbosity=1)
    return 0

"""Bring the database's tables up to this version."""

import argparse

from qingyuan.config import first_migration


def run(_options: argparse.Namespace) -> int:
    """Apply all migrations that are not applied yet."""
    print("tables brought up to this version" if first_migration.migrate() else "nothing to do", flush=True)
    return 0

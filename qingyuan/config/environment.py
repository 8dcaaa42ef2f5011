"""Every environment variable that Qingyuan reads, in one register (环境变量).

Nothing else in the package looks at `os.environ` for a setting. `docs/settings.md` describes each one; a test compares.
"""

import os
import re
from dataclasses import dataclass

_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")


class SettingError(Exception):
    """An environment variable holds a value that cannot be used; the text names it and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, its default as text, and one English sentence of help."""

    name: str
    default: str
    help: str


REGISTER: dict[str, Variable] = {}


def _declare(name: str, default: str, help_text: str) -> Variable:
    variable = Variable(name, default, help_text)
    REGISTER[name] = variable
    return variable


HOME = _declare("QINGYUAN_HOME", "", "Directory of everything this instance keeps outside the database.")
DATABASE_URL = _declare("DATABASE_URL", "", "postgresql:// address of a real server; empty: the embedded PostgreSQL.")
SECRET_KEY = _declare("QINGYUAN_SECRET_KEY", "", "Key that signs sessions; empty: made once and kept in the home.")
DATA_KEYS = _declare(
    "QINGYUAN_DATA_KEYS", "", "Fernet keys for encrypted columns, comma separated, the first encrypts; empty: as above."
)
DEBUG = _declare("QINGYUAN_DEBUG", "0", "1 shows error pages with source code; never on a machine others can reach.")
ALLOWED_HOSTS = _declare("QINGYUAN_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names that are answered.")
TRUSTED_ORIGINS = _declare(
    "QINGYUAN_TRUSTED_ORIGINS", "", "Origins (https://…) behind a proxy from which forms are accepted, comma separated."
)
TRUSTED_PROXIES = _declare(
    "QINGYUAN_TRUSTED_PROXIES",
    "",
    "Addresses or networks of proxies whose X-Forwarded-For is believed, comma separated.",
)
HTTPS = _declare("QINGYUAN_HTTPS", "0", "1 when a reverse proxy serves it by HTTPS: secure cookies, HSTS, redirects.")
HOST = _declare("QINGYUAN_HOST", "127.0.0.1", "Address on which the web server listens.")
PORT = _declare("QINGYUAN_PORT", "8000", "Port on which the web server listens.")
WEB_WORKERS = _declare("QINGYUAN_WEB_WORKERS", "2", "Web server processes.")
WEB_THREADS = _declare("QINGYUAN_WEB_THREADS", "4", "Threads, and at most as many database connections, per process.")
WORKERS = _declare("QINGYUAN_WORKERS", "1", "Background worker processes that `qingyuan run` keeps running.")
DB_POOL = _declare(
    "QINGYUAN_DB_POOL", "0", "Connections kept in a pool per process; 0: none. `run` sets it for the web."
)
CALCULATOR_FRAMES = _declare(
    "QINGYUAN_CALCULATOR_FRAMES", "", "Origins (https://…) that may show the public calculator in a frame; * for all."
)
API_CALLS = _declare("QINGYUAN_API_CALLS", "600", "Calls that one API token may make in a minute; 0: no limit.")
CALCULATOR_CALLS = _declare(
    "QINGYUAN_CALCULATOR_CALLS", "120", "Calls of the public calculator from one address in a minute; 0: no limit."
)
TIME_ZONE = _declare("QINGYUAN_TIME_ZONE", "Asia/Shanghai", "Time zone in which civil dates are taken.")
SESSION_MINUTES = _declare("QINGYUAN_SESSION_MINUTES", "30", "Idle minutes after which a person is signed out.")
LOG_LEVEL = _declare("QINGYUAN_LOG_LEVEL", "INFO", "Least severe level that is logged: DEBUG, INFO, WARNING, ERROR.")
DEMO = _declare(
    "QINGYUAN_DEMO", "1", "1: `qingyuan run` fills an empty database with the demo utility; 0: it stays empty."
)

LANGUAGE = _declare(
    "QINGYUAN_LANG", "", "Language of commands: zh or en; empty: as LANG says, Chinese when that is neither."
)
SYSTEM_LANGUAGE = _declare("LANG", "", "The system's language, looked at where QINGYUAN_LANG is empty.")


def language() -> str:
    """The language of commands, `zh_Hans` or `en`; the screens have their own choice per person."""
    for wish in (text(LANGUAGE).lower(), text(SYSTEM_LANGUAGE).lower()):
        if wish.startswith("en"):
            return "en"
        if wish.startswith("zh"):
            break
    return "zh_Hans"


def text(variable: Variable) -> str:
    """The variable's value, or its default where it is unset or blank."""
    return os.environ.get(variable.name, "").strip() or variable.default


def flag(variable: Variable) -> bool:
    """The variable as yes or no. Raises SettingError for anything but 0, 1, true, false, yes, no, on, off."""
    value = text(variable).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{variable.name}={value!r}: write 1 or 0")


def whole(variable: Variable, *, minimum: int, maximum: int) -> int:
    """The variable as a whole number within [minimum, maximum]. Raises SettingError."""
    value = text(variable)
    if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
        raise SettingError(f"{variable.name}={value!r}: write a whole number from {minimum} to {maximum}")
    return int(value)


def words(variable: Variable) -> list[str]:
    """The variable as its comma-separated parts, blanks dropped."""
    return [part.strip() for part in text(variable).split(",") if part.strip()]


def origins(variable: Variable) -> list[str]:
    """The variable as origins (scheme and host, no path), or `*` alone. Raises SettingError for anything else."""
    found = words(variable)
    for origin in found:
        if not _ORIGIN.fullmatch(origin) and found != ["*"]:
            raise SettingError(f"{variable.name}={origin!r}: write origins such as https://www.example.org, or * alone")
    return found


def for_child(**added: str) -> dict[str, str]:
    """This process's environment with some variables set, for a process that it starts."""
    return {**os.environ, **added}

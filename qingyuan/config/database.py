"""From `DATABASE_URL`, or the embedded PostgreSQL's socket, to Django's and psycopg's connection parameters."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from qingyuan.config import environment
from qingyuan.config.environment import SettingError
from qingyuan.config.postgres import server

DATABASE = "qingyuan"


def is_embedded() -> bool:
    """Whether this instance brings its own PostgreSQL (no DATABASE_URL)."""
    return not environment.text(environment.DATABASE_URL)


def parameters() -> dict[str, Any]:
    """Django's DATABASES entry. Raises SettingError for an address that is not PostgreSQL's."""
    url = environment.text(environment.DATABASE_URL)
    entry = _from_url(url) if url else _embedded()
    options: dict[str, Any] = entry["OPTIONS"]
    options.setdefault("application_name", "qingyuan")
    pool = environment.whole(environment.DB_POOL, minimum=0, maximum=200)
    if pool:
        entry["CONN_HEALTH_CHECKS"] = True  # a connection that a restart of the server broke is not handed out
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10, "max_idle": 120}
    return entry


def _embedded() -> dict[str, Any]:
    cluster = server.default_cluster()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": server.SUPERUSER,
        "HOST": str(cluster.socket_directory),
        "PORT": str(server.PORT),
        "OPTIONS": {},
    }


def _from_url(url: str) -> dict[str, Any]:
    """The entry of an address such as postgresql://user:password@host:5432/name?sslmode=require."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingError(f"{environment.DATABASE_URL.name}: write postgresql://user:password@host:5432/name")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise SettingError(f"{environment.DATABASE_URL.name}: the database's name is missing at the end")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }

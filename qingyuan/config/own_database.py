"""This instance's own database for the time of a block: what every command that needs one goes through."""

from collections.abc import Iterator
from contextlib import contextmanager

from qingyuan.config import database
from qingyuan.config.postgres import lease, server


@contextmanager
def database_in_use() -> Iterator[None]:
    """Hold this instance's database for the block; nothing to do where DATABASE_URL names a real server.

    The embedded server is started if it is down and stopped afterwards if nobody else uses it.
    Raises PostgresError if it cannot be started.
    """
    if not database.is_embedded():
        yield
        return
    cluster = server.default_cluster()
    with lease.in_use(cluster):
        lease.create_database(cluster, database.DATABASE)
        yield

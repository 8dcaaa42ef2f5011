"""Start, stop, inspect or open the embedded PostgreSQL."""

import argparse
import os
import subprocess

import psycopg

from qingyuan.config import database
from qingyuan.config.environment import SettingError
from qingyuan.config.own_database import database_in_use
from qingyuan.config.postgres import binaries, lease, server
from qingyuan.config.postgres.account import server_account
from qingyuan.interfaces.commands._frame import Needs

NEEDS = Needs.NOTHING


ACTIONS = ("start", "stop", "status", "psql")


def arguments(parser: argparse.ArgumentParser) -> None:
    """One action; everything after it belongs to the action."""
    parser.add_argument("action", choices=ACTIONS, help="start: leave it up; psql: an SQL prompt")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="stop: --now, even in use; psql: its own arguments")


def run(options: argparse.Namespace) -> int:
    """Do the action on this home's server. Raises PostgresError and, where DATABASE_URL is set, SettingError."""
    if not database.is_embedded():
        raise SettingError("DATABASE_URL is set: this instance uses that server and has no embedded one")
    cluster = server.default_cluster()
    if options.action == "start":
        lease.pin(cluster)
        lease.create_database(cluster, database.DATABASE)
        print(f"up: {cluster.socket_directory}")
    elif options.action == "stop":
        print("stopped" if lease.stop(cluster, even_in_use="--now" in options.words) else "was not up")
    elif options.action == "status":
        return _status()
    else:
        return _psql(options.words)
    return 0


def _status() -> int:
    cluster = server.default_cluster()
    print(f"version  {binaries.version()}")
    print(f"data     {server.data_directory(cluster, server_account(create=False), create=False)}")
    print(f"socket   {cluster.socket_directory}")
    print(f"log      {server.log_path(cluster)}")
    try:
        print(
            f"up       yes, process {cluster.process_id()}{', pinned by db start' if lease.is_pinned(cluster) else ''}"
        )
    except psycopg.OperationalError:
        print("up       no")
        return 1
    return 0


def _psql(words: list[str]) -> int:
    with database_in_use():
        entry = database.parameters()
        program = binaries.directory(server_account(create=False)) / "psql"
        command = [str(program), "-h", entry["HOST"], "-p", entry["PORT"], "-U", entry["USER"], entry["NAME"], *words]
        return subprocess.run(command, check=False, env={**os.environ, "PSQL_PAGER": "cat"}).returncode

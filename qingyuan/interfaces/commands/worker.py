"""Run one background worker until it is stopped."""

import argparse
from typing import Any, cast

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which queues, and whether to stay when they are empty."""
    parser.add_argument("--queue", action="append", help="only this queue (may be repeated); default: all")
    parser.add_argument("--until-empty", action="store_true", help="end when nothing waits any more")


def run(options: argparse.Namespace) -> int:
    """Work deferred jobs; TERM or Ctrl-C lets the present one end."""
    connector = cast(DjangoConnector, app.connector)
    arguments: dict[str, Any] = {"wait": not options.until_empty, "queues": options.queue}
    with app.replace_connector(connector.get_worker_connector()) as working:
        working.run_worker(**arguments)
    return 0

"""Fill the database with the demo utility."""

import argparse
import sys

from django.utils import timezone

from qingyuan.kernel.period import Month
from qingyuan.tools.demo.fill import DEFAULT_ACCOUNTS, DEFAULT_MONTHS, fill, last_month_played

_BAR = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """How large, and up to which month."""
    parser.add_argument("--accounts", type=int, default=DEFAULT_ACCOUNTS, help=f"accounts (default {DEFAULT_ACCOUNTS})")
    parser.add_argument("--months", type=int, default=DEFAULT_MONTHS, help=f"months (default {DEFAULT_MONTHS})")
    parser.add_argument("--until", default="", help="the last month, yyyy-mm (default: the last whole one)")


def run(options: argparse.Namespace) -> int:
    """Fill, with a bar. A filling that was interrupted goes on where it stopped."""
    today = timezone.localdate()
    last = Month.from_number(int(options.until.replace("-", ""))) if options.until else last_month_played(today)
    done = fill(accounts=options.accounts, month_count=options.months, last=last, today=today, report=_show)
    print(f"\n{done.accounts} accounts, {done.first} to {done.last}", flush=True)
    return 0


def _show(done: int, total: int, message: str) -> None:
    filled = _BAR * done // max(total, 1)
    line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total} {message}"
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    else:
        print(line, flush=True)

"""Measure the product against the floor of the machine it runs on."""

import argparse
import json
import sys

from qingyuan.interfaces.commands._frame import complain
from qingyuan.tools import bench_billing, bench_simulation
from qingyuan.tools.bench_frame import BenchFailed


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is measured, and how large."""
    parser.add_argument(
        "what",
        choices=["billing", "simulation"],
        help="billing: calculate and issue a month, offset and post; simulation: a draft tariff over --months issued months",
    )
    parser.add_argument("--accounts", type=int, default=10000, help="accounts of the utility (default 10 000)")
    parser.add_argument("--workers", type=int, default=2, help="background workers (default 2)")
    parser.add_argument("--months", type=int, default=1, help="months one after another; the median is told")
    parser.add_argument("--chunk-size", type=int, default=None, help="bills per chunk; default: the parameter")
    parser.add_argument("--keep", action="store_true", help="keep the database that was made for it")
    parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")


def run(options: argparse.Namespace) -> int:
    """0 with the figures; 1 when the result is not right, and then no figures."""
    try:
        figures = _figures(options)
    except BenchFailed as error:
        complain(str(error))
        return 1
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<28}{value}")
    return 0


def _figures(options: argparse.Namespace) -> dict[str, object]:
    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    if options.what == "simulation":
        return bench_simulation.bench(
            accounts=options.accounts, workers=options.workers, months=options.months, keep=options.keep, say=say
        )
    return bench_billing.bench(
        accounts=options.accounts,
        workers=options.workers,
        months=options.months,
        chunk_size=options.chunk_size,
        keep=options.keep,
        say=say,
    )

"""Compute bills again from what they were calculated from, and compare."""

import argparse
import json
from itertools import islice

from qingyuan.domains.billing.queries import recompute, runs

SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--check` is what this command does so far; a run may be named."""
    parser.add_argument("--check", action="store_true", required=True, help="compare, change nothing")
    parser.add_argument("--run", metavar="NUMBER", help="only the bills of this run, by its number or id")
    parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")


def run(options: argparse.Namespace) -> int:
    """0 when every bill gives its hash, 1 when one does not."""
    run_id = None if options.run is None else runs.id_of(options.run)
    count = recompute.bill_count(run_id)
    found = list(islice(recompute.differing_bills(run_id), SHOWN + 1))
    if options.json:
        differing = [{"bill_no": one.bill_no, "detail": one.detail} for one in found[:SHOWN]]
        print(json.dumps({"ok": not found, "bills": count, "differing": differing, "more": len(found) > SHOWN}))
    else:
        for one in found[:SHOWN]:
            print(f"{one.bill_no}: {one.detail}")
        print(f"{count} bills computed again, {'at least ' if len(found) > SHOWN else ''}{len(found)} differ")
    return 1 if found else 0

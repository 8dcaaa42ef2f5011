"""Compute bills again from what they were calculated from, and compare."""

import argparse
import json
import secrets
from itertools import islice

from qingyuan.domains.billing.queries import recompute, runs
from qingyuan.kernel.period import Month

SHOWN = 50
LARGEST_SEED = 2**31 - 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--check` is what this command does so far; which bills may be narrowed by run, month and sample."""
    parser.add_argument("--check", action="store_true", required=True, help="compare, change nothing")
    parser.add_argument("--run", metavar="NUMBER", help="only the bills of this run, by its number or id")
    parser.add_argument("--period", metavar="YYYY-MM", type=_month, help="only the bills of this month")
    parser.add_argument("--sample", metavar="N", type=_count, help="only N bills of these, drawn at random")
    parser.add_argument("--seed", metavar="S", type=_seed, help="draw the sample that was printed with this seed")
    parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")


def run(options: argparse.Namespace) -> int:
    """0 when every bill gives its hash, 1 when one does not."""
    seed = secrets.randbelow(LARGEST_SEED) if options.seed is None else options.seed
    checked = recompute.Checked(
        run_id=None if options.run is None else runs.id_of(options.run),
        yyyymm=None if options.period is None else options.period.number,
        sample=options.sample,
        seed=seed,
    )
    count = recompute.bill_count(checked)
    found = list(islice(recompute.differing_bills(checked), SHOWN + 1))
    drawn = {} if options.sample is None else {"seed": seed}
    if options.json:
        differing = [{"bill_no": one.bill_no, "detail": one.detail} for one in found[:SHOWN]]
        print(
            json.dumps({"ok": not found, "bills": count, **drawn, "differing": differing, "more": len(found) > SHOWN})
        )
    else:
        for one in found[:SHOWN]:
            print(f"{one.bill_no}: {one.detail}")
        sampled = f" (sample drawn with --seed {seed})" if drawn else ""
        print(f"{count} bills computed again{sampled}, {'at least ' if len(found) > SHOWN else ''}{len(found)} differ")
    return 1 if found else 0


def _month(text: str) -> Month:
    year, _, month = text.partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit() and 1 <= int(month) <= 12):
        raise argparse.ArgumentTypeError(f"{text!r} is not a month (yyyy-mm)")
    return Month(int(year), int(month))


def _count(text: str) -> int:
    return _whole(text, least=1)


def _seed(text: str) -> int:
    return _whole(text, least=0)


def _whole(text: str, *, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {LARGEST_SEED}")
    return int(text)

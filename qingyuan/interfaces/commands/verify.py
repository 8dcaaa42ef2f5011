"""Check the invariants of the whole: journals, balances, bills, tier use, readings, payments, audit."""

import argparse
import json

from qingyuan.overviews.verify.every import Verdict, verify_all
from qingyuan.overviews.verify.finding import LIMIT
from qingyuan.platform.audit import queries as audit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which invariants, and the form of the answer."""
    parser.add_argument("--only", type=int, action="append", metavar="N", help="only this invariant (may be repeated)")
    parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")


def run(options: argparse.Namespace) -> int:
    """0 when all hold, 1 when one is broken."""
    verdicts = verify_all(only=options.only or ())
    chain = audit.verify_chain()
    if options.json:
        print(json.dumps(_as_object(verdicts, chain.unsealed_count), ensure_ascii=False))
    else:
        _print(verdicts, chain.unsealed_count)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _as_object(verdicts: tuple[Verdict, ...], unsealed: int) -> dict[str, object]:
    return {
        "ok": all(verdict.holds for verdict in verdicts),
        "unsealed_audit_entries": unsealed,
        "invariants": [
            {
                "number": verdict.number,
                "title": verdict.title,
                "ok": verdict.holds,
                "breaches": [
                    {"table": one.table, "key": one.key, "detail": one.detail} for one in verdict.breaches[:LIMIT]
                ],
                "more": len(verdict.breaches) > LIMIT,
            }
            for verdict in verdicts
        ],
    }


def _print(verdicts: tuple[Verdict, ...], unsealed: int) -> None:
    for verdict in verdicts:
        print(f"{'ok    ' if verdict.holds else 'BROKEN'} {verdict.number:>2} {verdict.title}")
        for one in verdict.breaches[:LIMIT]:
            print(f"          {one.table} {one.key}: {one.detail}")
        if len(verdict.breaches) > LIMIT:
            print("          … and more")
    broken = [verdict.number for verdict in verdicts if not verdict.holds]
    print(f"{unsealed} audit entries are not sealed yet")
    print(f"broken: {', '.join(map(str, broken))}" if broken else f"all {len(verdicts)} invariants hold")

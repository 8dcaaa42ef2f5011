"""Update, compile or check the message catalogues."""

import argparse
import sys

from qingyuan.interfaces.commands._frame import Needs
from qingyuan.tools.translations.catalogues import compile_all, problems
from qingyuan.tools.translations.missing import update_all

NEEDS = Needs.DJANGO


def arguments(parser: argparse.ArgumentParser) -> None:
    """One action."""
    parser.add_argument(
        "action",
        choices=("update", "compile", "check"),
        help="update: add what is missing to the .po files, untranslated; compile: write the .mo files; check: list gaps",
    )


def run(options: argparse.Namespace) -> int:
    """Add entries, compile what changed, or print every gap; exit status 1 if there is one."""
    if options.action == "update":
        for path, count in update_all().items():
            print(f"{count} added to {path}")
        return 0
    if options.action == "compile":
        for path in compile_all():
            print(f"written {path}")
        return 0
    found = problems()
    for line in found:
        print(line, file=sys.stderr)
    print(f"translations: {len(found)} problems" if found else "translations: complete")
    return 1 if found else 0

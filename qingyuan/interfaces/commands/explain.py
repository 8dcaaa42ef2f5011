"""Explain a bill: the same steps as on its page and on paper, down to readings and rounding."""

import argparse
import json

from django.utils import translation
from django.utils.translation import gettext

from qingyuan.domains.billing.queries.explain import explain_bill_no
from qingyuan.domains.tariffs.rules.explanation import Node

LANGUAGES = {"zh": "zh-hans", "en": "en"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """A bill, its form and its language."""
    parser.add_argument("bill", metavar="BILL", help="the bill's number")
    parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")
    parser.add_argument(
        "--lang", choices=sorted(LANGUAGES), help="language of the sentences; else that of the commands"
    )


def run(options: argparse.Namespace) -> int:
    """0 when the bill is explained, 1 when there is none of this number."""
    explanation = explain_bill_no(options.bill)
    language = LANGUAGES.get(options.lang or "", translation.get_language() or LANGUAGES["zh"])
    with translation.override(language):
        if options.json:
            print(json.dumps(explanation.as_plain(gettext, english=_in_english()), ensure_ascii=False, indent=2))
        else:
            _print(explanation.tree, explanation.tree.unit, 0)
    return 0


def _print(node: Node, unit: str, depth: int) -> None:
    amount = "" if node.amount is None else f"  [{node.amount:.2f}]"
    print(f"{'  ' * depth}{node.text(gettext, unit, english=_in_english())}{amount}")
    for child in node.children:
        _print(child, unit, depth + 1)


def _in_english() -> bool:
    return translation.get_language() == LANGUAGES["en"]

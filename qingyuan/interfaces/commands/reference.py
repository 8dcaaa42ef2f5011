"""Write the reference pages that come from the code: docs/reference/codes.md and routes.md."""

import argparse

from qingyuan.interfaces.commands._frame import Needs
from qingyuan.tools.reference import pages

NEEDS = Needs.DJANGO


def run(_options: argparse.Namespace) -> int:
    """Write the pages that changed, in the checkout."""
    for path, text in pages().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written {path}")
    return 0

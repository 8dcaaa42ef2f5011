"""Write the list of addresses in docs/reference/routes.md."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

from qingyuan.interfaces.commands._frame import Needs

NEEDS = Needs.DJANGO
_DEVELOPERS_ONLY = "gallery/"  # there in tests and debug mode alone
_HEADER = """# Reference: addresses

Written by `qingyuan reference`; a test compares. *signed in*: whoever has signed in. *everybody*: without sign-in.

| address | name | permission |
|---|---|---|
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("--to", type=Path, default=Path("docs/reference/routes.md"), help="file to write")


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    target: Path = options.to
    target.write_text(routes_page(), encoding="utf-8")
    print(f"written {target}")
    return 0


def routes_page() -> str:
    """The page's text: one row per address, in alphabetical order."""
    rows = sorted(
        (address, pattern.name or "", _permission(pattern))
        for address, pattern in _routes()
        if not address.startswith(_DEVELOPERS_ONLY)
    )
    return _HEADER + "".join(f"| `/{address}` | {name} | {permission} |\n" for address, name, permission in rows)


def _permission(pattern: URLPattern) -> str:
    permission = getattr(pattern.callback, "required_permission", None)
    if permission is None:
        return "everybody"
    return f"`{permission}`" if permission else "signed in"


def _routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, address)
        else:
            yield address, pattern

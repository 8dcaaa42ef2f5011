"""The reference pages that are written from the code itself: all codes, all addresses, the interface for programs.

What a code means in depth stands in the hand-written pages beside them.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import translation
from django.utils.translation import gettext

from qingyuan.kernel.declarations import Parameter
from qingyuan.platform import registry
from qingyuan.tools.translations.sources import PACKAGE, error_code_sources

FOLDER = PACKAGE.parent / "docs" / "reference"
_INTERFACE = "/api/v1/openapi.json"
_DEVELOPERS_ONLY = "gallery/"  # there in tests and debug mode alone
_WRITTEN = "Written by `qingyuan reference` from the code; a test compares.\n"
_ROUTES_HEADER = f"""# Reference: addresses

{_WRITTEN}*signed in*: whoever has signed in. *everybody*: without sign-in.

| address | name | permission |
|---|---|---|
"""
_CODES_HEADER = f"""# Reference: all codes

{_WRITTEN}The pages beside this one say more about the codes of their area.
"""


def pages() -> dict[Path, str]:
    """Each page's path and text."""
    return {
        FOLDER / "routes.md": routes_page(),
        FOLDER / "codes.md": codes_page(),
        FOLDER / "openapi.json": interface_page(),
    }


def interface_page() -> str:
    """The description of the interface for programs, as its own address gives it."""
    request = HttpRequest()
    request.method = "GET"
    answer = resolve(_INTERFACE).func(request)
    return json.dumps(json.loads(answer.content), ensure_ascii=False, indent=2) + "\n"


def routes_page() -> str:
    """One row per address, in alphabetical order."""
    rows = sorted(
        (address, pattern.name or "", _permission(pattern))
        for address, pattern in routes()
        if not address.startswith(_DEVELOPERS_ONLY)
    )
    return _ROUTES_HEADER + "".join(f"| `/{address}` | {name} | {permission} |\n" for address, name, permission in rows)


def codes_page() -> str:
    """Permissions, parameters, number kinds, audit actions and refusals, each in alphabetical order."""
    parts = [
        _CODES_HEADER,
        _table("Permissions 权限", ("permission", "allows", "中文"), _labels(registry.permissions)),
        _table("Parameters 参数", ("parameter", "default", "meaning", "中文"), _parameters()),
        _table("Number kinds 编号规则", ("kind", "numbers", "中文"), _labels(registry.number_kinds)),
        _table("Audit actions 审计动作", ("action", "what was done", "中文"), _labels(registry.audit_actions)),
        _table("Refusals 错误码", ("code", "when"), _refusals()),
    ]
    return "\n".join(parts)


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """(address, pattern) of everything that can be asked for."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def _permission(pattern: URLPattern) -> str:
    permission = getattr(pattern.callback, "required_permission", None)
    if permission is None:
        return "everybody"
    return f"`{permission}`" if permission else "signed in"


def _labels(register: registry.Register[registry.Declared]) -> list[tuple[str, ...]]:
    return [
        (f"`{code}`", declared.label, _chinese(declared.label)) for code, declared in sorted(register.all().items())
    ]


def _parameters() -> list[tuple[str, ...]]:
    return [
        (f"`{code}`", f"`{_default(declared)}`", f"{declared.label}. {declared.help}".strip(), _chinese(declared.label))
        for code, declared in sorted(registry.parameters.all().items())
    ]


def _default(parameter: Parameter) -> str:
    value = parameter.default
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _refusals() -> list[tuple[str, ...]]:
    return sorted({(f"`{source.message}`", _first_line(source.place)) for source in error_code_sources()})


def _first_line(place: str) -> str:
    """The first line of the docstring of the class at `file:line`."""
    name, _colon, line = place.rpartition(":")
    for node in ast.walk(ast.parse((PACKAGE.parent / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.lineno == int(line):
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise LookupError(f"no class at {place}")


def _chinese(label: str) -> str:
    with translation.override("zh-hans"):
        return gettext(label)


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {title}", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"

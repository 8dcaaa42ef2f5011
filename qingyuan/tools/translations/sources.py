"""Everything in the package that is shown to people and so has to be translated."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_file
from django.template import Template, TemplateSyntaxError
from django.template.base import Node
from django.template.engine import Engine
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

PACKAGE = Path(__file__).resolve().parent.parent.parent
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_LABELLED = {"Permission", "Parameter", "NumberKind", "AuditAction"}
_QUOTED = re.compile(r"""_\((?:"([^"]+)"|'([^']+)')\)""")
_CODE = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")


@dataclass(frozen=True, slots=True)
class Source:
    """A text to translate and where it stands (`file:line`); `plural` where its form follows a number."""

    place: str
    message: str
    context: str = ""
    plural: str = ""


def message_sources(package: Path = PACKAGE) -> Iterator[Source]:
    """Texts in Python code, in templates, and the labels of what the apps declare."""
    for path in _python_files(package):
        yield from _in_python(path, package)
        if path.name == "declarations.py":
            yield from _in_declarations(path, package)
    for path in sorted(package.glob("**/templates/**/*.html")):
        yield from _in_template(path, package)


def error_code_sources(package: Path = PACKAGE) -> Iterator[Source]:
    """The codes of all refusals: classes with `code = "domain.name"` below kernel.errors.DomainError."""
    for path in _python_files(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.bases:
                for code in _codes(node):
                    yield Source(_place(path, package, node.lineno), code)


def _codes(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            names, value = [ast.unparse(target) for target in statement.targets], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            names, value = [ast.unparse(statement.target)], statement.value
        else:
            continue
        if names == ["code"] and isinstance(value, ast.Constant) and _CODE.fullmatch(str(value.value)):
            yield str(value.value)


def _in_python(path: Path, package: Path) -> Iterator[Source]:
    for line, message, _comments, context in extract_from_file("python", path, keywords=_KEYWORDS):
        text, plural = (message, "") if isinstance(message, str) else (message[0], message[1])
        if text:
            yield Source(_place(path, package, line), text, context or "", plural)


def _in_declarations(path: Path, package: Path) -> Iterator[Source]:
    """Labels and help texts are plain strings there, so that declarations stay data; people see them translated."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in _LABELLED:
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        position = 3 if ast.unparse(node.func).endswith("Parameter") else 1
        values = [named.get("label"), named.get("help"), *node.args[position : position + 1]]
        if position == 3:
            values += node.args[4:5]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield Source(_place(path, package, value.lineno), value.value)


def _in_template(path: Path, package: Path) -> Iterator[Source]:
    text = path.read_text(encoding="utf-8")
    try:
        template = Template(text, engine=Engine.get_default())
    except TemplateSyntaxError as error:
        raise TemplateSyntaxError(f"{path}: {error}") from error
    nodes: list[Node] = [*template.nodelist.get_nodes_by_type(TranslateNode)]
    nodes += template.nodelist.get_nodes_by_type(BlockTranslateNode)
    for node in nodes:
        line = node.token.lineno if node.token is not None else None
        yield from (
            Source(_place(path, package, line), message, context, plural)
            for message, context, plural in _node_messages(node)
            if message
        )
    for number, written in enumerate(text.splitlines(), start=1):
        for double, single in _QUOTED.findall(written):
            yield Source(_place(path, package, number), double or single)


def _node_messages(node: Node) -> Iterator[tuple[str, str, str]]:
    """(message, context, plural) of a tag."""
    if isinstance(node, TranslateNode):
        literal = node.filter_expression.var
        message = getattr(literal, "literal", literal) if not isinstance(literal, str) else literal
        if isinstance(message, str):  # a variable's own translation is the matter of whoever fills it
            yield message, _literal(node.message_context), ""
    elif isinstance(node, BlockTranslateNode):
        singular, plural = (_block_text(node, tokens) for tokens in (node.singular, node.plural))
        yield singular, _literal(node.message_context), plural


def _block_text(node: BlockTranslateNode, tokens: Any) -> str:
    text, _names = node.render_token_list(tokens) if tokens else ("", [])
    return " ".join(line.strip() for line in text.strip().splitlines()) if node.trimmed else text


def _literal(expression: object) -> str:
    """The constant in a template's `context "…"`; nothing where there is none."""
    value = getattr(expression, "var", "")
    value = getattr(value, "literal", value)
    return value if isinstance(value, str) else ""


def _python_files(package: Path) -> list[Path]:
    return [path for path in sorted(package.glob("**/*.py")) if "migrations" not in path.parts]


def _place(path: Path, package: Path, line: int | None) -> str:
    return f"{path.relative_to(package.parent)}:{line or 1}"

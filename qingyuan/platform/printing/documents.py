"""Documents (文档): a template and data in, PDF bytes out. The same input gives the same bytes on every machine."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

import typst

from qingyuan.kernel.errors import DomainError
from qingyuan.platform.printing.fonts import FAMILY, FOLDER, check_characters

# No date, so that bytes are equal; the language decides line breaks; no other font is ever tried.
_PRELUDE = f"""#set document(date: none)
#set text(font: "{FAMILY}", lang: "zh", region: "cn", fallback: false)
#let data = json(bytes(sys.inputs.data))
"""


class TemplateBroken(DomainError):
    """The print template does not compile, or compiles with a warning (打印模板有误): `reason` says where."""

    code: ClassVar[str] = "printing.template_broken"


def render_pdf(template_source: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `template_source` (typst) with `data`, which the template finds as `data`.

    Numbers come as finished text: the template does no arithmetic. Raises TemplateBroken (any error or warning: a font
    that is not found would only be one) and MissingCharacters (a text in `data` or in the template).
    """
    check_characters([("template", template_source), *_texts(data, "data")])
    return compile_source(template_source, json.dumps(data, ensure_ascii=False, sort_keys=True))


def compile_source(source: str, data_text: str) -> bytes:
    """Compile checked source with data as JSON text. Raises TemplateBroken."""
    try:
        content, warnings = typst.compile_with_warnings(
            f"{_PRELUDE}{source}".encode(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": data_text},
        )
    except typst.TypstError as error:
        raise TemplateBroken(reason=error.diagnostic or error.message) from error
    if warnings:
        raise TemplateBroken(reason="; ".join(warning.diagnostic or warning.message for warning in warnings))
    if not isinstance(content, bytes):
        raise TemplateBroken(reason="the template gives no single PDF")
    return content


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text inside JSON data with its place (`data.lines[2].name`)."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{place}[{index}]")

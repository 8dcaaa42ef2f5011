"""Millimetre layouts (票据版式): where each field of a ticket stands on its paper. JSON in, frozen values out.

```
{"unit": "mm", "page": {"width": 210, "height": 93},
 "fields": [{"key": "account_no", "x": 20, "y": 12, "w": 40, "h": 6, "size": 10, "align": "left", "bold": false},
            {"text": "户号", "x": 8, "y": 12, "w": 12, "h": 6}],
 "lines":  [{"x1": 8, "y1": 20, "x2": 202, "y2": 20, "width": 0.2}],
 "blocks": [{"key": "items", "x": 8, "y": 24, "row_height": 5, "rows": 6,
             "fields": [{"key": "name", "x": 0, "y": 0, "w": 60, "h": 5}]}]}
```
A field shows the record's value of `key`, or the fixed `text`. A block repeats its fields, placed from its own corner,
for each row of a list. Lengths are millimetres with at most three places, `size` is points.
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar

from qingyuan.kernel.errors import DomainError

DEFAULT_SIZE = Decimal(10)
DEFAULT_WIDTH = Decimal("0.2")
LARGEST = Decimal(1000)


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Field:
    """A text in its box. Exactly one of `key` and `text` is set."""

    key: str
    text: str
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    size: Decimal
    align: Align
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    x1: Decimal
    y1: Decimal
    x2: Decimal
    y2: Decimal
    width: Decimal


@dataclass(frozen=True, slots=True)
class Block:
    """Repeated fields. More rows than `rows` do not fit on the paper and are refused, never dropped."""

    key: str
    x: Decimal
    y: Decimal
    row_height: Decimal
    rows: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    page_width: Decimal
    page_height: Decimal
    fields: tuple[Field, ...]
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]


class LayoutBroken(DomainError):
    """The layout is not one (版式有误): `place` names the part, `reason` what is wrong."""

    code: ClassVar[str] = "printing.layout_broken"


def read_layout(text: str) -> Layout:
    """The layout of a JSON text. Raises LayoutBroken naming the part."""
    try:
        given = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError as error:
        raise LayoutBroken(place=f"line {error.lineno}", reason=error.msg) from error
    whole = _Part("layout", given, {"unit", "page", "fields", "lines", "blocks"})
    if whole.given.get("unit") != "mm":
        raise LayoutBroken(place="unit", reason="only mm")
    page = _Part("page", whole.given.get("page"), {"width", "height"})
    layout = Layout(
        page_width=page.length("width"),
        page_height=page.length("height"),
        fields=tuple(_field(part) for part in whole.parts("fields")),
        lines=tuple(_line(part) for part in whole.parts("lines")),
        blocks=tuple(_block(part) for part in whole.parts("blocks")),
    )
    _check_inside(layout)
    return layout


_FIELD_NAMES = {"key", "text", "x", "y", "w", "h", "size", "align", "bold"}


def _field(place_and_given: tuple[str, Any]) -> Field:
    part = _Part(*place_and_given, _FIELD_NAMES)
    key, text = part.word("key"), part.word("text")
    if bool(key) == bool(text):
        part.refuse("exactly one of key and text")
    align = part.word("align") or Align.LEFT
    if align not in set(Align):
        part.refuse(f"align {align}")
    return Field(
        key=key,
        text=text,
        x=part.length("x"),
        y=part.length("y"),
        width=part.length("w"),
        height=part.length("h"),
        size=part.length("size", DEFAULT_SIZE),
        align=Align(align),
        bold=part.yes("bold"),
    )


def _line(place_and_given: tuple[str, Any]) -> Line:
    part = _Part(*place_and_given, {"x1", "y1", "x2", "y2", "width"})
    return Line(
        x1=part.length("x1"),
        y1=part.length("y1"),
        x2=part.length("x2"),
        y2=part.length("y2"),
        width=part.length("width", DEFAULT_WIDTH),
    )


def _block(place_and_given: tuple[str, Any]) -> Block:
    part = _Part(*place_and_given, {"key", "x", "y", "row_height", "rows", "fields"})
    key, rows = part.word("key"), part.length("rows")
    if not key or rows != rows.to_integral_value() or rows < 1:
        part.refuse("a block needs a key and a whole number of rows")
    return Block(
        key=key,
        x=part.length("x"),
        y=part.length("y"),
        row_height=part.length("row_height"),
        rows=int(rows),
        fields=tuple(_field(inner) for inner in part.parts("fields")),
    )


def _check_inside(layout: Layout) -> None:
    boxes = [(f"fields[{place}]", field, Decimal(0), Decimal(0)) for place, field in enumerate(layout.fields)]
    for number, block in enumerate(layout.blocks):
        last = block.y + block.row_height * (block.rows - 1)
        boxes += [
            (f"blocks[{number}].fields[{place}]", field, block.x, last) for place, field in enumerate(block.fields)
        ]
    for place, field, x, y in boxes:
        if field.x + field.width + x > layout.page_width or field.y + field.height + y > layout.page_height:
            raise LayoutBroken(place=place, reason="outside the page")


@dataclass(frozen=True, slots=True)
class _Part:
    """One object of the JSON with its place in it; knows which names it may have."""

    place: str
    given: Any
    names: set[str]

    def __post_init__(self) -> None:
        if not isinstance(self.given, dict):
            self.refuse("an object is expected")
        unknown = sorted(set(self.given) - self.names)
        if unknown:
            self.refuse(f"unknown: {', '.join(unknown)}")

    def refuse(self, reason: str) -> None:
        raise LayoutBroken(place=self.place, reason=reason)

    def length(self, name: str, default: Decimal | None = None) -> Decimal:
        value = self.given.get(name, default)
        try:
            number = value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation:
            number = Decimal(-1)
        if isinstance(value, bool) or not number.is_finite() or not 0 <= number <= LARGEST:
            raise LayoutBroken(place=f"{self.place}.{name}", reason=f"{value} is no length")
        if number != number.quantize(Decimal("0.001")):
            raise LayoutBroken(place=f"{self.place}.{name}", reason="at most three places")
        return number

    def word(self, name: str) -> str:
        value = self.given.get(name, "")
        if not isinstance(value, str):
            self.refuse(f"{name} is no text")
        return str(value)

    def yes(self, name: str) -> bool:
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            self.refuse(f"{name} is neither true nor false")
        return bool(value)

    def parts(self, name: str) -> list[tuple[str, Any]]:
        value = self.given.get(name, [])
        if not isinstance(value, list):
            self.refuse(f"{name} is no list")
        inside = "" if self.place == "layout" else f"{self.place}."
        return [(f"{inside}{name}[{place}]", inner) for place, inner in enumerate(value)]

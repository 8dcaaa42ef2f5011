"""Forms by the millimetre (套打): records on a layout, one page each, all in one PDF.

A text wider than its box is drawn smaller, down to half its size; one that does not fit even then is refused, since
paper that lost the end of a number looks right and is not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from qingyuan.kernel.errors import DomainError
from qingyuan.platform.printing.documents import compile_source
from qingyuan.platform.printing.fonts import check_characters, has_bold, width_in_ems
from qingyuan.platform.printing.layouts import Field, Layout

Record = Mapping[str, str | Sequence[Mapping[str, str]]]

# The page is the data's: one generic program places boxes. Text is a value here, never markup.
# Lengths come as whole micrometres, sizes as hundredths of a point.
_PROGRAM = """#let mm(n) = n * 0.001mm
#set page(width: mm(data.page.at(0)), height: mm(data.page.at(1)), margin: 0mm)
#set text(top-edge: "ascender", bottom-edge: "descender")
#set par(leading: 0.3em)
#let sides = (left: left, center: center, right: right)
#for (number, boxes) in data.pages.enumerate() {
  if number > 0 { pagebreak() }
  for l in data.lines {
    place(top + left, line(start: (mm(l.at(0)), mm(l.at(1))), end: (mm(l.at(2)), mm(l.at(3))), stroke: mm(l.at(4))))
  }
  for b in boxes {
    let (x, y, w, h, size, side, weight, body) = b
    place(top + left, dx: mm(x), dy: mm(y), box(width: mm(w), height: mm(h),
      align(sides.at(side) + horizon, text(size: size * 0.01pt, weight: weight, body))))
  }
}
"""


class TextTooWide(DomainError):
    """A text does not fit into its box even at half size (内容超出栏宽): `field` and `text` name it."""

    code: ClassVar[str] = "printing.text_too_wide"


class TooManyRows(DomainError):
    """A record has more rows than the layout's block has room for (明细行数超出版式)."""

    code: ClassVar[str] = "printing.too_many_rows"


class FieldUnknown(DomainError):
    """The layout asks for a field that the record has not (版式字段无数据)."""

    code: ClassVar[str] = "printing.field_unknown"


def render_forms(layout: Layout, records: Sequence[Record]) -> bytes:
    """One PDF with a page per record, in their order.

    Raises FieldUnknown, TooManyRows, TextTooWide, MissingCharacters; nothing is printed then.
    """
    pages = [list(_boxes(layout, record)) for record in records]
    check_characters((str(box[8]), str(box[7])) for page in pages for box in page)
    data = {
        "page": [_micrometres(layout.page_width), _micrometres(layout.page_height)],
        "lines": [
            [_micrometres(part) for part in (line.x1, line.y1, line.x2, line.y2, line.width)] for line in layout.lines
        ],
        "pages": [[box[:8] for box in page] for page in pages],
    }
    return compile_source(_PROGRAM, json.dumps(data, ensure_ascii=False))


def _boxes(layout: Layout, record: Record) -> Iterator[list[Any]]:
    nowhere = Decimal(0)
    for field in layout.fields:
        value = field.text or _value(record, field.key)
        if value:
            yield _box(field, value, nowhere, nowhere)
    for block in layout.blocks:
        rows = record.get(block.key)
        if rows is None or isinstance(rows, str):
            raise FieldUnknown(field=block.key)
        if len(rows) > block.rows:
            raise TooManyRows(field=block.key, rows=len(rows), room=block.rows)
        for number, row in enumerate(rows):
            for field in block.fields:
                value = field.text or _value(row, field.key)
                if value:
                    yield _box(field, value, block.x, block.y + block.row_height * number)


def _value(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise FieldUnknown(field=key)
    return value


def _box(field: Field, value: str, x: Decimal, y: Decimal) -> list[Any]:
    bold = field.bold and has_bold(value)
    return [
        _micrometres(field.x + x),
        _micrometres(field.y + y),
        _micrometres(field.width),
        _micrometres(field.height),
        int(_fitting_size(field, value, bold=bold) * 100),
        field.align.value,
        "bold" if bold else "regular",
        value,
        field.key or field.text,
    ]


def _fitting_size(field: Field, value: str, *, bold: bool) -> Decimal:
    """The field's size, or a smaller one down to half at which the longest line fits. Raises TextTooWide."""
    ems = max(width_in_ems(line, bold=bold) for line in value.split("\n"))
    if not ems:
        return field.size
    room = field.width * Decimal(72) / Decimal("25.4") / ems
    if room >= field.size:
        return field.size
    if room < field.size / 2:
        raise TextTooWide(field=field.key or field.text, text=value)
    return room.quantize(Decimal("0.01"), rounding="ROUND_FLOOR")


def _micrometres(length: Decimal) -> int:
    return int(length * 1000)

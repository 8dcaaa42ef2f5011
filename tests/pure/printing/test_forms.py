"""Forms by the millimetre: places are checked in the PDF by pdftotext, refusals name field and reason."""

import json
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qingyuan.platform.printing.fonts import MissingCharacters
from qingyuan.platform.printing.forms import FieldUnknown, Record, TextTooWide, TooManyRows, render_forms
from qingyuan.platform.printing.layouts import LayoutBroken, read_layout

PDFTOTEXT = shutil.which("pdftotext")

LAYOUT: dict[str, Any] = {
    "unit": "mm",
    "page": {"width": 210, "height": 93},
    "fields": [
        {"text": "户号", "x": 8, "y": 12, "w": 12, "h": 6},
        {"key": "account_no", "x": 20, "y": 12, "w": 40, "h": 6},
        {"key": "amount", "x": 150, "y": 70, "w": 50, "h": 8, "size": 14, "align": "right", "bold": True},
    ],
    "lines": [{"x1": 8, "y1": 20, "x2": 202, "y2": 20, "width": 0.2}],
    "blocks": [
        {
            "key": "items",
            "x": 8,
            "y": 24,
            "row_height": 5,
            "rows": 3,
            "fields": [{"key": "name", "x": 0, "y": 0, "w": 60, "h": 5}],
        }
    ],
}
RECORD: Record = {"account_no": "10010007", "amount": "173.66", "items": [{"name": "甲项"}, {"name": "乙项"}]}


def layout_with(**changes: Any) -> str:
    return json.dumps({**LAYOUT, **changes})


def words(pdf: bytes, tmp_path: Path) -> dict[str, tuple[Decimal, Decimal, Decimal, Decimal]]:
    """Each word with its box (left, top, right, bottom) in millimetres."""
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf)
    answer = subprocess.run(
        [str(PDFTOTEXT), "-bbox", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)<', answer)
    return {word: tuple(Decimal(side) * Decimal("25.4") / 72 for side in box) for *box, word in found}  # type: ignore[misc]


@pytest.mark.skipif(PDFTOTEXT is None, reason="poppler's pdftotext is not installed")
def test_fields_stand_where_the_layout_says(tmp_path: Path) -> None:
    found = words(render_forms(read_layout(json.dumps(LAYOUT)), [RECORD]), tmp_path)

    near = Decimal("0.3")
    assert abs(found["10010007"][0] - 20) < near
    assert abs(found["户号"][0] - 8) < near
    assert abs(found["173.66"][2] - 200) < near
    assert abs((found["10010007"][1] + found["10010007"][3]) / 2 - 15) < Decimal("0.6")
    assert abs(found["乙项"][1] - found["甲项"][1] - 5) < near


def test_bytes_are_equal_and_every_record_has_a_page() -> None:
    layout = read_layout(json.dumps(LAYOUT))

    first = render_forms(layout, [RECORD] * 3)
    second = render_forms(layout, [RECORD] * 3)

    assert first == second
    assert first.count(b"/MediaBox") == 3


def test_text_is_drawn_smaller_when_it_is_too_wide_for_its_box() -> None:
    layout = read_layout(json.dumps(LAYOUT))

    assert render_forms(layout, [{**RECORD, "account_no": "1001000710010007100100"}])


def test_text_that_cannot_fit_is_refused() -> None:
    with pytest.raises(TextTooWide) as refusal:
        render_forms(read_layout(json.dumps(LAYOUT)), [{**RECORD, "account_no": "8" * 60}])

    assert refusal.value.params["field"] == "account_no"


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(TooManyRows) as refusal:
        render_forms(read_layout(json.dumps(LAYOUT)), [{**RECORD, "items": [{"name": "甲项"}] * 4}])

    assert refusal.value.params == {"field": "items", "rows": 4, "room": 3}


def test_unknown_field_is_refused() -> None:
    record = {key: value for key, value in RECORD.items() if key != "amount"}

    with pytest.raises(FieldUnknown):
        render_forms(read_layout(json.dumps(LAYOUT)), [record])


def test_missing_glyph_is_refused_with_the_field() -> None:
    with pytest.raises(MissingCharacters) as refusal:
        render_forms(read_layout(json.dumps(LAYOUT)), [{**RECORD, "account_no": "😀"}])

    assert refusal.value.params["places"] == "account_no"


def test_bold_field_with_a_rare_character_is_still_printed() -> None:
    assert render_forms(read_layout(json.dumps(LAYOUT)), [{**RECORD, "amount": "喆堃"}])


def test_markup_in_a_value_is_text() -> None:
    assert render_forms(read_layout(json.dumps(LAYOUT)), [{**RECORD, "account_no": '#panic("x")'}])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "line 1"),
        ("[]", "layout"),
        (layout_with(unit="inch"), "unit"),
        (layout_with(page={"width": 210}), "page.height"),
        (layout_with(extra=1), "layout"),
        (layout_with(fields=[{"x": 1, "y": 1, "w": 1, "h": 1}]), "fields[0]"),
        (layout_with(fields=[{"key": "a", "x": "left", "y": 1, "w": 1, "h": 1}]), "fields[0].x"),
        (layout_with(fields=[{"key": "a", "x": 1.00001, "y": 1, "w": 1, "h": 1}]), "fields[0].x"),
        (layout_with(fields=[{"key": "a", "x": 200, "y": 1, "w": 20, "h": 1}]), "fields[0]"),
        (layout_with(fields=[{"key": "a", "x": 1, "y": 1, "w": 1, "h": 1, "align": "middle"}]), "fields[0]"),
        (layout_with(blocks=[{"key": "a", "x": 1, "y": 1, "row_height": 5, "rows": 1.5, "fields": []}]), "blocks[0]"),
    ],
)
def test_broken_layout_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(LayoutBroken) as refusal:
        read_layout(text)

    assert refusal.value.params["place"] == place

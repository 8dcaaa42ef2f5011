"""PDF from templates: equal bytes, refused glyphs and warnings, and the shipped fonts are the ones we recorded."""

import hashlib
import json

import pytest

from qingyuan.platform.printing.documents import TemplateBroken, render_pdf
from qingyuan.platform.printing.fonts import FOLDER, MissingCharacters, characters, has_bold, width_in_ems

TEMPLATE = "#set page(width: 100mm, height: 60mm)\n= 收据\n#data.name 实收 *#data.amount* 元"


def test_bytes_are_equal_when_rendered_twice() -> None:
    data = {"name": "张演示", "amount": "173.66"}

    first = render_pdf(TEMPLATE, data)
    second = render_pdf(TEMPLATE, data)

    assert first == second
    assert first.startswith(b"%PDF-")


def test_missing_character_is_refused_by_name_and_place() -> None:
    with pytest.raises(MissingCharacters) as refusal:
        render_pdf(TEMPLATE, {"name": "张😀", "amount": "1.00", "lines": [{"note": "ok"}]})

    assert refusal.value.params == {"characters": "😀 (U+1F600)", "places": "data.name"}


def test_missing_character_deep_in_the_data_is_found() -> None:
    with pytest.raises(MissingCharacters) as refusal:
        render_pdf(TEMPLATE, {"name": "张", "amount": "1.00", "lines": [{"note": "ok"}, {"note": "☃\ufe0f"}]})

    assert "data.lines[1].note" in str(refusal.value.params["places"])


def test_rare_name_characters_are_there() -> None:
    assert characters().issuperset("赟翀喆堃淼鑫犇骉祎玥嫄旻㛃䶮")


def test_bold_lacks_what_is_beyond_gb2312_and_says_so() -> None:
    assert has_bold("实收金额壹佰元整 ¥173.66")
    assert not has_bold("喆堃")


def test_warning_is_an_error_when_the_template_names_another_font() -> None:
    with pytest.raises(TemplateBroken) as refusal:
        render_pdf('#set text(font: "Comic Sans MS")\n#data.name', {"name": "张"})

    assert "comic sans ms" in str(refusal.value.params["reason"]).lower()


def test_broken_template_is_refused() -> None:
    with pytest.raises(TemplateBroken):
        render_pdf("#data.nobody", {"name": "张"})


def test_width_counts_full_and_half_width() -> None:
    assert width_in_ems("水费") == 2
    assert 1 < width_in_ems("100") < 2


@pytest.mark.parametrize(
    "entry", json.loads((FOLDER / "fonts.json").read_text())["files"], ids=lambda entry: entry["file"]
)
def test_shipped_font_files_are_the_recorded_ones(entry: dict[str, str]) -> None:
    content = (FOLDER / entry["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]

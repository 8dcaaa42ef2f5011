"""How many short messages a text comes to: 3GPP TS 23.038 (alphabets) and 23.040 (concatenation)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.notifications.rules.parts import Parts, parts_of


@pytest.mark.parametrize(
    ("text", "length", "count", "is_gsm"),
    [
        ("", 0, 0, True),
        ("a" * 160, 160, 1, True),
        ("a" * 161, 161, 2, True),
        ("a" * 306, 306, 2, True),
        ("a" * 307, 307, 3, True),
        ("€" * 80, 160, 1, True),
        ("€" * 81, 162, 2, True),
        ("a" * 152 + "€" + "a" * 152, 306, 3, True),  # the sign is not divided: 152, 2 + 151, 1
        ("水" * 70, 70, 1, False),
        ("水" * 71, 71, 2, False),
        ("水" * 134, 134, 2, False),
        ("水" * 135, 135, 3, False),
        ("a" * 69 + "水", 70, 1, False),
        ("𠮷" * 35, 70, 1, False),
        ("水" * 66 + "𠮷" + "水" * 66, 134, 3, False),  # the pair is not divided: 66, 2 + 65, 1
    ],
)
def test_parts(text: str, length: int, count: int, is_gsm: bool) -> None:
    assert parts_of(text) == Parts(length, count, is_gsm)


@given(st.text(alphabet=st.sampled_from("a€水𠮷^\n"), max_size=700))
def test_parts_hold_the_text_and_no_part_is_spare(text: str) -> None:
    found = parts_of(text)
    units = len(text.encode("utf-16-be")) // 2

    each = 153 if found.is_gsm else 67
    if not found.is_gsm:
        assert found.length == units
    assert (
        found.count * (160 if found.count == 1 and found.is_gsm else 70 if found.count == 1 else each) >= found.length
    )
    assert (found.count - 1) * (each - 1) < max(found.length, 1)

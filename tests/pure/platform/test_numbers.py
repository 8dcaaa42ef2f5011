"""How numbers are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.kernel.declarations import NumberKind
from qingyuan.platform.numbering.rules.writing import Block, SeriesExhausted, luhn_digit, scope_of, written

RECEIPT = NumberKind("tests.receipt", "Receipt", prefix="SJ", date_part="%Y%m", width=5)


def test_written_is_prefix_date_and_running_number() -> None:
    assert written(RECEIPT, scope_of(RECEIPT, date(2026, 3, 9)), 42) == "SJ20260300042"


def test_written_has_no_date_when_the_kind_has_none() -> None:
    assert written(NumberKind("tests.plain", "Plain", width=4), "", 7) == "0007"


def test_written_is_refused_when_the_running_number_is_too_long() -> None:
    assert written(RECEIPT, "202603", 99_999) == "SJ20260399999"

    with pytest.raises(SeriesExhausted):
        written(RECEIPT, "202603", 100_000)


def test_check_digit_of_a_known_number() -> None:
    assert luhn_digit("7992739871") == "3"


@given(st.text("0123456789", min_size=1, max_size=12), st.data())
def test_check_digit_finds_any_one_wrong_digit(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))

    assert luhn_digit(text[:place] + wrong + text[place + 1 :]) != luhn_digit(text)


def test_block_writes_its_own_numbers_only() -> None:
    block = Block(kind=RECEIPT, scope="202603", first=8, count=3)

    assert [block.text_of(number) for number in (8, 10)] == ["SJ20260300008", "SJ20260300010"]
    with pytest.raises(ValueError, match="11 is not in the block"):
        block.text_of(11)

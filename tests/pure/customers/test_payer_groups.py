"""A payer group's code and the account numbers typed for it."""

import pytest

from qingyuan.domains.customers.rules import payer_groups as rules


@pytest.mark.parametrize(("typed", "kept"), [("SCHOOLS", "SCHOOLS"), ("  a-1_b ", "a-1_b"), ("9" * 32, "9" * 32)])
def test_a_code_is_kept_without_blanks(typed: str, kept: str) -> None:
    assert rules.group_code(typed) == kept


@pytest.mark.parametrize("typed", ["", "-a", "a/b", "合收", "a b", "9" * 33])
def test_a_code_that_no_address_can_hold_is_refused(typed: str) -> None:
    with pytest.raises(rules.GroupCodeInvalid):
        rules.group_code(typed)


def test_numbers_stand_between_lines_blanks_and_either_comma_each_once() -> None:
    assert rules.member_numbers("A1\nA2, A3，A1、A4;A5 ") == ("A1", "A2", "A3", "A4", "A5")


def test_no_number_is_refused() -> None:
    with pytest.raises(rules.MembersMissing):
        rules.member_numbers(" ,\n")


def test_the_limit_itself_fits_and_one_more_does_not() -> None:
    numbers = [str(number) for number in range(rules.MEMBERS_LIMIT)]

    assert len(rules.checked_members([*numbers, "0"])) == rules.MEMBERS_LIMIT
    with pytest.raises(rules.TooManyMembers):
        rules.checked_members([*numbers, "more"])


def test_initials_are_searched_from_any_character_on() -> None:
    readings = [("s",), ("j",), ("y",), ("j",)]

    assert rules.group_initials(readings) == " sjyj jyj yj"
    assert rules.group_initials([("d", "s"), ("x",)]) == " dx sx"
    assert rules.group_initials([]) == ""


def test_initials_that_do_not_fit_are_left_out_whole() -> None:
    words = rules.group_initials([("a", "b", "c")] * 12)

    assert len(words) <= 200
    assert all(len(word) >= 2 for word in words.split())

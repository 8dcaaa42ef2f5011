"""Search tokens: what is stored and what is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.customers.rules import tokens
from qingyuan.domains.customers.rules.address import AddressParts
from qingyuan.domains.customers.rules.states import TokenKind
from qingyuan.domains.customers.rules.tokens import Prefix, TokenFacts, account_tokens, look_ups, normalised

SHAN = [("d", "c", "s"), ("x",), ("m",)]
HOME = AddressParts(("清江区", "中山路"), "阳光花园", "", "3", "1", "502")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("３幢 1单元 502室", "3-1-502-"),
        ("3栋502", "3-502"),
        ("中山路100号", "中山路100-"),
        ("张 三", "张三"),
        ("A座", "a-"),
        ("清江（集团）公司", "清江集团公司"),
        ("一号楼", "一号楼"),
    ],
)
def test_normalised(typed: str, kept: str) -> None:
    assert normalised(typed) == kept


@pytest.mark.parametrize(
    ("readings", "initials"),
    [
        (SHAN, ["dxm", "cxm", "sxm"]),
        ([("z",), ("s",)], ["zs"]),
        ([], []),
        ([(), ("s",)], ["s"]),
        ([("q",), ("j",), ("d",), ("y",), ("z",)], ["qjdyz", "jdyz", "dyz", "yz"]),
    ],
)
def test_pinyin_initials(readings: list[tuple[str, ...]], initials: list[str]) -> None:
    assert tokens.pinyin_initials(readings) == initials


def test_pinyin_initials_are_bounded_when_every_character_has_many_readings() -> None:
    assert len(tokens.pinyin_initials([("a", "b", "c")] * 4)) == tokens.READINGS_PER_NAME


def test_account_tokens() -> None:
    facts = TokenFacts(
        account_no="10000001", name="单小明（演示）", readings=SHAN, old_nos=("A-77",), phones=("199 0000 1234",),
        address=HOME,
    )  # fmt: skip

    assert account_tokens(facts) == [
        (TokenKind.ACCOUNT_NO, "10000001"),
        (TokenKind.OLD_NO, "a-77"),
        (TokenKind.NAME, "单小明"),
        (TokenKind.NAME, "小明"),
        (TokenKind.NAME, "明"),
        (TokenKind.PINYIN, "dxm"),
        (TokenKind.PINYIN, "cxm"),
        (TokenKind.PINYIN, "sxm"),
        (TokenKind.PHONE_TAIL, "43210000991"),
        (TokenKind.ADDRESS, "中山路阳光花园3-1-502-"),
        (TokenKind.ADDRESS, "阳光花园3-1-502-"),
        (TokenKind.ADDRESS, "阳光花园3-502-"),
        (TokenKind.ADDRESS, "3-1-502-"),
        (TokenKind.ADDRESS, "3-502-"),
    ]


@pytest.mark.parametrize(
    "typed", ["阳光花园3幢502", "阳光花园3-1-5", "阳光", "3幢1单元502室", "3-502", "中山路阳光", "中山路"]
)
def test_an_address_is_found_when_typed_in_any_usual_way(typed: str) -> None:
    stored = tokens.address_tokens(HOME)

    ((prefix, *_),) = look_ups(typed)

    assert TokenKind.ADDRESS in prefix.kinds
    assert any(token.startswith(prefix.text) for token in stored)


def test_look_ups_take_a_tail_of_a_phone_number_from_four_digits_on() -> None:
    assert [prefix.text for prefix in look_ups("1234")[0]] == ["1234", "4321"]
    assert [prefix.text for prefix in look_ups("123")[0]] == ["123"]


def test_look_ups_ask_for_every_word_when_several_are_typed() -> None:
    found = look_ups(" 张  3-502 ")

    assert found[0] == [Prefix("张", (TokenKind.NAME, TokenKind.ADDRESS))]
    assert found[1][0].text == "3-502"


@pytest.mark.parametrize("typed", ["", "   ", "（）", "，。"])
def test_look_ups_are_empty_when_nothing_usable_is_typed(typed: str) -> None:
    assert look_ups(typed) == []


@given(st.text(max_size=40))
def test_normalised_is_the_same_when_applied_twice(text: str) -> None:
    once = normalised(text)

    assert normalised(once) == once or normalised(normalised(once)) == normalised(once)


@given(st.text(alphabet="张三单小明ABC123（）- ", max_size=30))
def test_every_suffix_of_a_name_is_found_by_its_own_beginning(name: str) -> None:
    facts = TokenFacts(account_no="1", name=name, readings=[])
    stored = {token for kind, token in account_tokens(facts) if kind is TokenKind.NAME}
    searched = tokens.searched_name(name)

    assert all(searched[start:] in stored for start in range(min(len(searched), tokens.NAME_SUFFIXES)))

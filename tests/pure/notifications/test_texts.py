"""Texts of notices: named fields only, everything else refused with its place."""

import pytest

from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.domains.notifications.rules.texts import (
    FIELDS,
    LONGEST,
    SHIPPED,
    BraceOpen,
    FieldUnknown,
    TextMissing,
    TextTooLong,
    taken_apart,
)

BILL = NoticeKind.BILL_ISSUED


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("应缴{金额}元", "应缴73.50元"),
        ("{amount} yuan, {金额}", "73.50 yuan, 73.50"),
        ("{ 金额 }元", "73.50元"),
        ("{户名}{金额}", "张三73.50"),
        ("没有字段", "没有字段"),
    ],
)
def test_fields_are_filled_by_either_name(text: str, filled: str) -> None:
    assert taken_apart(BILL, text).filled({"amount": "73.50", "name": "张三"}) == filled


def test_a_value_with_braces_is_not_taken_for_a_field() -> None:
    assert taken_apart(BILL, "{户名}：{金额}").filled({"amount": "1.00", "name": "{金额}"}) == "{金额}：1.00"


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [("应缴{余额}元", "余额", 3), ("{}", "", 1), ("{金额}{amount.real}", "amount.real", 5), ("{0}", "0", 1)],
)
def test_an_unknown_field_is_refused_with_its_place(text: str, name: str, place: int) -> None:
    with pytest.raises(FieldUnknown) as refused:
        taken_apart(BILL, text)

    assert refused.value.params == {"field": name, "place": place}


def test_fields_of_another_kind_are_unknown() -> None:
    with pytest.raises(FieldUnknown):
        taken_apart(NoticeKind.FEE_CHARGED, "用水{用水量}")


@pytest.mark.parametrize(("text", "place"), [("应缴{金额元", 3), ("金额}元", 3), ("{金额}和{", 6), ("{{金额}}", 1)])
def test_a_single_brace_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(BraceOpen) as refused:
        taken_apart(BILL, text)

    assert refused.value.params == {"place": place}


def test_empty_and_endless_texts_are_refused() -> None:
    with pytest.raises(TextMissing):
        taken_apart(BILL, "  \n")
    with pytest.raises(TextTooLong):
        taken_apart(BILL, "水" * (LONGEST + 1))

    assert taken_apart(BILL, "水" * LONGEST).fields == ()


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", Language)
def test_shipped_texts_can_be_filled(kind: NoticeKind, language: Language) -> None:
    values = {one.code: f"<{one.code}>" for one in FIELDS[kind]}

    filled = taken_apart(kind, SHIPPED[kind, language]).filled(values)

    assert "<amount>" in filled
    assert "<bill>" in filled


def test_names_of_fields_are_not_shared() -> None:
    for fields in FIELDS.values():
        names = [name for one in fields for name in (one.code, one.chinese)]
        assert len(names) == len(set(names))

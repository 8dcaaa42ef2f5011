"""Texts of notices (通知模板): plain text with named fields in braces, `{金额}` or `{amount}`; nothing else is understood."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.kernel.errors import DomainError

LONGEST = 1000
"""Characters of a text as it is kept."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its code and its Chinese name; both may stand in a text."""

    code: str
    chinese: str


COMPANY = Field("company", "公司")
HOTLINE = Field("hotline", "客服电话")
NAME = Field("name", "户名")
ACCOUNT = Field("account", "户号")
ADDRESS = Field("address", "地址")
BILL = Field("bill", "账单号")
MONTH = Field("month", "月份")
START = Field("start", "起始日")
END = Field("end", "截止抄表日")
VOLUME = Field("volume", "用水量")
AMOUNT = Field("amount", "金额")
DUE = Field("due", "缴费截止日")
CORRECTED = Field("corrected", "原账单号")
FEE = Field("fee", "费用")

_EVERY = (COMPANY, HOTLINE, NAME, ACCOUNT, ADDRESS, BILL, AMOUNT, DUE)
FIELDS: Mapping[NoticeKind, tuple[Field, ...]] = {
    NoticeKind.BILL_ISSUED: (*_EVERY, MONTH, START, END, VOLUME),
    NoticeKind.BILL_CORRECTED: (*_EVERY, MONTH, CORRECTED),
    NoticeKind.FEE_CHARGED: (*_EVERY, FEE),
}

SHIPPED: Mapping[tuple[NoticeKind, Language], str] = {
    (NoticeKind.BILL_ISSUED, Language.CHINESE): (
        "【{公司}】{户名}，您好！户号{户号}，{月份}用水{用水量}立方米，账单金额{金额}元，请于{缴费截止日}前缴纳。账单号{账单号}。"
    ),
    (NoticeKind.BILL_ISSUED, Language.ENGLISH): (
        "{company}: account {account}, {month}: {volume} m3, {amount} yuan, due {due}. Bill {bill}."
    ),
    (NoticeKind.BILL_CORRECTED, Language.CHINESE): (
        "【{公司}】{户名}，您好！户号{户号}，{月份}账单{原账单号}已更正，更正金额{金额}元（负数为退减）。更正单号{账单号}。"
    ),
    (NoticeKind.BILL_CORRECTED, Language.ENGLISH): (
        "{company}: account {account}, {month}: bill {corrected} was corrected by {amount} yuan"
        " (below zero: in your favour). Correction {bill}."
    ),
    (NoticeKind.FEE_CHARGED, Language.CHINESE): (
        "【{公司}】{户名}，您好！户号{户号}，{费用}{金额}元，请于{缴费截止日}前缴纳。账单号{账单号}。"
    ),
    (NoticeKind.FEE_CHARGED, Language.ENGLISH): (
        "{company}: account {account}: {fee}, {amount} yuan, due {due}. Bill {bill}."
    ),
}
"""The texts before a company writes its own."""


class TextMissing(DomainError):
    """The text is empty (通知内容为空)."""

    code = "notifications.text_missing"


class TextTooLong(DomainError):
    """The text has more characters than are kept (通知内容过长)."""

    code = "notifications.text_too_long"


class FieldUnknown(DomainError):
    """A name in braces is no field of this kind of notice; `place` counts characters from 1 (未知字段)."""

    code = "notifications.field_unknown"


class BraceOpen(DomainError):
    """A brace has no counterpart; `place` counts characters from 1 (花括号不成对)."""

    code = "notifications.brace_open"


@dataclass(frozen=True, slots=True)
class Text:
    """A text taken apart: literals and field codes by turns, `literals[0] fields[0] literals[1] … literals[n]`."""

    literals: tuple[str, ...]
    fields: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with the values in the places of its fields. KeyError: a field without a value, a programming error."""
        parts = [self.literals[0]]
        for code, literal in zip(self.fields, self.literals[1:], strict=True):
            parts += (values[code], literal)
        return "".join(parts)


def taken_apart(kind: NoticeKind, text: str) -> Text:
    """The text as literals and fields. Raises TextMissing, TextTooLong, FieldUnknown, BraceOpen."""
    if not text.strip():
        raise TextMissing()
    if len(text) > LONGEST:
        raise TextTooLong(length=len(text), limit=LONGEST)
    known = {name: one.code for one in FIELDS[kind] for name in (one.code, one.chinese)}
    literals, fields, end = [], [], 0
    for found in re.finditer(r"\{([^{}]*)\}", text):
        literals.append(text[end : found.start()])
        code = known.get(found[1].strip())
        if code is None:
            raise FieldUnknown(field=found[1], place=found.start() + 1)
        fields.append(code)
        end = found.end()
    literals.append(text[end:])
    _refuse_single_braces(text)
    return Text(tuple(literals), tuple(fields))


def _refuse_single_braces(text: str) -> None:
    rest = re.sub(r"\{[^{}]*\}", lambda found: " " * len(found[0]), text)
    place = min((rest.find(brace) for brace in "{}" if brace in rest), default=-1)
    if place >= 0:
        raise BraceOpen(place=place + 1)

"""Kinds, channels and states of notices (通知)."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice says. A further kind needs a text (rules.texts) and a workflow that fills its fields."""

    BILL_ISSUED = "BILL_ISSUED"  # 账单通知
    BILL_CORRECTED = "BILL_CORRECTED"  # 退补通知
    FEE_CHARGED = "FEE_CHARGED"  # 其它费用通知


class Channel(StrEnum):
    SMS = "SMS"  # 短信
    PAPER = "PAPER"  # 纸质


class Language(StrEnum):
    CHINESE = "zh-hans"
    ENGLISH = "en"


class NoticeState(StrEnum):
    QUEUED = "QUEUED"  # 待发
    UNREACHABLE = "UNREACHABLE"  # 无法送达: `reason` says why; no batch takes it
    HANDED_OVER = "HANDED_OVER"  # 已移交
    DELIVERED = "DELIVERED"  # 已送达
    FAILED = "FAILED"  # 失败: `reason` is what the provider said
    CANCELLED = "CANCELLED"  # 已撤回: its bill was cancelled before it went out


MAY_BE_WITHDRAWN = frozenset({NoticeState.QUEUED, NoticeState.UNREACHABLE})
MAY_BE_QUEUED_AGAIN = frozenset({NoticeState.UNREACHABLE, NoticeState.FAILED})


class WhyNot(StrEnum):
    """Why an account cannot be told (无法送达原因)."""

    OPTED_OUT = "OPTED_OUT"  # the account wants no notices
    NO_PHONE = "NO_PHONE"
    NO_CONSENT = "NO_CONSENT"  # the contact has not agreed to messages
    BAD_PHONE = "BAD_PHONE"  # no number that a short message reaches
    NO_ADDRESS = "NO_ADDRESS"


class Source(StrEnum):
    """What asked for notices (来源)."""

    BILLING_RUN = "BILLING_RUN"

"""States and kinds of payment (收费)."""

from enum import StrEnum


class SessionState(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class TenderKind(StrEnum):
    CASH = "CASH"  # 现金
    CARD = "CARD"  # 刷卡
    TRANSFER = "TRANSFER"  # 转账
    CHANNEL = "CHANNEL"  # 线上渠道、银行


class PaymentChannel(StrEnum):
    COUNTER = "COUNTER"
    BATCH = "BATCH"


class PartUse(StrEnum):
    """What a part of a payment went to."""

    RECEIVABLES = "RECEIVABLES"
    PREPAYMENT = "PREPAYMENT"

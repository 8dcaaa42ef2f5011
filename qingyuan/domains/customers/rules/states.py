"""States and kinds of the customer file (用户档案)."""

from enum import StrEnum


class CustomerKind(StrEnum):
    PERSON = "PERSON"  # 个人
    ORGANISATION = "ORGANISATION"  # 单位


class AccountState(StrEnum):
    PRE_OPENED = "PRE_OPENED"  # 预立户: may prepay, is not read or billed
    ACTIVE = "ACTIVE"  # 正常
    SUSPENDED = "SUSPENDED"  # 报停
    CLOSING = "CLOSING"  # 销户中
    CLOSED = "CLOSED"  # 已销户: can still pay


class CollectionKind(StrEnum):
    HALL = "HALL"  # 坐收: pays at the hall, has prepayment
    COLLECTOR = "COLLECTOR"  # 走收: visited by a collector


class HoldActivity(StrEnum):
    READING = "READING"
    BILLING = "BILLING"
    PAYMENT = "PAYMENT"
    REVERSAL = "REVERSAL"
    CASE = "CASE"


class TokenKind(StrEnum):
    """What a search token was made from, so that a hit can say why it matched."""

    ACCOUNT_NO = "ACCOUNT_NO"
    OLD_NO = "OLD_NO"
    NAME = "NAME"
    PINYIN = "PINYIN"
    PHONE_TAIL = "PHONE_TAIL"
    ADDRESS = "ADDRESS"
    METER_NO = "METER_NO"

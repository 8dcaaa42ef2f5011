"""The fixed order in which rows are locked (锁序). A later rank may be taken while an earlier one is held, never the reverse."""

from enum import IntEnum


class Rank(IntEnum):
    ACCOUNTING_PERIOD = 10
    RUN = 20
    TIER_GROUP = 30
    ACCOUNT = 40
    SERVICE_POINT = 50
    READING_ITEM = 60
    BILL = 70
    OPEN_ITEM = 80
    PREPAYMENT = 90
    CASH_SESSION = 100
    FORM_RANGE = 110
    NUMBER_SERIES = 120

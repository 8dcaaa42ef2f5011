"""States and kinds of reading (抄表)."""

from enum import StrEnum


class PeriodState(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class ItemState(StrEnum):
    """Where one point stands in a period's reading."""

    PENDING = "PENDING"  # 未抄
    READ = "READ"  # 已抄
    HELD = "HELD"  # 异常待审
    APPROVED = "APPROVED"  # 已审核
    BILLED = "BILLED"  # 已开账
    SKIPPED = "SKIPPED"  # 免抄


class ReadingSource(StrEnum):
    KEYED = "KEYED"
    GRID = "GRID"
    READER_APP = "READER_APP"
    HANDHELD = "HANDHELD"
    REMOTE = "REMOTE"
    SELF_REPORTED = "SELF_REPORTED"
    ESTIMATED = "ESTIMATED"
    IMPORTED = "IMPORTED"


class Algorithm(StrEnum):
    """How the usage of a segment follows from its registers, chosen by the condition (表况)."""

    NORMAL = "NORMAL"
    ESTIMATE = "ESTIMATE"
    ROLLOVER = "ROLLOVER"
    REVERSE = "REVERSE"
    METER_CHANGED = "METER_CHANGED"
    UNRELATED = "UNRELATED"
    ZERO = "ZERO"


class AnomalyCode(StrEnum):
    BELOW_PREVIOUS = "BELOW_PREVIOUS"
    HIGH_USAGE = "HIGH_USAGE"
    ZERO_AFTER_USE = "ZERO_AFTER_USE"
    SAME_AS_PREVIOUS = "SAME_AS_PREVIOUS"
    OVER_DIGITS = "OVER_DIGITS"
    FIRST_READING = "FIRST_READING"
    NO_AVERAGE = "NO_AVERAGE"


class PartKind(StrEnum):
    """What a part of a consumption stands for; `evidence` names the rows behind it."""

    METER = "METER"
    OLD_METER = "OLD_METER"
    NEW_METER = "NEW_METER"
    FIXED = "FIXED"
    SUBS = "SUBS"
    LOSS = "LOSS"
    ADJUSTMENT = "ADJUSTMENT"
    TRUE_UP = "TRUE_UP"

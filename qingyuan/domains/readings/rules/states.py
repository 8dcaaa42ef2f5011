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
    LOW_USAGE = "LOW_USAGE"


class PartKind(StrEnum):
    """What a part of a consumption stands for; `evidence` names the rows behind it."""

    METER = "METER"
    OLD_METER = "OLD_METER"
    NEW_METER = "NEW_METER"
    ESTIMATE = "ESTIMATE"
    FIXED = "FIXED"
    SUBS = "SUBS"
    LOSS = "LOSS"
    ADJUSTMENT = "ADJUSTMENT"
    ITEM_ADJUSTMENT = (
        "ITEM_ADJUSTMENT"  # 单项增减: of no volume, its evidence says which charge item is charged how much less
    )
    TRUE_UP = "TRUE_UP"


class SkipReason(StrEnum):
    """Why a point is not read in a period (免抄原因)."""

    PRE_OPENED = "PRE_OPENED"
    CLOSED = "CLOSED"
    READING_HOLD = "READING_HOLD"
    NO_METER = "NO_METER"
    COVERED = "COVERED"  # a later period's reading took its usage
    BY_PERSON = "BY_PERSON"


class ChangeReason(StrEnum):
    """Why the consumption of a past period changed (用量变更原因)."""

    TRUE_UP = "TRUE_UP"
    EXCHANGE = "EXCHANGE"
    CORRECTION = "CORRECTION"


class Decision(StrEnum):
    """What a person decided on an anomaly (审核意见); NOTED was never held."""

    NOTED = "NOTED"
    ACCEPTED = "ACCEPTED"
    CHANGED = "CHANGED"
    SENT_BACK = "SENT_BACK"


class AdjustmentState(StrEnum):
    """Where a volume adjustment (增减水量) stands."""

    REQUESTED = "REQUESTED"  # 待审批
    APPROVED = "APPROVED"  # 已生效
    REFUSED = "REFUSED"  # 未批准
    WITHDRAWN = "WITHDRAWN"  # 已撤回
    REVERSED = "REVERSED"  # 已冲销

"""States and kinds of meters and points (水表、用水点)."""

from enum import StrEnum


class MeterState(StrEnum):
    IN_STOCK = "IN_STOCK"  # 在库
    ISSUED = "ISSUED"  # 已领用
    INSTALLED = "INSTALLED"  # 在装
    REMOVED = "REMOVED"  # 已拆
    SCRAPPED = "SCRAPPED"  # 已报废


class PointKind(StrEnum):
    METERED = "METERED"  # 装表
    UNMETERED = "UNMETERED"  # 无表, fixed volume by rule


class Direction(StrEnum):
    FORWARD = "FORWARD"
    REVERSE = "REVERSE"  # 倒装


class LinkKind(StrEnum):
    DEDUCT = "DEDUCT"  # the main is billed less its subs (总表减分表)
    ALLOCATE = "ALLOCATE"  # the difference is shared among the subs (分摊)
    CHECK = "CHECK"  # the difference is only reported (考核)


class Sharing(StrEnum):
    """By what the subs of an ALLOCATE main share its difference (分摊方式)."""

    VOLUME = "VOLUME"  # 按水量: in proportion to what each used
    COUNT = "COUNT"  # 按户数: equally
    FIXED = "FIXED"  # 按固定比例: each its own part of the difference


class ShareKind(StrEnum):
    FIXED = "FIXED"  # 定量: m³ a month
    RATIO = "RATIO"  # 定比: part of what is left after the fixed volumes
    REMAINDER = "REMAINDER"  # 剩余: the rest

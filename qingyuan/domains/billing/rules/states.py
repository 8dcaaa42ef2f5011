"""States and kinds of billing (计费)."""

from enum import StrEnum


class RunPurpose(StrEnum):
    REHEARSAL = "REHEARSAL"  # 试算
    REAL = "REAL"  # 正式


class RunState(StrEnum):
    DRAFT = "DRAFT"
    CALCULATING = "CALCULATING"
    CALCULATED = "CALCULATED"
    CHECKED = "CHECKED"
    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    UNDOING = "UNDOING"  # 撤销签发中
    UNDONE = "UNDONE"
    DISCARDED = "DISCARDED"


class ChunkState(StrEnum):
    WAITING = "WAITING"
    CALCULATED = "CALCULATED"
    ISSUED = "ISSUED"
    UNDONE = "UNDONE"
    FAILED = "FAILED"


class RunItemState(StrEnum):
    CALCULATED = "CALCULATED"
    HELD = "HELD"  # 暂缓签发: a rule or a person wants it looked at; not issued until it is released
    EXCEPTION = "EXCEPTION"  # not billable: `exception_code` says why
    STALE = "STALE"  # its inputs moved between calculation and issue


class BillKind(StrEnum):
    REGULAR = "REGULAR"
    FINAL = "FINAL"
    ESTIMATED = "ESTIMATED"
    BACK_BILL = "BACK_BILL"  # 补收
    REFUND = "REFUND"  # 退减
    OTHER = "OTHER"


LIVE_KINDS = frozenset({BillKind.REGULAR, BillKind.FINAL, BillKind.ESTIMATED})
"""Kinds of which a point has at most one live bill per period."""


class BillBasis(StrEnum):
    METERED = "METERED"
    SALE = "SALE"
    UNMETERED = "UNMETERED"
    MANUAL = "MANUAL"


class TierSource(StrEnum):
    BILL = "BILL"
    OPENING = "OPENING"  # migration
    RESET = "RESET"  # transfer
    ADJUST = "ADJUST"


ZERO_BILL = "billing.zero_bill"
"""The notice on a bill of nothing (零帐单)."""

BILL_SHOCK = "billing.bill_shock"
"""The notice on a bill far above the account's own mean (账单突增)."""

OVER_LIMIT = "billing.over_limit"
"""The notice on a bill that waits for its amount alone (大额帐单)."""

HELD_BY_HAND = "billing.held_by_hand"
"""The notice on a bill that a person keeps back (人工暂缓)."""


class ProposalState(StrEnum):
    OPEN = "OPEN"
    APPLIED = "APPLIED"
    DISMISSED = "DISMISSED"

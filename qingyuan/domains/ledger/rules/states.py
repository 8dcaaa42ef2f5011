"""Kinds of the books (账务)."""

from enum import StrEnum


class PeriodState(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class ChartRole(StrEnum):
    """What an account of the chart is for; postings ask for the role, never for a number."""

    RECEIVABLE = "RECEIVABLE"  # 应收水费
    PREPAYMENT = "PREPAYMENT"  # 预收水费
    CASH = "CASH"  # 库存现金
    BANK = "BANK"  # 银行存款、支付渠道
    REVENUE = "REVENUE"  # 主营业务收入
    PAYABLE = "PAYABLE"  # 代收款项
    RELIEF_PAYER = "RELIEF_PAYER"  # 应收减免补贴
    INTERCOMPANY = "INTERCOMPANY"  # 内部往来
    OVER_SHORT = "OVER_SHORT"  # 现金长短款
    ROUNDING = "ROUNDING"  # 尾差
    TAX = "TAX"  # 应交税费


class JournalKind(StrEnum):
    BILLS = "BILLS"  # 签发入帐
    BILL_REVERSAL = "BILL_REVERSAL"  # 应收冲正
    AUTO_OFFSET = "AUTO_OFFSET"  # 预存自动抵扣
    OFFSET_UNDONE = "OFFSET_UNDONE"
    PAYMENT = "PAYMENT"  # 收款
    PAYMENT_VOID = "PAYMENT_VOID"  # 作废
    CREDIT = "CREDIT"  # 退补贷项
    CREDIT_REVERSAL = "CREDIT_REVERSAL"  # 贷项冲正
    MONEY_RETURNED = "MONEY_RETURNED"  # 已收款转预存: what had paid a bill since cancelled
    SHIFT = "SHIFT"  # 班次长短款
    MANUAL = "MANUAL"


class ReceivableKind(StrEnum):
    BILL = "BILL"
    LATE_FEE = "LATE_FEE"
    OTHER = "OTHER"
    OPENING = "OPENING"  # carried over from an earlier system


class ClearingSource(StrEnum):
    PAYMENT = "PAYMENT"
    PREPAYMENT = "PREPAYMENT"
    CREDIT = "CREDIT"
    REVERSAL = "REVERSAL"  # the bill itself was reversed
    WRITE_OFF = "WRITE_OFF"


class MovementKind(StrEnum):
    TOP_UP = "TOP_UP"
    OFFSET = "OFFSET"
    OFFSET_UNDONE = "OFFSET_UNDONE"
    FROM_CANCELLED = "FROM_CANCELLED"  # money that had cleared a bill since cancelled
    CREDIT = "CREDIT"
    REFUND = "REFUND"
    VOID = "VOID"

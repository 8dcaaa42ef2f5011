"""Writes of payments: sessions, payments, voids, receipts."""

from qingyuan.domains.payments.operations.batch import BatchPayment, SerialUsed, TakenBefore, take_payments_batch
from qingyuan.domains.payments.operations.counter import (
    CounterSale,
    NoChangeFromCard,
    NoOpenShift,
    NotApart,
    NotEnough,
    NothingHanded,
    SaleLine,
    TakenDifferently,
    take_at_counter,
)
from qingyuan.domains.payments.operations.group_counter import GroupSale, NoGroupAccount, NotInGroup, take_for_group
from qingyuan.domains.payments.operations.receipts import PrintedReceipt, print_receipt
from qingyuan.domains.payments.operations.sessions import (
    CountRefused,
    NoCashier,
    SessionClosed,
    SessionOpen,
    close_session,
    open_session,
)
from qingyuan.domains.payments.operations.taking import BelowLeast, DoesNotAddUp, NoHolder, OnHold, take_payment
from qingyuan.domains.payments.operations.voiding import AlreadyVoided, NoSession, ReasonMissing, void_payment

__all__ = [
    "AlreadyVoided",
    "BatchPayment",
    "BelowLeast",
    "CountRefused",
    "CounterSale",
    "DoesNotAddUp",
    "GroupSale",
    "NoCashier",
    "NoChangeFromCard",
    "NoGroupAccount",
    "NoHolder",
    "NoOpenShift",
    "NoSession",
    "NotApart",
    "NotEnough",
    "NotInGroup",
    "NothingHanded",
    "OnHold",
    "PrintedReceipt",
    "ReasonMissing",
    "SaleLine",
    "SerialUsed",
    "SessionClosed",
    "SessionOpen",
    "TakenBefore",
    "TakenDifferently",
    "close_session",
    "open_session",
    "print_receipt",
    "take_at_counter",
    "take_for_group",
    "take_payment",
    "take_payments_batch",
    "void_payment",
]

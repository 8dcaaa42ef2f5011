"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

INSTALMENT_NUMBERS = "ledger.instalment_plan"
INSTALMENT_GRACE = "ledger.instalment_grace_days"

PERMISSIONS = (
    Permission("ledger.view", "See receivables, journals and balances"),
    Permission("ledger.set_up", "Set up the chart of accounts and the posting rules"),
    Permission("ledger.close_period", "Close and reopen accounting periods"),
    Permission("ledger.agree_instalments", "Ask for instalment agreements and end them"),
    Permission("ledger.approve_instalments", "Approve instalment agreements"),
)

PARAMETERS = (
    Parameter(
        code="ledger.auto_offset",
        type=ParameterType.CHOICE,
        default="whole_bills",
        label="Automatic offset from prepayment",
        help="Whether prepayment clears bills by itself, and whether it may clear a part of a bill.",
        choices=("none", "whole_bills", "partly"),
    ),
    Parameter(
        code="ledger.offset_after_top_up",
        type=ParameterType.BOOLEAN,
        default=True,
        label="Automatic offset after a top-up",
        help="Whether the automatic offset also runs when money is added to the prepayment.",
    ),
    Parameter(
        code="ledger.clearing_order",
        type=ParameterType.CHOICE,
        default="pro_rata",
        label="Order in which charge items are cleared",
        help="How a part payment of a bill is spread over its charge items: in proportion, or one after another.",
        choices=("pro_rata", "fixed_order"),
    ),
    Parameter(
        code="ledger.bill_slips",
        type=ParameterType.CHOICE,
        default="combined",
        label="Bills by charge item or combined",
        help="Whether a bill is one slip, paid as a whole, or has a slip for each payee or charge item that can be paid apart.",
        choices=("combined", "by_payee", "by_charge"),
    ),
    Parameter(
        code="ledger.credit_clears_others",
        type=ParameterType.BOOLEAN,
        default=True,
        label="Credits clear the account's other bills",
        help="Whether a credit that is left after the bill it corrects clears other bills before it goes to prepayment.",
    ),
    Parameter(
        code=INSTALMENT_GRACE,
        type=ParameterType.INTEGER,
        default=7,
        label="Days of grace of an instalment",
        help="An agreement ends when an instalment is not paid in full so many days after its date.",
        minimum=Decimal(0),
        maximum=Decimal(90),
    ),
)

NUMBER_KINDS = (NumberKind(INSTALMENT_NUMBERS, "Instalment agreement number", prefix="F", date_part="%Y%m", width=5),)

AUDIT_ACTIONS = (
    AuditAction("ledger.set_up_books", "Chart of accounts set up"),
    AuditAction("ledger.set_posting_rule", "Posting rule set"),
    AuditAction("ledger.open_period", "Accounting period opened"),
    AuditAction("ledger.close_period", "Accounting period closed"),
    AuditAction("ledger.reopen_period", "Accounting period reopened"),
    AuditAction("ledger.reverse_receivables", "Receivables reversed"),
    AuditAction("ledger.instalments_requested", "Instalment agreement asked for"),
    AuditAction("ledger.instalments_approved", "Instalment agreement approved"),
    AuditAction("ledger.instalments_refused", "Instalment agreement refused"),
    AuditAction("ledger.instalments_ended", "Instalment agreement ended"),
    AuditAction("ledger.instalments_fulfilled", "Instalment agreement fulfilled"),
    AuditAction("ledger.instalments_broken", "Instalment agreement broken"),
)

"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

PAYMENT_NUMBERS = "payments.payment"
SESSION_NUMBERS = "payments.session"
RECEIPT_NUMBERS = "payments.receipt"
COLLECT_ANYWHERE = "payments.collect_anywhere"
COLLECT_OTHER_COMPANIES = "payments.collect_other_companies"
ALLOCATION = "payments.allocation"
LEAST_AMOUNT = "payments.least_amount"

PERMISSIONS = (
    Permission("payments.view", "See payments, receipts and shifts"),
    Permission("payments.take", "Take payments at the counter"),
    Permission("payments.void", "Void payments before the shift's close"),
    Permission("payments.close_shift", "Open and close one's own shift"),
    Permission("payments.close_others_shift", "Close another cashier's shift"),
    Permission("payments.reprint", "Print receipts again"),
)

PARAMETERS = (
    Parameter(
        code=COLLECT_ANYWHERE,
        type=ParameterType.BOOLEAN,
        default=True,
        label="Collect for the whole company",
        help="Whether a counter finds and takes payments for accounts of all units of its company.",
    ),
    Parameter(
        code=COLLECT_OTHER_COMPANIES,
        type=ParameterType.BOOLEAN,
        default=False,
        label="Collect for other companies",
        help="Whether a counter takes payments for accounts of other companies; both books then carry the intercompany entry.",
    ),
    Parameter(
        code=ALLOCATION,
        type=ParameterType.CHOICE,
        default="whole_bills",
        label="What a payment may clear",
        help="Whole bills only, the rest going to prepayment, or any amount, so that a bill may be paid in part.",
        choices=("whole_bills", "partly"),
    ),
    Parameter(
        code=LEAST_AMOUNT,
        type=ParameterType.DECIMAL,
        default=Decimal("0.10"),
        label="Least payment",
        help="A payment below this amount is refused.",
        minimum=Decimal("0.01"),
    ),
)

NUMBER_KINDS = (
    NumberKind(PAYMENT_NUMBERS, "Payment number", prefix="P", date_part="%Y%m%d", width=7),
    NumberKind(SESSION_NUMBERS, "Shift number", prefix="S", date_part="%Y%m%d", width=4),
    NumberKind(RECEIPT_NUMBERS, "Receipt number", width=8, gapless=True),
)

AUDIT_ACTIONS = (
    AuditAction("payments.open_session", "Shift opened"),
    AuditAction("payments.close_session", "Shift closed"),
    AuditAction("payments.take", "Payment taken"),
    AuditAction("payments.take_batch", "Payments taken in a batch"),
    AuditAction("payments.void", "Payment voided"),
    AuditAction("payments.print_receipt", "Receipt printed"),
)

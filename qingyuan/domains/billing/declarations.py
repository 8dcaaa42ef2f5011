"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

BILL_NUMBERS = "billing.bill"
RUN_NUMBERS = "billing.run"
DUE_DAYS = "billing.due_days"
CHUNK_SIZE = "billing.chunk_size"
SHOCK_FACTOR = "billing.shock_factor"
SHOCK_MINIMUM = "billing.shock_minimum"
HOLD_FACTOR = "billing.hold_factor"
HOLD_FROM = "billing.hold_from"
FEE_LIMIT = "billing.fee_limit"
STANDING_WHILE_SUSPENDED = "billing.standing_while_suspended"
CATCH_UP_HOURS = "billing.schedule_catch_up_hours"

PERMISSIONS = (
    Permission("billing.view", "See bills"),
    Permission("billing.view_runs", "See billing runs and correction proposals"),
    Permission("billing.run", "Rehearse and calculate billing runs"),
    Permission("billing.check", "Check calculated billing runs"),
    Permission("billing.release", "Hold back and release bills of a run"),
    Permission("billing.issue", "Issue billing runs"),
    Permission("billing.undo", "Undo issued billing runs"),
    Permission("billing.cancel", "Cancel bills and bill again"),
    Permission("billing.decide_proposals", "Apply or dismiss correction proposals"),
    Permission("billing.tier_groups", "Change tier groups and tier use"),
    Permission("billing.fee_types", "Keep types of other fees"),
    Permission("billing.charge_fees", "Charge other fees"),
    Permission("billing.charge_large_fees", "Charge other fees above the limit"),
    Permission("billing.standing_fees", "Keep recurring fees of accounts"),
    Permission("billing.charge_standing_fees", "Charge the recurring fees of a month"),
)

PARAMETERS = (
    Parameter(
        code=DUE_DAYS,
        type=ParameterType.INTEGER,
        default=30,
        label="Days until a bill is due",
        help="The due date of a run's bills is its posting date plus so many days, unless the run says otherwise.",
        minimum=Decimal(0),
        maximum=Decimal(366),
    ),
    Parameter(
        code=CHUNK_SIZE,
        type=ParameterType.INTEGER,
        default=2000,
        label="Bills per chunk of a run",
        help="How many bills one transaction of a run works; a chunk holds its locks for the time that takes.",
        minimum=Decimal(1),
        maximum=Decimal(20000),
    ),
    Parameter(
        code=SHOCK_FACTOR,
        type=ParameterType.DECIMAL,
        default=Decimal("3"),
        label="Unusual bill: factor",
        help="A bill over so many times the mean of the point's last bills is listed for a look before issue.",
        minimum=Decimal("1"),
        maximum=Decimal(1000),
    ),
    Parameter(
        code=SHOCK_MINIMUM,
        type=ParameterType.DECIMAL,
        default=Decimal("200.00"),
        label="Unusual bill: least amount",
        help="Bills below this amount are never listed as unusual.",
        minimum=Decimal(0),
    ),
    Parameter(
        code=HOLD_FACTOR,
        type=ParameterType.DECIMAL,
        default=Decimal("10"),
        label="Held bill: factor",
        help="A bill over so many times the mean of the point's last bills is not issued until a person releases it; 0 holds none.",
        minimum=Decimal(0),
        maximum=Decimal(1000),
    ),
    Parameter(
        code=HOLD_FROM,
        type=ParameterType.DECIMAL,
        default=Decimal("0.00"),
        label="Held bill: amount",
        help="A bill of this amount or more is not issued until a person releases it; 0 holds none.",
        minimum=Decimal(0),
    ),
    Parameter(
        code=FEE_LIMIT,
        type=ParameterType.DECIMAL,
        default=Decimal("5000.00"),
        label="Other fees: largest amount without approval",
        help="A fee above this amount is charged only by a person with the permission for large fees.",
        minimum=Decimal(0),
    ),
    Parameter(
        code=STANDING_WHILE_SUSPENDED,
        type=ParameterType.BOOLEAN,
        default=False,
        label="Recurring fees of suspended accounts",
        help="Whether recurring fees are charged on an account that is suspended on the day of charging.",
    ),
    Parameter(
        code=CATCH_UP_HOURS,
        type=ParameterType.INTEGER,
        default=24,
        label="Billing plans: hours in which a late start is caught up",
        help="A plan's start that nobody made in time, since the machine was off, is made up to so many hours later; after that it is shown as missed.",
        minimum=Decimal(0),
        maximum=Decimal(720),
    ),
)

NUMBER_KINDS = (
    NumberKind(BILL_NUMBERS, "Bill number", prefix="B", date_part="%Y%m", width=8),
    NumberKind(RUN_NUMBERS, "Billing run number", prefix="R", date_part="%Y%m", width=5),
)

AUDIT_ACTIONS = (
    AuditAction("billing.run_started", "Billing run started"),
    AuditAction("billing.run_checked", "Billing run checked"),
    AuditAction("billing.run_recalculated", "Billing run calculated again"),
    AuditAction("billing.run_paused", "Billing run paused"),
    AuditAction("billing.run_continued", "Billing run continued"),
    AuditAction("billing.bills_held", "Bills of a run held back"),
    AuditAction("billing.bills_released", "Held bills of a run released"),
    AuditAction("billing.run_discarded", "Billing run discarded"),
    AuditAction("billing.issue_started", "Issue of a billing run started"),
    AuditAction("billing.run_issued", "Billing run issued"),
    AuditAction("billing.undo_started", "Undoing of a billing run started"),
    AuditAction("billing.run_undone", "Billing run undone"),
    AuditAction("billing.bill_cancelled", "Bill cancelled"),
    AuditAction("billing.bill_replaced", "Bill cancelled and billed again"),
    AuditAction("billing.rerated", "Past bills looked at again"),
    AuditAction("billing.proposal_applied", "Correction proposal applied"),
    AuditAction("billing.proposal_dismissed", "Correction proposal dismissed"),
    AuditAction("billing.tier_group_shared", "Tier room shared"),
    AuditAction("billing.tier_use_entered", "Tier use entered"),
    AuditAction("billing.fee_type_created", "Fee type created"),
    AuditAction("billing.fee_type_changed", "Fee type changed"),
    AuditAction("billing.fee_charged", "Other fee charged"),
    AuditAction("billing.fees_imported", "Other fees charged by file"),
    AuditAction("billing.standing_fee_added", "Recurring fee registered"),
    AuditAction("billing.standing_fee_ended", "Recurring fee ended"),
    AuditAction("billing.standing_fees_charged", "Recurring fees of a month charged"),
    AuditAction("billing.run_plan_created", "Billing plan created"),
    AuditAction("billing.run_plan_changed", "Billing plan changed"),
    AuditAction("billing.run_plan_paused", "Billing plan paused"),
    AuditAction("billing.run_plan_resumed", "Billing plan resumed"),
    AuditAction("billing.scheduled_start_made", "Billing run started by a plan"),
    AuditAction("billing.scheduled_start_unmade", "Start of a billing plan not made"),
    AuditAction("billing.scheduled_start_left", "Start of a billing plan left at that"),
)

"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

ADJUSTMENT_NUMBERS = "readings.volume_adjustment"
ADJUST_LIMIT = "readings.adjust_limit_volume"
RELEASE_MAINS = "readings.release_mains"
ADJUST_LIMIT_AMOUNT = "readings.adjust_limit_amount"

PERMISSIONS = (
    Permission("readings.view", "See reading tasks and readings"),
    Permission("readings.plan", "Generate reading tasks and skip points"),
    Permission("readings.record", "Enter and import readings"),
    Permission("readings.review", "Approve, change and send back readings"),
    Permission("readings.correct", "Correct a reading that is already billed"),
    Permission("readings.adjust", "Adjust the volume of a month"),
    Permission("readings.decide_adjustments", "Decide volume adjustments of others"),
    Permission("readings.release_mains", "Let a main go without waiting for its subs"),
    Permission("readings.configure", "Maintain reading conditions"),
)

PARAMETERS = (
    Parameter(
        "readings.high_usage_factor",
        ParameterType.DECIMAL,
        Decimal(3),
        "High usage: times the average",
        "A reading is held when its usage exceeds this many times the average; 0 turns the rule off.",
        minimum=Decimal(0),
        maximum=Decimal(100),
    ),
    Parameter(
        "readings.low_usage_factor",
        ParameterType.DECIMAL,
        Decimal(0),
        "Low usage: share of the average",
        "A reading is held when its usage is below this share of the average; 0 turns the rule off.",
        minimum=Decimal(0),
        maximum=Decimal(1),
    ),
    Parameter(
        "readings.usage_not_warned",
        ParameterType.DECIMAL,
        Decimal(20),
        "Usage that is never called high, m³ a month",
        "Usage up to this volume a month is never held as high, and expected usage up to it never as low.",
        minimum=Decimal(0),
    ),
    Parameter(
        "readings.usage_without_average",
        ParameterType.DECIMAL,
        Decimal(60),
        "Usage held when there is no average, m³ a month",
        "For a first reading, or where nothing was used so far; 0 turns the rule off.",
        minimum=Decimal(0),
    ),
    Parameter(
        "readings.hold_zero_after_use",
        ParameterType.BOOLEAN,
        True,
        "Hold zero usage after use",
        "A register that did not move at a point that used water before waits for a decision.",
    ),
    Parameter(
        "readings.hold_same_as_previous",
        ParameterType.BOOLEAN,
        False,
        "Hold a register that stands still",
        "A register that did not move at a point without usage before waits for a decision.",
    ),
    Parameter(
        "readings.hold_first_reading",
        ParameterType.BOOLEAN,
        False,
        "Hold every first reading",
        "The first reading of a point always waits for a decision.",
    ),
    Parameter(
        "readings.average_window",
        ParameterType.INTEGER,
        6,
        "Periods in the average",
        "How many of the newest read periods make the average; periods without usage are not counted.",
        minimum=Decimal(1),
        maximum=Decimal(36),
    ),
    Parameter(
        "readings.own_approval_limit",
        ParameterType.DECIMAL,
        Decimal(100),
        "Own readings may be approved up to, m³",
        "Nobody approves a reading of their own whose usage exceeds this volume.",
        minimum=Decimal(0),
    ),
    Parameter(
        "readings.true_up_scale",
        ParameterType.INTEGER,
        3,
        "Decimal places when an estimate is trued up",
        "The usage between two real readings is spread over the estimated spans in volumes of this many places.",
        minimum=Decimal(0),
        maximum=Decimal(3),
    ),
    Parameter(
        ADJUST_LIMIT,
        ParameterType.DECIMAL,
        Decimal(10),
        "Volume adjusted by one person up to, m³",
        "All adjustments of one month together; above it a second person decides, 0 means that every one is decided.",
        minimum=Decimal(0),
    ),
    Parameter(
        ADJUST_LIMIT_AMOUNT,
        ParameterType.DECIMAL,
        Decimal(100),
        "Money moved by one person's adjustments up to, yuan",
        "By how much all adjustments of one month move its bill; above it, or where that cannot be worked out, a second person decides. 0 means that every one is decided.",
        minimum=Decimal(0),
    ),
    Parameter(
        "readings.import_rows",
        ParameterType.INTEGER,
        50000,
        "Rows in one reading file",
        "A larger file is refused.",
        minimum=Decimal(1),
        maximum=Decimal(200000),
    ),
)

NUMBER_KINDS = (NumberKind(ADJUSTMENT_NUMBERS, "Volume adjustment number", prefix="V", date_part="%Y%m", width=6),)

AUDIT_ACTIONS = (
    AuditAction("readings.generate_tasks", "Reading tasks generated"),
    AuditAction("readings.record", "Readings recorded"),
    AuditAction("readings.import", "Readings imported"),
    AuditAction("readings.approve", "Readings approved"),
    AuditAction("readings.change", "Reading changed in review"),
    AuditAction("readings.send_back", "Readings sent back"),
    AuditAction("readings.skip", "Points not read this period"),
    AuditAction("readings.reopen", "Skipped points to be read after all"),
    AuditAction("readings.correct", "Billed reading corrected"),
    AuditAction("readings.adjustment_requested", "Volume adjustment requested"),
    AuditAction("readings.adjustment_approved", "Volume adjustment approved"),
    AuditAction("readings.adjustment_refused", "Volume adjustment refused"),
    AuditAction("readings.adjustment_withdrawn", "Volume adjustment withdrawn"),
    AuditAction("readings.adjustment_reversed", "Volume adjustment reversed"),
    AuditAction("readings.release_main", "Main let go without waiting"),
    AuditAction("readings.exchange", "Reading item revised after a meter exchange"),
    AuditAction("readings.conditions", "Reading conditions set"),
)

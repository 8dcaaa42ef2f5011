"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, Parameter, ParameterType, Permission

VIEW = "tariffs.view"
EDIT = "tariffs.edit"
PUBLISH = "tariffs.publish"
LEAST_CASES = "tariffs.least_cases"

PERMISSIONS = (
    Permission(VIEW, "See price plans"),
    Permission(EDIT, "Draft price plans, keep charge items and usage classes"),
    Permission(PUBLISH, "Publish and assign price plans"),
)

PARAMETERS = (
    Parameter(
        code=LEAST_CASES,
        type=ParameterType.INTEGER,
        default=1,
        label="Test cases a price version needs",
        help="A person publishes a draft only with so many saved test cases, all passed; 0: none is needed.",
        minimum=Decimal(0),
        maximum=Decimal(100),
    ),
)
NUMBER_KINDS = ()

AUDIT_ACTIONS = (
    AuditAction("tariffs.create_charge_item", "Charge item created"),
    AuditAction("tariffs.create_usage_class", "Usage class created"),
    AuditAction("tariffs.import_version", "Price version imported"),
    AuditAction("tariffs.begin_draft", "Draft price version begun"),
    AuditAction("tariffs.change_draft", "Draft price version changed"),
    AuditAction("tariffs.change_cases", "Test cases of a draft changed"),
    AuditAction("tariffs.discard_draft", "Draft price version discarded"),
    AuditAction("tariffs.publish", "Price version published"),
    AuditAction("tariffs.assign", "Price plan assigned"),
)

"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, Parameter, ParameterType, Permission

PERMISSIONS = (Permission("files.attach", "Add attachments"),)

PARAMETERS = (
    Parameter(
        code="files.largest_megabytes",
        type=ParameterType.INTEGER,
        default=10,
        minimum=Decimal(1),
        maximum=Decimal(100),
        label="Largest attachment (MB)",
        help="A file that is larger is refused.",
    ),
)

AUDIT_ACTIONS = (
    AuditAction("files.stored", "Attachment added"),
    AuditAction("files.linked", "Attachment linked"),
)

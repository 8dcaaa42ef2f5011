"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (Permission("audit.view", "See the audit trail"),)

AUDIT_ACTIONS = (
    AuditAction("audit.list_exported", "List exported"),
    AuditAction("audit.number_revealed", "Masked number shown"),
)

"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (
    Permission("parameters.view", "See parameters"),
    Permission("parameters.edit", "Change parameters"),
)

AUDIT_ACTIONS = (
    AuditAction("parameters.value_set", "Parameter value set"),
    AuditAction("parameters.value_withdrawn", "Future parameter value withdrawn"),
)

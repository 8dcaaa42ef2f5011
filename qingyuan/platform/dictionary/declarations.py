"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (Permission("dictionary.edit", "Keep the dictionary", scope_free=True),)

AUDIT_ACTIONS = (
    AuditAction("dictionary.entry_added", "Dictionary entry added"),
    AuditAction("dictionary.entry_changed", "Dictionary entry changed"),
    AuditAction("dictionary.seeded", "Dictionary filled with the shipped sets"),
)

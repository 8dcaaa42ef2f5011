"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (
    Permission("organisation.view", "See the organisation"),
    Permission("organisation.edit", "Change the organisation"),
    Permission("company.edit", "Change company profiles and bank accounts"),
)

AUDIT_ACTIONS = (
    AuditAction("organisation.unit_created", "Unit created"),
    AuditAction("organisation.unit_changed", "Unit changed"),
    AuditAction("organisation.unit_moved", "Unit moved in the tree"),
    AuditAction("organisation.unit_closed", "Unit closed"),
    AuditAction("organisation.unit_reopened", "Unit reopened"),
    AuditAction("organisation.profile_changed", "Company profile changed"),
    AuditAction("organisation.bank_account_added", "Bank account added"),
    AuditAction("organisation.bank_account_closed", "Bank account closed"),
)

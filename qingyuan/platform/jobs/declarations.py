"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (Permission("jobs.view", "See background jobs"),)

AUDIT_ACTIONS = (AuditAction("jobs.started", "Background job started"),)

"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import Permission

PERMISSIONS = (Permission("audit.view", "See the audit trail"),)

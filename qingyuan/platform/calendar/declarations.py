"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

PERMISSIONS = (Permission("calendar.edit", "Keep the calendar of holidays and working days"),)

AUDIT_ACTIONS = (
    AuditAction("calendar.day_set", "Calendar day set"),
    AuditAction("calendar.day_cleared", "Calendar day back to the week's pattern"),
    AuditAction("calendar.year_imported", "Calendar year imported"),
)

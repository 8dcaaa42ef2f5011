"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, Parameter, ParameterType, Permission

PERMISSIONS = (
    Permission("staff.view", "See staff, roles and who may do what"),
    Permission("staff.edit", "Keep staff"),
    Permission("roles.edit", "Keep roles", scope_free=True),
    Permission("roles.assign", "Give roles to staff"),
)

PARAMETERS = (
    Parameter(
        code="staff.password_profile",
        type=ParameterType.CHOICE,
        default="dengbao-3",
        choices=("dengbao-3", "asvs"),
        label="Password rules",
        help="dengbao-3: eight characters of three kinds, changed every 90 days, as assessors of level 3 expect. "
        "asvs: twelve characters, any kind, no forced change, no common password.",
    ),
    Parameter(
        code="staff.lockout_attempts",
        type=ParameterType.INTEGER,
        default=5,
        minimum=Decimal(3),
        maximum=Decimal(50),
        label="Wrong passwords before a lockout",
        help="Counted per person and network address.",
    ),
    Parameter(
        code="staff.lockout_minutes",
        type=ParameterType.INTEGER,
        default=15,
        minimum=Decimal(1),
        maximum=Decimal(1440),
        label="Minutes of a lockout",
        help="Also the span within which wrong passwords are counted.",
    ),
    Parameter(
        code="staff.session_minutes",
        type=ParameterType.INTEGER,
        default=30,
        minimum=Decimal(5),
        maximum=Decimal(720),
        label="Idle minutes before sign-out",
        help="Taken when a person signs in, at that person's unit.",
    ),
)

AUDIT_ACTIONS = (
    AuditAction("staff.created", "Staff member added"),
    AuditAction("staff.changed", "Staff member changed"),
    AuditAction("staff.transferred", "Staff member transferred"),
    AuditAction("staff.deactivated", "Staff member deactivated"),
    AuditAction("staff.reactivated", "Staff member reactivated"),
    AuditAction("staff.password_changed", "Password changed"),
    AuditAction("staff.password_reset", "Password reset"),
    AuditAction("staff.signed_in", "Signed in"),
    AuditAction("staff.sign_in_refused", "Sign-in refused"),
    AuditAction("staff.signed_out", "Signed out"),
    AuditAction("roles.created", "Role added"),
    AuditAction("roles.changed", "Role changed"),
    AuditAction("roles.removed", "Role removed"),
    AuditAction("roles.assigned", "Role given"),
    AuditAction("roles.assignment_ended", "Role taken back"),
    AuditAction("staff.token_made", "API token made"),
    AuditAction("staff.token_revoked", "API token revoked"),
)

"""Writes of staff: people, roles, assignments, sign-in; and the refusal of what an actor may not do."""

from qingyuan.platform.staff.operations.passwords import (
    ResetNeedsCommand,
    WrongPassword,
    change_password,
    reset_password,
    reset_password_by_login,
)
from qingyuan.platform.staff.operations.people import (
    CannotDeactivateSelf,
    IdentifierRefused,
    IdentifierTaken,
    NewStaff,
    create_staff,
    deactivate_staff,
    reactivate_staff,
    transfer_staff,
    update_staff,
)
from qingyuan.platform.staff.operations.preferences import LanguageUnknown, set_language, set_preference
from qingyuan.platform.staff.operations.require import require
from qingyuan.platform.staff.operations.roles import (
    RoleCodeTaken,
    RoleInUse,
    SelfAssignment,
    SpanRefused,
    UnknownPermission,
    assign_role,
    create_role,
    create_template_roles,
    end_assignment,
    remove_role,
    reset_to_template,
    take_news,
    update_role,
)
from qingyuan.platform.staff.operations.sign_in import SignedIn, SignInLocked, SignInRefused, sign_in, sign_out
from qingyuan.platform.staff.operations.tokens import (
    TokenHolderApart,
    TokenHolderInactive,
    TokenSpanRefused,
    make_token,
    note_use,
    revoke_token,
)
from qingyuan.platform.staff.rules.lockout import LockoutPolicy
from qingyuan.platform.staff.rules.passwords import PROFILES, PasswordPolicy, PasswordRefused
from qingyuan.platform.staff.rules.separation import SeparationBroken

__all__ = [
    "PROFILES",
    "CannotDeactivateSelf",
    "IdentifierRefused",
    "IdentifierTaken",
    "LanguageUnknown",
    "LockoutPolicy",
    "NewStaff",
    "PasswordPolicy",
    "PasswordRefused",
    "ResetNeedsCommand",
    "RoleCodeTaken",
    "RoleInUse",
    "SelfAssignment",
    "SeparationBroken",
    "SignInLocked",
    "SignInRefused",
    "SignedIn",
    "SpanRefused",
    "TokenHolderApart",
    "TokenHolderInactive",
    "TokenSpanRefused",
    "UnknownPermission",
    "WrongPassword",
    "assign_role",
    "change_password",
    "create_role",
    "create_staff",
    "create_template_roles",
    "deactivate_staff",
    "end_assignment",
    "make_token",
    "note_use",
    "reactivate_staff",
    "remove_role",
    "require",
    "reset_password",
    "reset_password_by_login",
    "reset_to_template",
    "revoke_token",
    "set_language",
    "set_preference",
    "sign_in",
    "sign_out",
    "take_news",
    "transfer_staff",
    "update_role",
    "update_staff",
]

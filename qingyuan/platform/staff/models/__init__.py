from qingyuan.platform.staff.models.role import Role, RoleAssignment, RoleAssignmentBook, RolePermission
from qingyuan.platform.staff.models.sign_in import SignInAttempt
from qingyuan.platform.staff.models.staff import Staff, StaffAccounts, StaffIdentifier
from qingyuan.platform.staff.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Role",
    "RoleAssignment",
    "RoleAssignmentBook",
    "RolePermission",
    "SignInAttempt",
    "Staff",
    "StaffAccounts",
    "StaffIdentifier",
]

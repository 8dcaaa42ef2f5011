"""Reads of staff: people, roles, who may do what and where."""

from qingyuan.platform.staff.queries.people import (
    Person,
    RoleRow,
    actor_of,
    id_by_login,
    names,
    people,
    person,
    role,
    role_id_by_code,
    roles,
    unit_id_by_login,
)
from qingyuan.platform.staff.queries.permissions import (
    Holding,
    holdings_of,
    may,
    permissions_of,
    role_codes_of,
    roles_with,
    who_may,
)
from qingyuan.platform.staff.queries.reach import EVERYTHING, NOTHING, Reach, reach

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Holding",
    "Person",
    "Reach",
    "RoleRow",
    "actor_of",
    "holdings_of",
    "id_by_login",
    "may",
    "names",
    "people",
    "permissions_of",
    "person",
    "reach",
    "role",
    "role_codes_of",
    "role_id_by_code",
    "roles",
    "roles_with",
    "unit_id_by_login",
    "who_may",
]

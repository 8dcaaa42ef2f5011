"""Reads of organisation: the tree, companies, their profiles and bank accounts."""

from qingyuan.platform.organisation.queries.companies import (
    BankAccount,
    Profile,
    bank_accounts,
    civil_date,
    profile,
    time_zone,
)
from qingyuan.platform.organisation.queries.units import (
    NoCompany,
    Unit,
    companies,
    company_of,
    company_unit,
    root,
    subtree_ids,
    subtree_ids_of_all,
    unit,
    unit_by_code,
    unit_within_reach,
    units,
    units_within_reach,
    upwards,
)

__all__ = [
    "BankAccount",
    "NoCompany",
    "Profile",
    "Unit",
    "bank_accounts",
    "civil_date",
    "companies",
    "company_of",
    "company_unit",
    "profile",
    "root",
    "subtree_ids",
    "subtree_ids_of_all",
    "time_zone",
    "unit",
    "unit_by_code",
    "unit_within_reach",
    "units",
    "units_within_reach",
    "upwards",
]

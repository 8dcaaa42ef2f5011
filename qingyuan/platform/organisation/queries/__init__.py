"""Reads of organisation: the tree, companies, their profiles and bank accounts."""

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
    units,
    upwards,
)

__all__ = [
    "NoCompany",
    "Unit",
    "companies",
    "company_of",
    "company_unit",
    "root",
    "subtree_ids",
    "subtree_ids_of_all",
    "unit",
    "unit_by_code",
    "units",
    "upwards",
]

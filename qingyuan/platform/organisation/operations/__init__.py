"""Writes of organisation: units, company profiles, bank accounts."""

from qingyuan.platform.organisation.operations.units import (
    CodeTaken,
    CompanyInsideCompany,
    ParentClosed,
    RootExists,
    create_unit,
)

__all__ = ["CodeTaken", "CompanyInsideCompany", "ParentClosed", "RootExists", "create_unit"]

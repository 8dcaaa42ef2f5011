"""Writes of organisation: units, company profiles, bank accounts."""

from qingyuan.platform.organisation.operations.companies import (
    BankAccountTaken,
    TaxNumberRefused,
    TimeZoneUnknown,
    add_bank_account,
    close_bank_account,
    set_logo,
    set_profile,
)
from qingyuan.platform.organisation.operations.units import (
    CodeTaken,
    CompanyInsideCompany,
    HasOpenUnits,
    MoveBetweenCompanies,
    MoveIntoItself,
    ParentClosed,
    RootExists,
    close_unit,
    create_unit,
    move_unit,
    reopen_unit,
    update_unit,
)

__all__ = [
    "BankAccountTaken",
    "CodeTaken",
    "CompanyInsideCompany",
    "HasOpenUnits",
    "MoveBetweenCompanies",
    "MoveIntoItself",
    "ParentClosed",
    "RootExists",
    "TaxNumberRefused",
    "TimeZoneUnknown",
    "add_bank_account",
    "close_bank_account",
    "close_unit",
    "create_unit",
    "move_unit",
    "reopen_unit",
    "set_logo",
    "set_profile",
    "update_unit",
]

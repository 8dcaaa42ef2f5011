from qingyuan.platform.organisation.models.company import CompanyBankAccount, CompanyProfile
from qingyuan.platform.organisation.models.company_row import CompanyPart, CompanyRow
from qingyuan.platform.organisation.models.unit import OrgUnit, UnitKind

__all__ = ["CompanyBankAccount", "CompanyPart", "CompanyProfile", "CompanyRow", "OrgUnit", "UnitKind"]

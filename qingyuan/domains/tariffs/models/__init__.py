from qingyuan.domains.tariffs.models.charge import ChargeItem, TaxTreatment, UsageClass
from qingyuan.domains.tariffs.models.plan import PlanAssignment, PlanKind, PricePlan, PriceVersion, VersionState

__all__ = [
    "ChargeItem",
    "PlanAssignment",
    "PlanKind",
    "PricePlan",
    "PriceVersion",
    "TaxTreatment",
    "UsageClass",
    "VersionState",
]

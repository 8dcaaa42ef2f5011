from qingyuan.domains.billing.models.bill import Bill, BillLine, BillLive, BillReversal
from qingyuan.domains.billing.models.fee import FeeCharge, FeeImport, FeeType
from qingyuan.domains.billing.models.proposal import RerateProposal
from qingyuan.domains.billing.models.run import BillingRun, RunBook, RunChunk, RunHold, RunItem, RunPricing
from qingyuan.domains.billing.models.run_plan import RunPlan, ScheduledStart
from qingyuan.domains.billing.models.standing import StandingFee, StandingFeeLive
from qingyuan.domains.billing.models.tier import TierEntry, TierGroup, TierGroupMember

__all__ = [
    "Bill",
    "BillLine",
    "BillLive",
    "BillReversal",
    "BillingRun",
    "FeeCharge",
    "FeeImport",
    "FeeType",
    "RerateProposal",
    "RunBook",
    "RunChunk",
    "RunHold",
    "RunItem",
    "RunPlan",
    "RunPricing",
    "ScheduledStart",
    "StandingFee",
    "StandingFeeLive",
    "TierEntry",
    "TierGroup",
    "TierGroupMember",
]

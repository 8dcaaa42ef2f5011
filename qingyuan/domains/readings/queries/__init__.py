"""Reads of readings: for billing, for the pages, for the operations."""

from qingyuan.domains.readings.queries.consumption import (
    Billable,
    ConsumptionFacts,
    SubUsage,
    UsageChange,
    UsagePart,
    WaitingMain,
    billable,
    consumption_facts,
    mains_waiting_for_subs,
    unhandled_changes,
    unhandled_true_ups,
)

__all__ = [
    "Billable",
    "ConsumptionFacts",
    "SubUsage",
    "UsageChange",
    "UsagePart",
    "WaitingMain",
    "billable",
    "consumption_facts",
    "mains_waiting_for_subs",
    "unhandled_changes",
    "unhandled_true_ups",
]

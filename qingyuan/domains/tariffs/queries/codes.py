"""Ids of usage classes, charge items and plans by their codes, for the domains above."""

from collections.abc import Iterable, Mapping

from qingyuan.domains.tariffs.models import ChargeItem, PricePlan, UsageClass

Coded = tuple[int, str]
"""(company id, code): codes are unique within a company."""


def usage_class_ids(company_ids: Iterable[int], codes: Iterable[str]) -> Mapping[Coded, int]:
    """Usage classes in use (用水性质); what is unknown or out of use is left out. One query."""
    rows = UsageClass.objects.filter(company_id__in=list(company_ids), code__in=list(codes), is_active=True)
    return {(company, code): id_ for company, code, id_ in rows.values_list("company_id", "code", "id")}


def charge_item_ids(company_ids: Iterable[int], codes: Iterable[str]) -> Mapping[Coded, int]:
    """Charge items in use (费用项目); what is unknown or out of use is left out. One query."""
    rows = ChargeItem.objects.filter(company_id__in=list(company_ids), code__in=list(codes), is_active=True)
    return {(company, code): id_ for company, code, id_ in rows.values_list("company_id", "code", "id")}


def plan_ids(company_ids: Iterable[int], codes: Iterable[str]) -> Mapping[Coded, int]:
    """Price plans (价格方案), item plans too; what is unknown is left out. One query."""
    rows = PricePlan.objects.filter(company_id__in=list(company_ids), code__in=list(codes))
    return {(company, code): id_ for company, code, id_ in rows.values_list("company_id", "code", "id")}

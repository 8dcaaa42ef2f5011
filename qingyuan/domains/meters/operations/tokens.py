"""Meter numbers as search words of the accounts they belong to (按表号检索)."""

from collections.abc import Iterable

from qingyuan.domains.customers.operations import set_tokens
from qingyuan.domains.customers.rules.states import TokenKind
from qingyuan.domains.meters.models import Installation


def refresh_meter_tokens(account_ids: Iterable[int]) -> None:
    """The accounts are found by the meters that hang at their points now, and by no others."""
    words: dict[int, list[str]] = {account_id: [] for account_id in account_ids}
    hanging = Installation.objects.filter(
        removed_at__isnull=True, point__accounts__account_id__any=list(words), point__accounts__to_date__isnull=True
    )
    for account_id, meter_no in hanging.order_by("id").values_list("point__accounts__account_id", "meter__meter_no"):
        words[account_id].append(meter_no)
    set_tokens(kind=TokenKind.METER_NO, tokens=words)

"""A payer group over accounts that have bills."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.customers.models import AccountHolder, PayerGroup, PayerGroupMember
from tests.factories.billing import PricedTown
from tests.factories.readings import OPENED


def make_payer_group(
    priced: PricedTown, account_ids: Sequence[int], *, code: str = "SCHOOLS", from_date: date = OPENED
) -> PayerGroup:
    """The group with its members, the first one's holder pays."""
    payer_id = AccountHolder.objects.get(account_id=account_ids[0]).customer_id
    group = PayerGroup.objects.create(
        company_id=priced.company_id, unit_id=priced.unit_id, code=code, name="市教育局", payer_id=payer_id
    )
    for account_id in account_ids:
        PayerGroupMember.objects.create(
            company_id=priced.company_id, group=group, account_id=account_id, from_date=from_date
        )
    return group

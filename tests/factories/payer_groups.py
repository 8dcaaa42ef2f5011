"""A payer group over accounts that have bills."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.customers.models import Account, AccountHolder, Customer, PayerGroup, PayerGroupMember
from qingyuan.domains.customers.operations import add_members, create_payer_group
from tests.factories.billing import PricedTown
from tests.factories.ledger import OPENED as LEDGER_OPENED
from tests.factories.ledger import Company, Payer
from tests.factories.platform import SYSTEM
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


def payers_group(
    company: Company,
    members: Sequence[Payer],
    *,
    payer: int | None = None,
    code: str = "SCHOOLS",
    name: str = "市教育局",
    unit_id: int | None = None,
) -> int:
    """A group over accounts of the books' factory, kept by the east hall (or `unit_id`); the first member's holder pays,
    or the customer `payer`.
    """
    customer = Customer.objects.get(pk=members[0].customer_id if payer is None else payer)
    group_id = create_payer_group(
        actor=SYSTEM,
        unit_id=company.utility.east_id if unit_id is None else unit_id,
        code=code,
        name=name,
        payer_no=customer.customer_no,
        on=LEDGER_OPENED,
    )
    numbers = dict(Account.objects.filter(id__in=[one.account_id for one in members]).values_list("id", "account_no"))
    add_members(
        actor=SYSTEM,
        group_id=group_id,
        account_nos=[numbers[one.account_id] for one in members],
        from_date=LEDGER_OPENED,
        on=LEDGER_OPENED,
    )
    return group_id

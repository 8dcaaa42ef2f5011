"""A town with reliefs: two schemes, one of them with an item option beside, a cancelled and a corrected bill."""

from datetime import date

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import RerateProposal
from qingyuan.domains.customers.models import AccountRelief, ReliefScheme
from qingyuan.domains.meters.models import ItemOption
from qingyuan.domains.tariffs.models import PricePlan
from qingyuan.kernel.period import Month
from tests.factories.billing import (
    PricedTown,
    account_of,
    bill_month,
    correct_usage,
    make_billable_points,
    make_priced_town,
    publish,
)
from tests.factories.platform import SYSTEM
from tests.factories.readings import OPENED

PLAN = """
format: qingyuan-tariff/1
code: relieved
name: 演示减免
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '2.00'}
  - {item: sewage, name: 污水处理费, price: '1.00'}
relief:
  - {scheme: low, kind: free_volume, items: [water, sewage], volume: '5', per: month, funded_by: government}
  - {scheme: hero, kind: percent, items: [water], rate: '0.50'}
"""
SEWAGE_LOW = """
format: qingyuan-tariff/1
kind: item
code: sewage-low
name: 污水减征
usage_class: SEWAGE
effective: {from: '2013-08-01', to: null}
charges: [{item: sewage, name: 污水处理费, price: '0.50'}]
"""


def day(month: int) -> date:
    return date(2025, month, 20)


def make_relieved_town() -> PricedTown:
    """Five accounts, 20 m³ up to January (two months) and 10 in February: of low income, a hero, both, neither, low
    income with cheap sewage.

    In March the hero's February bill is cancelled, and the first account's January is corrected to 4 m³.
    """
    town = make_priced_town(tariffs=(PLAN,))
    publish(town, SEWAGE_LOW)
    points = make_billable_points(town, 5)
    for point, schemes in zip(points, (("low",), ("hero",), ("low", "hero"), (), ("low",)), strict=True):
        for scheme in schemes:
            AccountRelief.objects.create(
                company_id=town.company_id, account_id=account_of(point), scheme=scheme, from_date=OPENED
            )
    ItemOption.objects.create(
        company_id=town.company_id,
        point_id=points[4],
        charge_item_id=town.charges["sewage"],
        plan=PricePlan.objects.get(code="sewage-low"),
        from_date=OPENED,
    )
    ReliefScheme.objects.create(company_id=town.company_id, code="low", name="低保减免", funder="市民政局")
    january = bill_month(town, day(1), dict.fromkeys(points, "120"))
    february = bill_month(town, day(2), dict.fromkeys(points, "130"))
    hero = next(bill for bill in february if bill.point_id == points[1])
    billing.cancel_bill(actor=SYSTEM, bill_id=hero.pk, posting_date=day(3), reason="重复")
    first = next(bill for bill in january if bill.point_id == points[0])
    correct_usage(first.reading_item_id, "4.000")
    billing.rerate_accounts(actor=SYSTEM, account_ids=[account_of(points[0])], since=Month(2025, 1), on=day(3))
    for proposal in RerateProposal.objects.filter(state="OPEN"):
        billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(3))
    return town

"""One bill of every kind that has to explain itself, by the name of its kind: a year of a small priced town."""

from datetime import date
from decimal import Decimal

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RerateProposal
from qingyuan.domains.customers.models import HouseholdSize
from qingyuan.domains.meters.models import PointAccount
from qingyuan.kernel.period import Month
from qingyuan.platform.files import operations as files
from tests.factories.billing import (
    SH_IND,
    SH_RES,
    PricedTown,
    account_of,
    add_fixed_share,
    calculated_run,
    correct_usage,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
    set_class,
    share_group,
)
from tests.factories.platform import SYSTEM
from tests.factories.readings import OPENED, exchange_meter, link_sub, period_id, plan, read_and_approve

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
ODD = """
format: qingyuan-tariff/1
code: odd
name: 演示零头
usage_class: ODD
document: 演价〔2024〕1号
effective: {from: '2013-08-01', to: '2025-02-01'}
charges:
  - {item: water, name: 自来水费, price: '1.9255', tax: {treatment: taxed, rate: '0.03', included: true}}
  - {item: surcharge, name: 附加费, percent_of: {items: [water], rate: '0.10'}}
  - {item: base, name: 基本水费, fixed: {per: month, amount: '6.00'}}
rounding: {scale: 1, mode: half_up, at: total}
"""
CHANGED = ODD.replace("from: '2013-08-01', to: '2025-02-01'", "from: '2025-02-01', to: null").replace(
    "1.9255", "2.0155"
)


def day(month: int) -> date:
    """The day of reading."""
    return date(2025, month, 20)


def every_kind() -> dict[str, Bill]:
    """The bills. Amounts are what the prices give; the tests say which sentences each has to tell."""
    priced = make_priced_town(tariffs=(SH_RES, SH_IND, ODD, CHANGED))
    names = ("usual", "estimated", "rebilled", "corrected", "household", "exchanged", "one", "two", "main", "sub")
    more = ("mixed", "odd", "moved", "counted")
    points = dict(zip((*names, *more), make_billable_points(priced, 14), strict=True))
    share_group([account_of(points["one"]), account_of(points["two"])], "G-1")
    link_sub(priced.town, points["main"], points["sub"])
    add_fixed_share(priced, points["mixed"], "INDUSTRY", 20)
    set_class(priced, [points["odd"]], "ODD")
    _household(priced, points["household"])
    PointAccount.objects.filter(point_id=points["moved"]).update(account_id=account_of(points["usual"]))
    bills: dict[str, Bill] = {}
    _january(priced, points, bills)
    _february(priced, points, bills)
    _march(priced, points, bills)
    return bills


def _household(priced: PricedTown, point: int) -> None:
    for people, start, end in ((4, date(2024, 11, 15), date(2025, 2, 1)), (6, date(2025, 2, 1), None)):
        HouseholdSize.objects.create(
            company_id=priced.company_id, account_id=account_of(point), people=people, from_date=start, to_date=end
        )


def _january(priced: PricedTown, points: dict[str, int], bills: dict[str, Bill]) -> None:
    values = {
        name: "150" for name in points if name not in {"usual", "moved", "two", "exchanged", "rebilled", "corrected"}
    }
    values |= {
        "one": "300",
        "two": "220",
        "exchanged": "160",
        "rebilled": "160",
        "corrected": "300",
        "household": "330",
        "counted": "400",
    }
    photo = files.store(actor=SYSTEM, name="表.png", media_type="image/png", content=PNG, on=day(1))
    plan(priced.town, day(1))
    for name, value in values.items():
        read_and_approve(points[name], day(1), value)
    read_and_approve(points["usual"], day(1), "160", photo_hash=photo.sha256)
    run = issue_run(calculated_run(priced, period_id(priced.town, 202501), day(1)), day(1))
    made = {bill.point_id: bill for bill in Bill.objects.filter(run=run)}
    bills |= {"usual": made[points["usual"]], "shared": made[points["two"]], "main": made[points["main"]]}
    bills |= {"mixed": made[points["mixed"]], "odd": made[points["odd"]], "cancelled": made[points["rebilled"]]}


def _february(priced: PricedTown, points: dict[str, int], bills: dict[str, Bill]) -> None:
    exchange_meter(priced.town, points["exchanged"], date(2025, 2, 5), final="190", start="3", meter_no="新表1")
    plan(priced.town, day(2))
    read_and_approve(points["estimated"], day(2), None, "02")
    for name, value in {"exchanged": "20", "corrected": "360", "household": "400", "odd": "251"}.items():
        read_and_approve(points[name], day(2), value)
    run = issue_run(calculated_run(priced, period_id(priced.town, 202502), day(2)), day(2))
    made = {bill.point_id: bill for bill in Bill.objects.filter(run=run)}
    bills |= {"estimated": made[points["estimated"]], "exchanged": made[points["exchanged"]]}
    bills |= {"household_before": made[points["household"]], "price_change": made[points["odd"]]}
    bills["with_correction"] = made[points["corrected"]]
    cancelled = bills["cancelled"]
    correct_usage(cancelled.reading_item_id, "40.000")
    done = billing.rebill(actor=SYSTEM, bill_id=cancelled.pk, posting_date=day(2), reason="抄错")
    bills["rebilled"] = Bill.objects.get(pk=done.bill_id)


def _march(priced: PricedTown, points: dict[str, int], bills: dict[str, Bill]) -> None:
    read_month(priced, day(3), {points["estimated"]: "190", points["household"]: "500"})
    run = issue_run(calculated_run(priced, period_id(priced.town, 202503), day(3)), day(3))
    made = {bill.point_id: bill for bill in Bill.objects.filter(run=run).order_by("corrects_bill_id")}
    bills["true_up"] = Bill.objects.get(run=run, corrects_bill_id=bills["estimated"].pk)
    bills["household"] = made[points["household"]]
    first = Bill.objects.get(point_id=points["corrected"], yyyymm=202501)
    correct_usage(first.reading_item_id, "120.000")
    billing.rebill(actor=SYSTEM, bill_id=first.pk, posting_date=day(3), reason="抄错")
    (proposal,) = RerateProposal.objects.filter(bill_id=bills["with_correction"].pk)
    assert proposal.amount == Decimal("-55.20"), proposal.amount
    made_id = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(3))
    bills["correcting"] = Bill.objects.get(pk=made_id)
    _household_corrected(priced, points["counted"], bills)


def _household_corrected(priced: PricedTown, point: int, bills: dict[str, Bill]) -> None:
    """It was billed without a household; six people lived there from the beginning."""
    account_id = account_of(point)
    HouseholdSize.objects.create(
        company_id=priced.company_id, account_id=account_id, people=6, from_date=OPENED, evidence="户口簿"
    )
    billing.rerate_accounts(actor=SYSTEM, account_ids=[account_id], since=Month(2025, 1), on=day(3))
    (proposal,) = RerateProposal.objects.filter(account_id=account_id, state="OPEN")
    made_id = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(3))
    bills["household_corrected"] = Bill.objects.get(pk=made_id)

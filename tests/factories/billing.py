"""A town whose readings can be billed: prices, classes, holders, tier groups, books; and runs worked in this process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, TierGroup, TierGroupMember
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.customers.models import AccountHolder, Customer, HouseholdSize
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.meters.models import PointAccount, UsageShare
from qingyuan.domains.readings.models import Consumption, ConsumptionPart, ReadingItem
from qingyuan.domains.tariffs.models import ChargeItem, PlanAssignment, PricePlan, PriceVersion, UsageClass
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.period import Month
from qingyuan.workflows import run_billing
from tests.factories.platform import SYSTEM
from tests.factories.readings import OPENED, Town, make_points, make_town, period_id, plan, read_and_approve

TARIFFS = Path(__file__).resolve().parent.parent / "golden" / "tariffs"
CHARGE_ITEMS = ("water", "sewage", "refuse", "surcharge", "base")

SH_RES = """
format: qingyuan-tariff/1
code: sh-res
name: 演示居民阶梯
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
tiers: {limits: ['220', '300'], cycle_months: 12}
household: {base_people: 4, extra_per_person: '72'}
charges:
  - {item: water, name: 自来水费, price: ['1.92', '3.30', '4.30']}
  - {item: sewage, name: 污水处理费, price: '1.70', volume_factor: '0.9'}
"""
SH_IND = """
format: qingyuan-tariff/1
code: sh-ind
name: 演示非居民
usage_class: INDUSTRY
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '3.04'}
  - {item: sewage, name: 污水处理费, price: '2.18', volume_factor: '0.9'}
"""


@dataclass(frozen=True, slots=True)
class PricedTown:
    """A town with books, prices and its company's ledger set up."""

    town: Town
    classes: dict[str, int] = field(default_factory=dict)
    charges: dict[str, int] = field(default_factory=dict)

    @property
    def company_id(self) -> int:
        return self.town.company_id

    @property
    def unit_id(self) -> int:
        return self.town.utility.east_id


def make_priced_town(
    code: str = "01", *, tariffs: Sequence[str] = (SH_RES, SH_IND), months: Sequence[int] = (), interval: int = 1
) -> PricedTown:
    """A town charging by these tariff files, each assigned to its usage class; accounting periods of 2025 are open."""
    town = make_town(code, months_interval=interval)
    priced = PricedTown(town)
    for position, charge_code in enumerate(CHARGE_ITEMS):
        row = ChargeItem.objects.create(
            company_id=town.company_id, code=charge_code, name=charge_code, position=position
        )
        priced.charges[charge_code] = row.pk
    ledger.set_up_books(actor=SYSTEM, company_id=town.company_id, on=date(2025, 1, 1))
    for month in months or range(202501, 202513):
        ledger.open_period(actor=SYSTEM, company_id=town.company_id, yyyymm=month, on=date(2025, 1, 1))
    for text in tariffs:
        publish(priced, text)
    return priced


def publish(priced: PricedTown, text: str, *, assign_from: date = date(2013, 8, 1)) -> None:
    """Publish one tariff file and assign it to its usage class for the whole company."""
    version = parse_version(text)
    company_id = priced.company_id
    usage_class, _ = UsageClass.objects.get_or_create(
        company_id=company_id, code=version.usage_class, defaults={"name": version.usage_class}
    )
    priced.classes[version.usage_class] = usage_class.pk
    made, is_new = PricePlan.objects.get_or_create(
        company_id=company_id, code=version.code, defaults={"name": version.name, "usage_class": usage_class}
    )
    PriceVersion.objects.create(
        plan=made,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        state="PUBLISHED",
        source=text,
        content_hash=sha256_hex(text),
    )
    if is_new:
        PlanAssignment.objects.create(
            company_id=company_id, unit_id=company_id, usage_class=usage_class, plan=made, from_date=assign_from
        )


def make_billable_points(
    priced: PricedTown, count: int, *, usage_class: str = "RESIDENTIAL", people: int | None = None, **given: object
) -> list[int]:
    """Points as of factories.readings whose accounts have a holder, a tier group, a balance; one usage class each."""
    points = make_points(priced.town, count, **given)  # type: ignore[arg-type]
    company_id = priced.company_id
    accounts = dict(PointAccount.objects.filter(point_id__in=points).values_list("point_id", "account_id"))
    account_ids = sorted(accounts.values())
    customers = Customer.objects.bulk_create(
        Customer(company_id=company_id, customer_no=f"K{account}", kind="PERSON", name=f"演示{account}")
        for account in account_ids
    )
    AccountHolder.objects.bulk_create(
        AccountHolder(company_id=company_id, account_id=account, customer=customer, from_date=OPENED)
        for account, customer in zip(account_ids, customers, strict=True)
    )
    set_class(priced, points, usage_class)
    if people is not None:
        HouseholdSize.objects.bulk_create(
            HouseholdSize(company_id=company_id, account_id=account, people=people, from_date=OPENED)
            for account in account_ids
        )
    ledger.open_balances(account_ids)
    billing.ensure_tier_groups(actor=SYSTEM, account_ids=account_ids)
    return points


def set_class(priced: PricedTown, point_ids: Sequence[int], usage_class: str) -> None:
    """One REMAINDER share for each point."""
    UsageShare.objects.filter(point_id__in=point_ids).delete()
    UsageShare.objects.bulk_create(
        UsageShare(
            company_id=priced.company_id,
            point_id=point,
            usage_class_id=priced.classes[usage_class],
            kind="REMAINDER",
            from_date=OPENED,
        )
        for point in point_ids
    )


def add_fixed_share(priced: PricedTown, point_id: int, usage_class: str, volume: int, *, position: int = 0) -> None:
    """A fixed volume a month of the point's use goes to this class first (mixed use)."""
    UsageShare.objects.create(
        company_id=priced.company_id,
        point_id=point_id,
        usage_class_id=priced.classes[usage_class],
        kind="FIXED",
        value=Decimal(volume),
        position=position,
        from_date=OPENED,
    )


def account_of(point_id: int) -> int:
    """The point's account."""
    return PointAccount.objects.get(point_id=point_id).account_id


def share_group(account_ids: Sequence[int], group_no: str) -> int:
    """Put accounts into one tier group from ever; returns the group's id."""
    company_id = TierGroupMember.objects.filter(account_id=account_ids[0]).values_list("company_id", flat=True)[0]
    group = TierGroup.objects.create(company_id=company_id, group_no=group_no)
    TierGroupMember.objects.filter(account_id__in=account_ids).update(group=group)
    return group.pk


def read_month(priced: PricedTown, on: date, values: dict[int, str]) -> int:
    """Plan the month and read and approve these points; returns the period's id."""
    plan(priced.town, on)
    for point_id, value in values.items():
        read_and_approve(point_id, on, value)
    return period_id(priced.town, Month.of(on).number)


def calculated_run(
    priced: PricedTown,
    period: int,
    on: date,
    *,
    purpose: RunPurpose = RunPurpose.REAL,
    chunk_size: int | None = None,
    **given: object,
) -> BillingRun:
    """A run calculated in this process."""
    run_id = run_billing.calculate(
        actor=SYSTEM,
        unit_id=priced.unit_id,
        period_id=period,
        purpose=purpose,
        business_date=on,
        chunk_size=chunk_size,
        **given,  # type: ignore[arg-type]
    )
    run_billing.work_here(run_id=run_id)
    return BillingRun.objects.get(pk=run_id)


def issue_run(run: BillingRun, on: date) -> BillingRun:
    """Check and issue a calculated run in this process."""
    billing.check_run(actor=SYSTEM, run_id=run.pk, on=on)
    run_billing.issue(actor=SYSTEM, run_id=run.pk, posting_date=on)
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    return run


def bill_month(priced: PricedTown, on: date, values: dict[int, str], **given: object) -> list[Bill]:
    """Read a month, bill and issue it; returns the run's bills in its order."""
    period = read_month(priced, on, values)
    run = issue_run(calculated_run(priced, period, on, **given), on)  # type: ignore[arg-type]
    return list(Bill.objects.filter(run=run).order_by("run_position"))


def amounts(bills: Sequence[Bill]) -> list[Decimal]:
    """The bills' amounts."""
    return [bill.amount for bill in bills]


def correct_usage(reading_item_id: int | None, volume: str) -> None:
    """A further revision of the reading item's consumption, as a correction of its readings makes it."""
    assert reading_item_id is not None
    found = ReadingItem.objects.get(pk=reading_item_id)
    old = found.consumption
    assert old is not None
    part = ConsumptionPart.objects.get(consumption=old)
    new = Consumption.objects.get(pk=old.pk)
    new.pk, new.revision, new.volume = None, old.revision + 1, Decimal(volume)
    new.save(force_insert=True)
    part.pk, part.consumption, part.volume = None, new, Decimal(volume)
    part.save(force_insert=True)
    ReadingItem.objects.filter(pk=found.pk).update(consumption=new)

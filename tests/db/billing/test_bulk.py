"""The set-wise way and the way one by one give the same rows, and the set-wise way sees everything that moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.billing.models import (
    Bill,
    BillingRun,
    RunItem,
    RunPricing,
    TierEntry,
    TierGroup,
    TierGroupMember,
)
from qingyuan.domains.billing.operations import calculate
from qingyuan.domains.billing.queries.compare import compare_runs
from qingyuan.domains.billing.rules.calculate import item_hash
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.customers.models import (
    Account,
    AccountHold,
    AccountHolder,
    AccountRelief,
    Customer,
    HouseholdSize,
)
from qingyuan.domains.meters.models import ItemOption, PointAccount, Quota, ServicePoint, UsageShare
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.domains.tariffs.models import PriceVersion
from tests.factories.billing import (
    SH_IND,
    SH_RES,
    PricedTown,
    account_of,
    add_fixed_share,
    bill_month,
    calculated_run,
    correct_usage,
    issue_run,
    make_billable_points,
    make_priced_town,
    publish,
    read_month,
    share_group,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.book_rows import book_rows
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.readings import OPENED, period_id, plan, read_and_approve

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
VALUES = ("120", "330", "420", "100", "145", "145", "112", "180", "133", "164", "125", "109")
RELIEF = """
format: qingyuan-tariff/1
code: sh-low
name: 演示减免
usage_class: LOW
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '2.00'}
  - {item: sewage, name: 污水处理费, price: '1.70', volume_factor: '0.9'}
  - {item: base, name: 基本水费, fixed: {per: month, by_calibre: {'15': '3.00', '50': '9.00', '80': '12.00'}}}
"""


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town(tariffs=(SH_RES, SH_IND, RELIEF))


def _peopled(priced: PricedTown) -> list[int]:
    """Twelve points that differ in all that terms are made of, some of them not usual."""
    points = make_billable_points(priced, 12)
    accounts = [account_of(point) for point in points]
    company = {"company_id": priced.company_id}
    HouseholdSize.objects.create(account_id=accounts[1], people=6, from_date=OPENED, **company)
    HouseholdSize.objects.create(account_id=accounts[2], people=5, from_date=OPENED, to_date=FEBRUARY, **company)
    HouseholdSize.objects.create(account_id=accounts[2], people=7, from_date=FEBRUARY, **company)
    UsageShare.objects.filter(point_id__in=points[3:5]).update(usage_class_id=priced.classes["LOW"])
    UsageShare.objects.filter(point_id=points[5]).update(usage_class_id=priced.classes["INDUSTRY"])
    Account.objects.filter(pk=accounts[6]).update(tier_anchor="07-01")
    Account.objects.filter(pk=accounts[7]).update(state="CLOSING")
    ItemOption.objects.create(point_id=points[8], charge_item_id=priced.charges["sewage"], from_date=OPENED, **company)
    Quota.objects.create(point_id=points[5], volume=Decimal(30), from_date=OPENED, **company)
    share_group([accounts[9], accounts[10]], "G-共")
    ServicePoint.objects.filter(pk=points[11]).update(calibre=50)
    ServicePoint.objects.filter(pk=points[0]).update(point_no='点"一\\号')
    return points


def _pay_ahead(priced: PricedTown, point: int, amount: str) -> None:
    account_id = account_of(point)
    payer = Payer(account_id, AccountHolder.objects.get(account_id=account_id).customer_id, priced.unit_id)
    Paid(Company(priced.town.utility, "01"), payer, amount, on=JANUARY)


@contextmanager
def _undone() -> Iterator[None]:
    """What is done within leaves nothing behind. Django does not know of the savepoint: to the operations it is as if each
    was called by itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT undone")
        yield
        cursor.execute("ROLLBACK TO SAVEPOINT undone")


def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calculate, "calculate_bulk", lambda *_: 0)


def test_both_ways_write_the_same_rows(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    points = _peopled(priced)
    bill_month(priced, JANUARY, dict(zip(points, VALUES, strict=True)))  # so that there is tier use before
    for point, amount in ((points[0], "500.00"), (points[1], "1.00"), (points[5], "500.00")):
        _pay_ahead(priced, point, amount)
    period = read_month(
        priced, FEBRUARY, {point: str(int(value) * 2 - 93) for point, value in zip(points, VALUES, strict=True)}
    )
    with _undone():
        run = issue_run(calculated_run(priced, period, FEBRUARY), FEBRUARY)
        bulk = book_rows(), run.result_hash, run.totals
        kinds = list(RunItem.objects.filter(run=run).values_list("fingerprint", flat=True))
        assert_books_hold()
    assert len([kind for kind in kinds if kind is not None]) == 9  # all but the shared group and the changed household
    assert len(kinds) == 12

    _one_by_one(monkeypatch)
    run = issue_run(calculated_run(priced, period, FEBRUARY), FEBRUARY)

    assert not RunItem.objects.filter(run=run, fingerprint__isnull=False).exists()
    for name, rows in book_rows().items():
        assert bulk[0][name] == rows, name
    assert bulk[1:] == (run.result_hash, run.totals)


def test_hash_of_a_bulk_item_is_that_of_its_bill_and_lines(priced: PricedTown) -> None:
    points = _peopled(priced)
    period = read_month(priced, JANUARY, dict(zip(points, VALUES, strict=True)))
    run = issue_run(calculated_run(priced, period, JANUARY), JANUARY)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.snapshot, k.lines, b.hash FROM bill b JOIN run_item r ON r.run_id = b.run_id"
            " AND r.reading_item_id = b.reading_item_id JOIN run_pricing k ON k.run_id = r.run_id"
            " AND k.chunk_no = r.chunk_no AND k.pricing_no = r.pricing_no WHERE b.run_id = %s",
            [run.pk],
        )
        rows = cursor.fetchall()
    assert len(rows) == 12
    assert [item_hash(snapshot, lines) for snapshot, lines, _ in rows] == [row[2] for row in rows]


def _account(point: int) -> int:
    return account_of(point)


MOVES: dict[str, Callable[[PricedTown, int], object]] = {
    "people": lambda town, point: HouseholdSize.objects.create(
        company_id=town.company_id, account_id=_account(point), people=9, from_date=OPENED
    ),
    "relief": lambda town, point: AccountRelief.objects.create(
        company_id=town.company_id, account_id=_account(point), scheme="low-income", from_date=OPENED
    ),
    "usage class": lambda town, point: UsageShare.objects.filter(point_id=point).update(
        usage_class_id=town.classes["LOW"]
    ),
    "second share": lambda town, point: add_fixed_share(town, point, "LOW", 2, position=7),
    "option": lambda town, point: ItemOption.objects.create(
        company_id=town.company_id, point_id=point, charge_item_id=town.charges["sewage"], from_date=OPENED
    ),
    "quota": lambda town, point: Quota.objects.create(
        company_id=town.company_id, account_id=_account(point), volume=Decimal(3), from_date=OPENED
    ),
    "anchor": lambda town, point: Account.objects.filter(pk=_account(point)).update(tier_anchor="07-01"),
    "state": lambda town, point: Account.objects.filter(pk=_account(point)).update(state="SUSPENDED"),
    "hold": lambda town, point: AccountHold.objects.create(
        company_id=town.company_id, account_id=_account(point), activity="BILLING", from_date=OPENED, reason="复核"
    ),
    "reading": lambda town, point: correct_usage(ReadingItem.objects.get(point_id=point).pk, "21.000"),
    "calibre": lambda town, point: ServicePoint.objects.filter(pk=point).update(calibre=80),
    "another group": lambda town, point: share_group([_account(point)], "G-9"),
    "tier use before": lambda town, point: TierEntry.objects.create(
        group_id=_group_of(point),
        counter="RESIDENTIAL",
        cycle_start_date=date(2025, 1, 1),
        position=202412_01,
        sequence=1,
        volume=Decimal(7),
        source="OPENING",
    ),
}


def _group_of(point: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_id FROM tier_group_member WHERE account_id = %s", [account_of(point)])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("move", MOVES)
def test_what_moves_after_the_calculation_is_not_issued(priced: PricedTown, move: str) -> None:
    moving, *others = make_billable_points(priced, 4)
    period = read_month(priced, JANUARY, dict.fromkeys((moving, *others), "120"))
    run = calculated_run(priced, period, JANUARY)
    assert RunItem.objects.filter(run=run, fingerprint__isnull=False).count() == 4

    MOVES[move](priced, moving)
    run = issue_run(run, JANUARY)

    assert (run.totals["issued"], run.totals["stale"]) == (3, 1)
    assert RunItem.objects.get(run=run, state="STALE").point_id == moving
    assert ReadingItem.objects.get(point_id=moving).state == "APPROVED"
    assert_books_hold()


def test_new_prices_after_the_calculation_are_seen(priced: PricedTown) -> None:
    points = make_billable_points(priced, 3)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "120"))
    run = calculated_run(priced, period, JANUARY)

    PriceVersion.objects.filter(plan__code="sh-res").update(effective_to=date(2024, 6, 1))
    publish(priced, SH_RES.replace("2013-08-01", "2024-06-01").replace("1.92", "1.93"))
    run = issue_run(run, JANUARY)

    assert (run.totals["issued"], run.totals["stale"]) == (0, 3)


def test_a_new_holder_is_seen_by_the_books(priced: PricedTown) -> None:
    """The holder is no part of the input: whoever holds the account when the bill is issued owes it."""
    point, *_ = make_billable_points(priced, 2)
    period = read_month(priced, JANUARY, {point: "120"})
    run = calculated_run(priced, period, JANUARY)
    new = Customer.objects.create(company_id=priced.company_id, customer_no="K-new", kind="PERSON", name="演示新户")
    AccountHolder.objects.filter(account_id=account_of(point)).update(customer=new)

    issue_run(run, JANUARY)

    with connection.cursor() as cursor:
        cursor.execute("SELECT b.customer_id, o.customer_id FROM bill b JOIN open_item o ON o.bill_id = b.id")
        assert cursor.fetchall() == [(new.pk, new.pk)]
    assert_books_hold()


def test_a_large_run_goes_book_by_book_and_keeps_together_what_belongs_together(priced: PricedTown) -> None:
    points = make_billable_points(priced, 9)
    share_group([account_of(points[0]), account_of(points[8])], "G-2")
    PointAccount.objects.filter(point_id=points[1]).update(account_id=account_of(points[2]))
    period = read_month(priced, JANUARY, dict.fromkeys(points, "120"))
    whole = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL, chunk_size=100)

    run = calculated_run(priced, period, JANUARY, chunk_size=4)

    chunks = {chunk.chunk_no: chunk for chunk in run.chunks.order_by("chunk_no")}
    together = [set(chunk.reading_item_ids) for chunk in chunks.values()]
    items = dict(ReadingItem.objects.values_list("point_id", "id"))
    assert sum(len(one) for one in together) == 9
    assert any({items[points[0]], items[points[8]]} <= one for one in together)
    assert any({items[points[1]], items[points[2]]} <= one for one in together)
    assert compare_runs(whole.pk, run.pk) == ()
    assert run.result_hash == whole.result_hash
    run = issue_run(run, JANUARY)
    assert (run.totals["issued"], run.totals["stale"]) == (9, 0)
    assert_books_hold()


def test_pricings_are_far_fewer_than_items(priced: PricedTown) -> None:
    points = make_billable_points(priced, 8)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "120"))

    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    assert RunItem.objects.filter(run=run).count() == 8
    assert RunPricing.objects.filter(run=run).count() == 1
    assert BillingRun.objects.get(pk=run.pk).totals["bills"] == 8


def test_bulk_bills_and_a_credit_follow_each_other_in_one_chunk(priced: PricedTown) -> None:
    """The bulk touches prepayment before the true-up's credit looks for what is owed: the locks are taken beforehand."""
    points = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, {points[0]: "150", points[1]: "130", points[2]: "160"})
    plan(priced.town, FEBRUARY)
    read_and_approve(points[2], FEBRUARY, None, "02")
    issue_run(calculated_run(priced, period_id(priced.town, 202502), FEBRUARY), FEBRUARY)
    _pay_ahead(priced, points[0], "500.00")
    march = date(2025, 3, 20)
    period = read_month(priced, march, {points[0]: "160", points[1]: "140", points[2]: "180"})

    run = issue_run(calculated_run(priced, period, march), march)

    assert set(Bill.objects.filter(run=run).values_list("kind", flat=True)) == {"REGULAR", "REFUND"}
    assert run.totals["stale"] == 0
    assert RunItem.objects.filter(run=run, fingerprint__isnull=False).exists()
    assert_books_hold()


def _billed_both_ways(priced: PricedTown, period: int, on: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's hash and bills are the same whichever way they were made."""
    with _undone():
        run = issue_run(calculated_run(priced, period, on), on)
        bulk = book_rows(), run.result_hash, run.totals
    _one_by_one(monkeypatch)
    run = issue_run(calculated_run(priced, period, on), on)
    for name, rows in book_rows().items():
        assert bulk[0][name] == rows, name
    assert bulk[1:] == (run.result_hash, run.totals)


def test_tier_use_counts_once_for_an_account_that_came_back_to_its_group(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    point, _ = make_billable_points(priced, 2)
    bill_month(priced, JANUARY, {point: "290"})
    first = TierGroupMember.objects.get(account_id=account_of(point))
    TierGroupMember.objects.filter(pk=first.pk).update(to_date=date(2024, 12, 1))
    TierGroupMember.objects.create(
        company_id=priced.company_id, account=first.account, group=first.group, from_date=date(2024, 12, 1)
    )
    period = read_month(priced, FEBRUARY, {point: "340"})

    _billed_both_ways(priced, period, FEBRUARY, monkeypatch)


def test_a_point_with_a_tier_group_of_its_own_is_billed_once_in_it(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, point, after = make_billable_points(priced, 3)
    account = TierGroupMember.objects.get(account_id=account_of(point)).account
    own = TierGroup.objects.create(company_id=priced.company_id, group_no="G-own")
    TierGroupMember.objects.create(
        company_id=priced.company_id, account=account, point_id=point, group=own, from_date=OPENED
    )
    period = read_month(priced, JANUARY, dict.fromkeys((before, point, after), "290"))

    _billed_both_ways(priced, period, JANUARY, monkeypatch)

    assert Bill.objects.get(point_id=point).group_id == own.pk

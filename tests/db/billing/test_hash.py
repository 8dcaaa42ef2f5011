"""One hash for any chunk size; what differs is named."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing.models import Bill, BillingRun, RunChunk, RunItem, RunPricing
from qingyuan.domains.billing.queries.compare import compare_runs
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.meters.models import PointAccount
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.kernel.canonical import canonical_json
from tests.factories.billing import (
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
from tests.factories.book_checks import assert_books_hold
from tests.factories.readings import link_sub, make_book, plan, read_and_approve

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@dataclass(frozen=True, slots=True)
class Mixed:
    """Everything that makes a run difficult at once."""

    priced: PricedTown
    period: int
    main: int


def make_mixed(priced: PricedTown) -> Mixed:
    """Three accounts of one tier group, a main with a sub in another book, a share-split point, an account with two points,
    and January still unbilled when February is read: two periods of one group in one run.
    """
    town = priced.town
    one, two, three, main, mixed, first = make_billable_points(priced, 6)
    other_book = make_book(town.company_id, town.utility.east_id, "01-B")
    (sub,) = make_billable_points(priced, 1, prefix="S", book_id=other_book)
    (second,) = make_billable_points(priced, 1, prefix="Z")
    PointAccount.objects.filter(point_id=second).update(account_id=account_of(first))
    share_group([account_of(one), account_of(two), account_of(three)], "G-1")
    link_sub(town, main, sub)
    set_class(priced, [mixed], "INDUSTRY")
    add_fixed_share(priced, mixed, "RESIDENTIAL", 20)
    plan(town, JANUARY, book_ids=[town.book_id, other_book])
    january = {one: "220", two: "180", three: "150", main: "300", sub: "250", mixed: "160", first: "130", second: "120"}
    for point, value in january.items():
        read_and_approve(point, JANUARY, value)
    plan(town, FEBRUARY, book_ids=[town.book_id, other_book])
    for point, value in january.items():
        read_and_approve(point, FEBRUARY, str(int(value) + 60))
    period = ReadingItem.objects.get(point_id=one, period__yyyymm=202502).period_id
    return Mixed(priced, period, main)


@pytest.fixture
def mixed(db: None) -> Mixed:
    return make_mixed(make_priced_town())


def test_one_hash_for_chunk_sizes_1_100_and_10000(mixed: Mixed) -> None:
    runs = [
        calculated_run(
            mixed.priced,
            mixed.period,
            FEBRUARY,
            purpose=RunPurpose.REHEARSAL,
            chunk_size=size,
            with_earlier=True,
        )
        for size in (1, 100, 10000)
    ]

    assert [run.chunk_count > 1 for run in runs] == [True, False, False]
    assert [run.scope_count for run in runs] == [16, 16, 16]
    assert len({run.result_hash for run in runs}) == 1
    assert runs[0].totals["exceptions"] == {}
    assert compare_runs(runs[0].pk, runs[2].pk) == ()


def test_whole_tier_groups_and_accounts_stay_together(mixed: Mixed) -> None:
    run = calculated_run(
        mixed.priced, mixed.period, FEBRUARY, purpose=RunPurpose.REHEARSAL, chunk_size=1, with_earlier=True
    )

    chunks = [set(ids) for ids in RunChunk.objects.filter(run=run).values_list("reading_item_ids", flat=True)]
    by_account: dict[int, set[int]] = {}
    for row in RunItem.objects.filter(run=run):
        by_account.setdefault(row.group_id or 0, set()).add(row.reading_item_id or 0)
    assert all(any(items <= chunk for chunk in chunks) for items in by_account.values())


def test_changed_reading_changes_the_hash_and_compare_names_the_account(mixed: Mixed) -> None:
    before = calculated_run(mixed.priced, mixed.period, FEBRUARY, purpose=RunPurpose.REHEARSAL, with_earlier=True)
    changed = ReadingItem.objects.select_related("account").get(point_id=mixed.main, period_id=mixed.period)
    assert changed.account is not None
    correct_usage(changed.pk, "61.000")

    after = calculated_run(mixed.priced, mixed.period, FEBRUARY, purpose=RunPurpose.REHEARSAL, with_earlier=True)

    assert after.result_hash != before.result_hash
    assert [(one.account_no, one.yyyymm) for one in compare_runs(before.pk, after.pk)] == [
        (changed.account.account_no, 202502)
    ]


def test_issue_gives_the_bills_that_the_run_showed(mixed: Mixed) -> None:
    run = calculated_run(mixed.priced, mixed.period, FEBRUARY, chunk_size=3, with_earlier=True)
    shown = dict(RunItem.objects.filter(run=run).values_list("natural_key", "hash"))

    issue_run(run, FEBRUARY)

    run.refresh_from_db()
    assert run.totals["stale"] == 0
    assert sorted(Bill.objects.filter(run=run).values_list("hash", flat=True)) == sorted(shown.values())
    assert_books_hold()


def test_inputs_and_lines_are_canonical_json(mixed: Mixed) -> None:
    run = issue_run(calculated_run(mixed.priced, mixed.period, FEBRUARY, with_earlier=True), FEBRUARY)

    for bill in Bill.objects.filter(run=run):
        assert canonical_json(json.loads(bill.snapshot)) == bill.snapshot
    for pricing in RunPricing.objects.filter(run=run):
        assert canonical_json(json.loads(pricing.lines)) == pricing.lines


def test_main_bills_what_its_sub_did_not_use(mixed: Mixed) -> None:
    run = calculated_run(mixed.priced, mixed.period, FEBRUARY, purpose=RunPurpose.REHEARSAL, with_earlier=True)

    volumes = RunItem.objects.filter(run=run, point_id=mixed.main).order_by("natural_key")
    assert list(volumes.values_list("volume", flat=True)) == [Decimal("50.000"), Decimal("0.000")]


def test_main_waits_for_its_sub(db: None) -> None:
    priced = make_priced_town()
    main, sub = make_billable_points(priced, 2)
    link_sub(priced.town, main, sub)
    period = read_month(priced, JANUARY, {main: "200"})

    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    row = RunItem.objects.get(run=run)
    assert (row.state, row.exception_code, row.exception_params) == (
        "EXCEPTION",
        "billing.waiting_subs",
        {"points": "P000002"},
    )
    assert BillingRun.objects.get(pk=run.pk).totals["exceptions"] == {"billing.waiting_subs": 1}

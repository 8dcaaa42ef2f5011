"""A bulk change of usage class with evidence from a date: bills before and after, to the fen, and what ten thousand cost."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.operations import bulk
from qingyuan.domains.customers.rules.bulk import BulkRow, RowVerdict
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.meters.operations import NewShare
from qingyuan.domains.meters.operations.bulk_kinds import Shares, SharesKind
from qingyuan.domains.meters.queries import point_refs_by_id
from tests.factories.billing import PricedTown, amounts, bill_month, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
INDUSTRY: Shares = (NewShare("INDUSTRY"),)


def change_class(town: PricedTown, points: list[int], from_date: date, on: date) -> int:
    refs = point_refs_by_id(points).values()
    rows = [BulkRow(ref.point_no, ref.point_no, INDUSTRY, from_date, "用水性质核定 7 号") for ref in refs]
    stamp = bulk.judge(actor=SYSTEM, kind=SharesKind(town.company_id), rows=rows, on=on).stamp
    return bulk.change(actor=SYSTEM, kind=SharesKind(town.company_id), rows=rows, stamp=stamp, on=on).changed


def test_bills_before_and_after_the_date(priced: PricedTown) -> None:
    """60 m³ at home: 60 × 1.92 + 54 × 1.70 = 207.00; as industry 60 × 3.04 + 54 × 2.18 = 300.12."""
    points = make_billable_points(priced, 3)
    first = bill_month(priced, date(2025, 2, 20), dict.fromkeys(points, "160"))
    assert amounts(first) == [Decimal("207.00")] * 3

    # Dated the very day from which the next usage runs: it counts for spans that start on or after it.
    assert change_class(priced, points[:2], date(2025, 2, 20), on=date(2025, 3, 1)) == 2

    second = bill_month(priced, date(2025, 3, 20), dict.fromkeys(points, "220"))
    assert sorted(amounts(second)) == [Decimal("207.00"), Decimal("300.12"), Decimal("300.12")]
    shares = UsageShare.objects.filter(point_id=points[0]).order_by("from_date")
    assert list(shares.values_list("usage_class__code", "to_date", "evidence"))[-1] == (
        "INDUSTRY",
        None,
        "用水性质核定 7 号",
    )


def test_a_span_that_runs_over_the_date_keeps_the_old_class(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    bill_month(priced, date(2025, 2, 20), dict.fromkeys(points, "160"))
    change_class(priced, points[:1], date(2025, 2, 21), on=date(2025, 3, 1))

    second = bill_month(priced, date(2025, 3, 20), dict.fromkeys(points, "220"))
    third = bill_month(priced, date(2025, 4, 20), dict.fromkeys(points, "280"))

    assert amounts(second) == [Decimal("207.00")] * 2
    assert sorted(amounts(third)) == [Decimal("207.00"), Decimal("300.12")]


def test_as_many_statements_for_two_hundred_as_for_two(priced: PricedTown) -> None:
    points = make_billable_points(priced, 202)
    counts = []
    for chosen in (points[:2], points[2:]):
        with CaptureQueriesContext(connection) as asked:
            assert change_class(priced, chosen, date(2025, 3, 1), on=date(2025, 3, 1)) == len(chosen)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    refs = point_refs_by_id(points).values()
    rows = [BulkRow(ref.point_no, ref.point_no, INDUSTRY, date(2025, 3, 1), "再来") for ref in refs]
    again = bulk.judge(actor=SYSTEM, kind=SharesKind(priced.company_id), rows=rows, on=date(2025, 3, 1))
    assert again.count(RowVerdict.UNCHANGED) == 202


@pytest.fixture
def priced() -> PricedTown:
    return make_priced_town()

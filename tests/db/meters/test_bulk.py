"""Facts changed in bulk: judged and written set-wise, in one transaction, once, and only as the preview showed it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.customers.models import AccountRelief, HouseholdSize
from qingyuan.domains.customers.operations import bulk, bulk_kinds
from qingyuan.domains.customers.rules.bulk import BulkRow, ChangedSincePreview, JudgedSet, RowVerdict
from qingyuan.domains.meters import operations
from qingyuan.domains.meters.models import ItemOption, Quota, UsageShare
from qingyuan.domains.meters.operations import NewShare
from qingyuan.domains.meters.operations.bulk_kinds import OptionKind, OptionValue, QuotaKind, Shares, SharesKind
from qingyuan.domains.meters.queries import point_refs_by_id
from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.meters import make_charge_item, make_item_plan
from tests.factories.platform import SYSTEM, make_person
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.django_db
ON = date(2025, 8, 1)
JULY = date(2025, 7, 1)
TRADE: Shares = (NewShare("TRADE"),)


@pytest.fixture
def halls() -> TwoHalls:
    return make_two_halls()


def numbers(halls: TwoHalls) -> list[str]:
    found = point_refs_by_id([halls.east_point_id, halls.west_point_id])
    return [found[key].point_no for key in (halls.east_point_id, halls.west_point_id)]


def to_trade(points: Sequence[str], *, from_date: date = JULY) -> list[BulkRow[Shares]]:
    return [BulkRow(f"{place}", number, TRADE, from_date, "改性质 1 号") for place, number in enumerate(points, 2)]


def judged(halls: TwoHalls, rows: Sequence[BulkRow[Shares]]) -> JudgedSet[Shares]:
    return bulk.judge(actor=SYSTEM, kind=SharesKind(halls.utility.company_id), rows=rows, on=ON)


def carried_out(halls: TwoHalls, rows: Sequence[BulkRow[Shares]], stamp: str) -> JudgedSet[Shares]:
    return bulk.change(actor=SYSTEM, kind=SharesKind(halls.utility.company_id), rows=rows, stamp=stamp, on=ON)


def spans(point_id: int) -> list[tuple[str, date, date | None]]:
    rows = UsageShare.objects.filter(point_id=point_id).order_by("from_date", "id")
    return list(rows.values_list("usage_class__code", "from_date", "to_date"))


def test_what_is_so_already_and_what_is_refused_is_told_and_the_rest_changes(halls: TwoHalls) -> None:
    east, west = numbers(halls)
    operations.set_shares(
        actor=SYSTEM, point_id=halls.west_point_id, shares=TRADE, from_date=JULY, evidence="先前", on=ON
    )
    rows = to_trade([east, west, "P9", east])

    seen = judged(halls, rows)

    assert [(row.row.place, row.verdict, row.code) for row in seen.rows] == [
        ("2", RowVerdict.CHANGED, ""),
        ("3", RowVerdict.UNCHANGED, ""),
        ("4", RowVerdict.REFUSED, "customers.number_unknown"),
        ("5", RowVerdict.REFUSED, "customers.repeated_in_set"),
    ]
    assert seen.rows[0].before is not None
    assert seen.rows[0].before.value == (NewShare("RESIDENTIAL"),)
    assert spans(halls.east_point_id) == [("RESIDENTIAL", date(2025, 6, 1), None)]

    assert carried_out(halls, rows, seen.stamp).changed == 1
    assert spans(halls.east_point_id) == [("RESIDENTIAL", date(2025, 6, 1), JULY), ("TRADE", JULY, None)]
    entry = AuditEntry.objects.get(action="meters.bulk_shares")
    told = entry.after or {}
    assert (told["count"], told["stamp"], told["refused"]) == (1, seen.stamp, 2)
    assert entry.reason == "改性质 1 号"


def test_the_same_set_twice_changes_nothing_twice(halls: TwoHalls) -> None:
    rows = to_trade(numbers(halls))
    seen = judged(halls, rows)
    carried_out(halls, rows, seen.stamp)
    stored = spans(halls.east_point_id)

    with pytest.raises(ChangedSincePreview):
        carried_out(halls, rows, seen.stamp)
    again = judged(halls, rows)
    assert again.count(RowVerdict.UNCHANGED) == 2
    assert carried_out(halls, rows, again.stamp).changed == 0

    assert spans(halls.east_point_id) == stored
    assert AuditEntry.objects.filter(action="meters.bulk_shares").count() == 1


def test_a_preview_whose_facts_moved_is_refused_whole(halls: TwoHalls) -> None:
    rows = to_trade(numbers(halls))
    seen = judged(halls, rows)
    mixed = (NewShare("TRADE", ShareKind.RATIO, Decimal("0.5")), NewShare("RESIDENTIAL"))
    operations.set_shares(
        actor=SYSTEM, point_id=halls.west_point_id, shares=mixed, from_date=JULY, evidence="他人", on=ON
    )

    with pytest.raises(ChangedSincePreview):
        carried_out(halls, rows, seen.stamp)

    assert spans(halls.east_point_id) == [("RESIDENTIAL", date(2025, 6, 1), None)]
    assert not AuditEntry.objects.filter(action="meters.bulk_shares").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": (NewShare("NONE"),)}, "meters.usage_class_unknown"),
        ({"value": (NewShare("TRADE", ShareKind.RATIO, Decimal("0.5")),)}, "meters.remainder_not_last"),
        ({"evidence": " "}, "customers.evidence_missing"),
        ({"from_date": date(2025, 5, 31)}, "customers.change_before_current"),
        ({"from_date": date(2024, 7, 30)}, "customers.change_before_current"),
    ],
)
def test_a_row_is_refused_as_the_single_change_is(halls: TwoHalls, change: dict[str, object], code: str) -> None:
    row = replace(to_trade(numbers(halls)[:1])[0], **change)  # type: ignore[arg-type]

    seen = judged(halls, [row])

    assert [one.code for one in seen.rows] == [code]
    assert carried_out(halls, [row], seen.stamp).changed == 0
    assert spans(halls.east_point_id) == [("RESIDENTIAL", date(2025, 6, 1), None)]


def test_points_out_of_reach_are_refused(halls: TwoHalls) -> None:
    clerk = make_person(halls.utility.east_id, "meters.change")
    kind = SharesKind(halls.utility.company_id)

    seen = bulk.judge(actor=clerk, kind=kind, rows=to_trade(numbers(halls)), on=ON)

    assert [row.code for row in seen.rows] == ["", "kernel.not_permitted"]


def test_options_and_quotas_follow_what_holds(halls: TwoHalls) -> None:
    company_id, (east, west) = halls.utility.company_id, numbers(halls)
    make_charge_item(company_id)
    make_item_plan(company_id)
    operations.set_option(
        actor=SYSTEM, point_id=halls.east_point_id, item_code="sewage", plan_code="sewage-high",
        from_date=date(2025, 6, 1), document_no="旧", on=ON,
    )  # fmt: skip
    exempt = [BulkRow(no, no, OptionValue("sewage", ""), JULY, "环水〔2025〕1 号") for no in (east, west)]
    kind = OptionKind(company_id)
    bulk.change(
        actor=SYSTEM, kind=kind, rows=exempt, stamp=bulk.judge(actor=SYSTEM, kind=kind, rows=exempt, on=ON).stamp, on=ON
    )

    rows = ItemOption.objects.order_by("point_id", "from_date").values_list("plan__code", "from_date", "to_date")
    assert list(rows) == [
        ("sewage-high", date(2025, 6, 1), JULY),
        (None, JULY, None),
        (None, JULY, None),
    ]
    quotas = [BulkRow(no, no, Decimal("1200"), JULY, "定额 1 号", date(2026, 7, 1)) for no in (east, west)]
    of_quota = QuotaKind(company_id)
    seen = bulk.judge(actor=SYSTEM, kind=of_quota, rows=quotas, on=ON)
    bulk.change(actor=SYSTEM, kind=of_quota, rows=quotas, stamp=seen.stamp, on=ON)
    assert set(Quota.objects.values_list("volume", "from_date", "to_date")) == {
        (Decimal("1200.000"), JULY, date(2026, 7, 1))
    }
    assert [row.verdict for row in bulk.judge(actor=SYSTEM, kind=of_quota, rows=quotas, on=ON).rows] == [
        RowVerdict.UNCHANGED,
        RowVerdict.UNCHANGED,
    ]


def test_people_and_reliefs_of_accounts(halls: TwoHalls) -> None:
    company_id = halls.utility.company_id
    people = [BulkRow(no, no, 6, JULY, "户口簿") for no in ("10000001", "10000002")]
    of_people = bulk_kinds.HouseholdKind(company_id)
    seen = bulk.judge(actor=SYSTEM, kind=of_people, rows=people, on=ON)
    assert [row.before.value if row.before else None for row in seen.rows] == [4, None]
    bulk.change(actor=SYSTEM, kind=of_people, rows=people, stamp=seen.stamp, on=ON)
    assert list(HouseholdSize.objects.order_by("account_id", "from_date").values_list("people", "to_date")) == [
        (4, JULY),
        (6, None),
        (6, None),
    ]
    relief = [BulkRow(no, no, "dibao", JULY, "低保证", date(2026, 7, 1)) for no in ("10000001", "10000002")]
    of_relief = bulk_kinds.ReliefKind(company_id)
    seen_relief = bulk.judge(actor=SYSTEM, kind=of_relief, rows=relief, on=ON)
    bulk.change(actor=SYSTEM, kind=of_relief, rows=relief, stamp=seen_relief.stamp, on=ON)
    assert AccountRelief.objects.filter(scheme="dibao", to_date=date(2026, 7, 1)).count() == 2

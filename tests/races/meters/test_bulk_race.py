"""Two people carry out previews of the same points at once: the second waits, sees that facts moved, and changes nothing."""

from datetime import date

import pytest
from django.db import transaction

from qingyuan.domains.customers.operations import bulk
from qingyuan.domains.customers.rules.bulk import BulkRow, ChangedSincePreview
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.meters.operations import NewShare
from qingyuan.domains.meters.operations.bulk_kinds import Shares, SharesKind
from qingyuan.domains.meters.queries import point_refs_by_id
from tests.databases import InThread
from tests.factories.platform import SYSTEM
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.race
ON, JULY = date(2025, 8, 1), date(2025, 7, 1)


@pytest.fixture
def halls(committed_db: str) -> TwoHalls:
    return make_two_halls()


def rows_of(halls: TwoHalls, evidence: str, from_date: date) -> list[BulkRow[Shares]]:
    refs = point_refs_by_id([halls.east_point_id, halls.west_point_id]).values()
    return [BulkRow(ref.point_no, ref.point_no, (NewShare("TRADE"),), from_date, evidence) for ref in refs]


def carry_out(halls: TwoHalls, rows: list[BulkRow[Shares]], stamp: str) -> int:
    kind = SharesKind(halls.utility.company_id)
    return bulk.change(actor=SYSTEM, kind=kind, rows=rows, stamp=stamp, on=ON).changed


def evidences() -> list[str]:
    return list(UsageShare.objects.filter(usage_class__code="TRADE").order_by("id").values_list("evidence", flat=True))


def test_the_second_of_two_sets_waits_and_changes_nothing(halls: TwoHalls) -> None:
    first, second = rows_of(halls, "甲", JULY), rows_of(halls, "乙", ON)
    kind = SharesKind(halls.utility.company_id)
    stamps = [bulk.judge(actor=SYSTEM, kind=kind, rows=rows, on=ON).stamp for rows in (first, second)]

    with transaction.atomic():
        assert carry_out(halls, first, stamps[0]) == 2
        other = InThread(lambda: carry_out(halls, second, stamps[1]))
        assert other.is_blocked()
    with pytest.raises(ChangedSincePreview):
        other.wait()

    assert evidences() == ["甲", "甲"]


def test_control_without_the_stamp_the_second_follows_what_nobody_previewed(
    halls: TwoHalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows the race: were what moved not seen, the set would be carried out on facts that its preview never showed."""
    first, second = rows_of(halls, "甲", JULY), rows_of(halls, "乙", ON)
    monkeypatch.setattr(bulk, "stamp_of", lambda *_: "")
    monkeypatch.setattr(SharesKind, "is_same", lambda *_: False)

    with transaction.atomic():
        carry_out(halls, first, "")
        other = InThread(lambda: carry_out(halls, second, ""))
        assert other.is_blocked()
    assert other.wait() == 2

    assert evidences() == ["甲", "甲", "乙", "乙"]

"""What stands around rating: snapshots, true-up of estimates, the chart of marginal prices, publishing warnings."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.tariffs.rules.catalogue import Catalogue, NoVersionInForce
from qingyuan.domains.tariffs.rules.estimates import EstimatedSpan, SpansDoNotJoin, spread_between_real_readings
from qingyuan.domains.tariffs.rules.marginal import marginal_prices
from qingyuan.domains.tariffs.rules.plan import VolumeRule
from qingyuan.domains.tariffs.rules.publishing import publishing_warnings
from qingyuan.domains.tariffs.rules.rate import NothingToRate, rate
from qingyuan.domains.tariffs.rules.request import RatingRequest, UsageShare
from qingyuan.domains.tariffs.rules.snapshot import SnapshotUnreadable, request_from_snapshot
from qingyuan.kernel.rounding import Rounding
from tests.pure.tariffs.plans import SHANGHAI, plan


def test_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(SnapshotUnreadable):
        request_from_snapshot({"format": "other/1"})
    with pytest.raises(SnapshotUnreadable):
        request_from_snapshot({"format": "qingyuan-rating/1", "months": 1})


def test_request_without_usage_is_refused() -> None:
    catalogue = Catalogue([plan()])

    with pytest.raises(NothingToRate):
        rate(RatingRequest(pieces=(), shares=(UsageShare(catalogue.refs("sh")),)), catalogue)


def test_real_usage_is_spread_over_estimated_spans_by_days() -> None:
    spans = [
        EstimatedSpan(date(2014, 1, 15), date(2014, 2, 15), Decimal("30.000")),
        EstimatedSpan(date(2014, 2, 15), date(2014, 3, 15), Decimal("30.000")),
        EstimatedSpan(date(2014, 3, 15), date(2014, 4, 15)),
    ]

    spread = spread_between_real_readings(Decimal(100), spans, VolumeRule(0, Rounding.HALF_UP))

    # 90 days: 31/90 → 34.4, 28/90 → 31.1, the last takes the rest.
    assert [each.volume for each in spread] == [Decimal(34), Decimal(31), Decimal(35)]
    assert [each.difference for each in spread] == [Decimal(4), Decimal(1), Decimal(35)]
    with pytest.raises(SpansDoNotJoin):
        spread_between_real_readings(Decimal(100), [spans[0], spans[2]], VolumeRule())


def test_marginal_prices_are_of_all_items_together() -> None:
    text = SHANGHAI + "  - {item: surcharge, percent_of: {items: [water], rate: '0.10'}}\n"

    steps = marginal_prices(plan(text), people=6)

    assert [(step.from_volume, step.to_volume, step.price) for step in steps] == [
        (Decimal(0), Decimal(364), Decimal("3.642")),
        (Decimal(364), Decimal(444), Decimal("5.16")),
        (Decimal(444), None, Decimal("6.26")),
    ]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (SHANGHAI + "document: 示例文号\n", []),
        (SHANGHAI, ["no_document"]),
        (SHANGHAI.replace("3.30", "1.00") + "document: 示例文号\n", ["price_falls"]),
        (
            SHANGHAI.replace("base_people: 4, extra_per_person: '72'", "per_person_from: 5, limits_per_person: ['40', '60']")
            + "document: 示例文号\n",
            ["people_raise_bill"],
        ),
    ],
)  # fmt: skip
def test_publishing_warns_of(text: str, codes: list[str]) -> None:
    assert [each.code.removeprefix("tariffs.warning.") for each in publishing_warnings(plan(text))] == codes


def test_assignments_give_the_versions_from_their_day_on() -> None:
    catalogue = Catalogue(
        [plan(), plan(SHANGHAI.replace("2013-08-01", "2014-02-01")), plan(SHANGHAI.replace("code: sh", "code: other"))]
    )
    assigned = [(date(2013, 1, 1), "sh"), (date(2014, 3, 1), "other")]

    refs = catalogue.refs_by_assignment(assigned, date(2014, 1, 10), date(2014, 4, 10))

    assert [(ref.code, ref.effective_from, ref.start) for ref in refs] == [
        ("sh", date(2013, 8, 1), date(2013, 8, 1)),
        ("sh", date(2014, 2, 1), date(2014, 2, 1)),
        ("other", date(2013, 8, 1), date(2014, 3, 1)),
    ]
    with pytest.raises(NoVersionInForce):
        catalogue.refs_by_assignment(assigned[1:], date(2014, 1, 10), date(2014, 4, 10))

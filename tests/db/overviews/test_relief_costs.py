"""What reliefs cost by period: a table worked by hand, beside what the bills' own lines hold, to the fen."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing.models import Bill, BillLine, BillReversal
from qingyuan.domains.billing.queries import relief_lines
from qingyuan.domains.billing.queries.relief_lines import ReliefsNotTold
from qingyuan.domains.routes.models import Book, ReadingArea
from qingyuan.kernel.period import Month
from qingyuan.overviews.relief_costs import By, CostQuestion, Costs, ReliefSpanRefused, relief_costs
from tests.factories.billing import PricedTown
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM, make_person, make_utility
from tests.factories.reliefs import make_relieved_town

D = Decimal
ON = date(2025, 4, 1)


@pytest.fixture(scope="module")
def priced(module_db: str) -> PricedTown:
    return make_relieved_town()


def asked(priced: PricedTown, **given: object) -> Costs:
    question = {"first": Month(2025, 1), "last": Month(2025, 3), **given}
    return relief_costs(SYSTEM, priced.company_id, CostQuestion(**question), on=ON)  # type: ignore[arg-type]


def told(found: Costs) -> list[tuple[object, ...]]:
    return [
        (row.yyyymm, row.scheme, row.funded_by, row.accounts, row.bills, row.volume, row.amount) for row in found.rows
    ]


@pytest.mark.usefixtures("db")
def test_table_worked_by_hand(priced: PricedTown) -> None:
    """| posted in | low: 5 m³ a month free, water 2.00 and sewage 1.00, 0.50 for the fifth | hero: half of the water |
    |---|---|---|
    | January: 20 m³, two months | 10×3 + 10×3 + 10×2.50 = 85.00 on 60 m³ | 20 + 20 = 40.00 on 40 m³ |
    | February: 10 m³ | 5×3 + 5×3 + 5×2.50 = 42.50 on 30 m³ | 10 + 10 = 20.00 on 20 m³ |
    | March | 20 m³ were 4: 4×3 − 10×3 = −18.00, −16 m³ | cancelled: −10.00, −10 m³ |
    """
    found = asked(priced)

    assert told(found) == [
        (202503, "hero", "utility", 1, -1, D("-10.000"), D("-10.00")),
        (202503, "low", "government", 1, 1, D("-16.000"), D("-18.00")),
        (202502, "hero", "utility", 2, 2, D("20.000"), D("20.00")),
        (202502, "low", "government", 3, 3, D("30.000"), D("42.50")),
        (202501, "hero", "utility", 2, 2, D("40.000"), D("40.00")),
        (202501, "low", "government", 3, 3, D("60.000"), D("85.00")),
    ]
    # the account with both schemes counts once: 80 + 40 − 10 − 16 m³
    assert (found.accounts, found.bills, found.volume, found.amount) == (4, 8, D("94.000"), D("159.50"))
    assert [row.scheme_name for row in found.rows[:2]] == ["hero", "低保减免"]
    assert [row.funder for row in found.rows[:2]] == ["", "市民政局"]
    assert_books_hold()


@pytest.mark.usefixtures("db")
def test_sum_is_that_of_the_lines_of_bills_less_cancelled_ones(priced: PricedTown) -> None:
    lines = BillLine.objects.filter(kind="relief")
    cancelled = BillReversal.objects.values_list("bill_id", flat=True)
    live = lines.exclude(bill_id__in=list(cancelled))

    assert asked(priced).amount == -sum(line.amount for line in live) != 0


@pytest.mark.usefixtures("db")
def test_filters_and_divisions_keep_the_sum(priced: PricedTown) -> None:
    area = ReadingArea.objects.create(company_id=priced.company_id, unit_id=priced.unit_id, code="A1", name="东片")
    inner = ReadingArea.objects.create(
        company_id=priced.company_id, unit_id=priced.unit_id, code="A2", name="东内片", parent=area
    )
    Book.objects.filter(pk=priced.town.book_id).update(area=inner)

    whole, of_low = asked(priced), asked(priced, scheme="low")
    by_unit, by_area = asked(priced, by=By.UNIT), asked(priced, by=By.AREA)

    assert of_low.amount == D("109.50") and {row.scheme for row in of_low.rows} == {"low"}
    assert (of_low.accounts, of_low.bills, of_low.volume) == (3, 7, D("74.000"))
    assert {row.place for row in by_area.rows} == {"东内片"} and len({row.place for row in by_unit.rows}) == 1
    assert [each.amount for each in (by_unit, by_area, asked(priced, area_id=area.pk))] == [whole.amount] * 3
    assert asked(priced, unit_id=priced.unit_id).amount == whole.amount
    assert asked(priced, unit_id=priced.town.utility.west_id).rows == ()
    assert asked(priced, first=Month(2025, 4), last=Month(2025, 4)) == Costs((), 0, 0, D(0), D(0))
    for first, last in ((Month(2025, 2), Month(2025, 1)), (Month(2022, 3), Month(2025, 3))):
        with pytest.raises(ReliefSpanRefused):
            asked(priced, first=first, last=last)


@pytest.mark.usefixtures("db")
def test_only_bills_within_reach_count(priced: PricedTown) -> None:
    question = CostQuestion(Month(2025, 1), Month(2025, 3))
    east = make_person(priced.unit_id, "billing.view", login="east")
    west = make_person(priced.town.utility.west_id, "billing.view", login="west")
    stranger = make_person(make_utility("09").east_id, "billing.view", login="stranger")

    found = [relief_costs(one, priced.company_id, question, on=ON).amount for one in (east, west, stranger)]

    assert found == [D("159.50"), D(0), D(0)]


@pytest.mark.usefixtures("db")
def test_bills_of_several_schemes_are_computed_again_up_to_a_bound(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relief_lines, "MOST_RATED", 2)
    assert asked(priced).amount == D("159.50")

    monkeypatch.setattr(relief_lines, "MOST_RATED", 1)
    with pytest.raises(ReliefsNotTold):
        asked(priced)
    assert Bill.objects.count() == 11  # nothing was written


@pytest.mark.usefixtures("db")
def test_question_is_a_few_statements(priced: PricedTown, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    asked(priced)

    with django_assert_max_num_queries(6):
        asked(priced)

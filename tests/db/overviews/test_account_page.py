"""An account's page: what each tab says, in a bounded number of queries."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from qingyuan.domains.customers.operations import place_hold, set_household_size, set_relief
from qingyuan.domains.customers.rules.states import HoldActivity
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.account_header import account_header
from qingyuan.overviews.account_money import bills_tab, payments_tab
from qingyuan.overviews.account_page import _bands, log_tab, overview_tab
from qingyuan.overviews.account_points import point_details
from qingyuan.overviews.account_readings import readings_of_account
from qingyuan.overviews.book_page import BookFilter, book_list, points_of_book
from qingyuan.overviews.meter_list import MeterFilter, meter_detail, meter_page
from tests.factories.platform import SYSTEM, make_person
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)


@pytest.fixture
def halls() -> TwoHalls:
    return make_two_halls()


def test_header_says_holder_points_and_holds(halls: TwoHalls) -> None:
    place_hold(
        actor=SYSTEM,
        account_id=halls.east_account_id,
        activity=HoldActivity.BILLING,
        reason="争议",
        from_date=TODAY,
        on=TODAY,
    )

    header = account_header(SYSTEM, "10000001", on=TODAY)

    assert header.holder is not None
    assert (header.holder.name, header.address) == ("单小明", "中山路阳光花园3幢1单元501室")
    assert [(point.book_no, point.order_no, point.meter_no) for point in header.points] == [("B-001", 1, "W1")]
    assert [(hold.activity, hold.reason, hold.is_current) for hold in header.holds] == [
        (HoldActivity.BILLING, "争议", True)
    ]


def test_header_is_not_found_outside_the_reach_of_each_permission(halls: TwoHalls) -> None:
    east = make_person(halls.utility.east_id, "customers.view")

    assert account_header(east, "10000001", on=TODAY).account_no == "10000001"
    with pytest.raises(NotFound):
        account_header(east, "10000002", on=TODAY)
    with pytest.raises(NotFound):
        account_header(east, "10000001", on=TODAY, permissions=("customers.view", "customers.change"))
    with pytest.raises(NotFound):
        account_header(east, "no such", on=TODAY)


def test_overview_tab_shows_what_held_when(halls: TwoHalls) -> None:
    set_household_size(
        actor=SYSTEM, account_id=halls.east_account_id, people=6, from_date=TODAY, evidence="户口簿", on=TODAY
    )
    set_relief(
        actor=SYSTEM,
        account_id=halls.east_account_id,
        scheme="low-income",
        from_date=date(2025, 6, 1),
        to_date=date(2025, 6, 20),
        evidence="低保证",
        on=TODAY,
    )

    tab = overview_tab(account_header(SYSTEM, "10000001", on=TODAY), on=TODAY)

    assert [(row.people, row.to_date) for row in tab.people] == [(6, None), (4, TODAY)]
    assert [(row.scheme, row.is_current) for row in tab.reliefs] == [("low-income", False)]
    assert (tab.usage, tab.tiers) == ((), ())


@pytest.mark.parametrize(
    ("used", "each"),
    [("0", ["0", "0", "0"]), ("220", ["220", "0", "0"]), ("250.5", ["220", "30.5", "0"]), ("310", ["220", "80", "10"])],
)
def test_tier_bands_split_what_is_used(used: str, each: list[str]) -> None:
    bands = _bands((Decimal(220), Decimal(300)), Decimal(used))

    assert [band.used for band in bands] == [Decimal(one) for one in each]


def test_log_tab_tells_account_customer_and_points(halls: TwoHalls) -> None:
    set_household_size(
        actor=SYSTEM, account_id=halls.east_account_id, people=5, from_date=TODAY, evidence="户口簿", on=TODAY
    )

    (entry,) = log_tab(account_header(SYSTEM, "10000001", on=TODAY))

    assert (entry.action, entry.before["people"], entry.after["people"]) == ("customers.set_household_size", 4, 5)


def test_every_tab_takes_at_most_twenty_queries(
    halls: TwoHalls, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_person(
        halls.utility.east_id, "customers.view", "meters.view", "readings.view", "billing.view", "payments.view"
    )

    for permission in ("customers.view", "meters.view", "readings.view", "billing.view", "payments.view"):
        with django_assert_max_num_queries(20):
            header = account_header(person, "10000001", on=TODAY, permissions=tuple({"customers.view", permission}))
            match permission:
                case "customers.view":
                    overview_tab(header, on=TODAY)
                case "meters.view":
                    point_details([point.point_id for point in header.points], on=TODAY)
                case "readings.view":
                    readings_of_account(header.id)
                case "billing.view":
                    bills_tab(header.id, header.dues)
                case _:
                    payments_tab(header.id)


def test_meters_and_books_are_within_reach_and_bounded(
    halls: TwoHalls, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    east = make_person(halls.utility.east_id, "meters.view", "routes.view")

    with django_assert_max_num_queries(12):
        meters = meter_page(east, MeterFilter(), on=TODAY)
    with django_assert_max_num_queries(12):
        books = book_list(east, BookFilter(), on=TODAY)

    assert [(row.meter_no, row.account_no, row.book_no) for row in meters.rows] == [("W1", "10000001", "B-001")]
    assert [(row.book_no, row.point_count) for row in books.rows] == [("B-001", 1)]
    assert books.point_count == 1
    assert [row.meter_no for row in points_of_book(books.rows[0].id, on=TODAY).rows] == ["W1"]
    assert [one.account_no for one in meter_detail(east, "W1", on=TODAY).installations] == ["10000001"]
    with pytest.raises(NotFound):
        meter_detail(east, "W2", on=TODAY)

"""Queries on billing's hot path: what they answer, and that their cost does not grow with the number of points."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.queries import billing_facts
from qingyuan.domains.meters import queries
from qingyuan.domains.meters.models import ItemOption, Quota, ServicePoint, UsageShare
from qingyuan.domains.meters.operations import NewOption, NewShare, install_points
from qingyuan.domains.meters.rules.states import LinkKind, ShareKind
from tests.factories.customers import make_account
from tests.factories.meters import (
    ON,
    make_book,
    make_charge_item,
    make_item_plan,
    make_model,
    make_point,
    make_usage_class,
    new_installation,
)
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility

LATER = date(2025, 9, 1)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_model(made.company_id)
    make_usage_class(made.company_id)
    make_usage_class(made.company_id, "TRADE", "非居民")
    make_charge_item(made.company_id)
    make_item_plan(made.company_id)
    for number in range(1, 4):
        make_account(f"1000000{number}", people=4)
    return made


def test_rating_facts(utility: Utility, db: None) -> None:
    make_book()
    point_id = make_point(
        "10000001",
        shares=(NewShare("TRADE", ShareKind.FIXED, Decimal(20)), NewShare("RESIDENTIAL")),
        options=(NewOption("sewage", "sewage-high", "文1"),),
        quota=Decimal(300),
    )

    facts = queries.rating_facts([point_id, 404], from_date=ON, to_date=LATER)

    assert list(facts) == [point_id]
    one = facts[point_id]
    assert (one.point_no, one.calibre, one.opened_date) == ("P00000001", 15, ON)
    assert [(share.class_code, share.kind, share.value) for share in one.shares_on(ON)] == [
        ("TRADE", ShareKind.FIXED, Decimal(20)),
        ("RESIDENTIAL", ShareKind.REMAINDER, None),
    ]
    assert [(option.item_code, option.plan_code) for option in one.options] == [("sewage", "sewage-high")]
    assert [(quota.volume, quota.of_account) for quota in one.quotas] == [(Decimal(300), False)]


def test_rating_facts_leave_out_what_lies_outside_the_window_or_never_was(utility: Utility, db: None) -> None:
    make_book()
    point_id = make_point("10000001")
    UsageShare.objects.filter(point_id=point_id).update(to_date=date(2025, 7, 1))
    class_id = UsageShare.objects.get(point_id=point_id).usage_class_id
    spans = [(date(2025, 7, 1), date(2025, 7, 1)), (date(2025, 7, 1), date(2025, 8, 1)), (date(2025, 8, 1), None)]
    for from_date, to_date in spans:
        UsageShare.objects.create(
            company_id=utility.company_id, point_id=point_id, usage_class_id=class_id, from_date=from_date,
            to_date=to_date,
        )  # fmt: skip

    facts = queries.rating_facts([point_id], from_date=date(2025, 7, 10), to_date=date(2025, 8, 1))

    assert [share.from_date for share in facts[point_id].shares] == [date(2025, 7, 1)]


def test_a_quota_of_the_account_counts_for_points_without_their_own(utility: Utility, db: None) -> None:
    make_book()
    first, second = make_point("10000001"), make_point("10000001", "W2", quota=Decimal(9))
    account_id = queries.accounts_of_points([first], on=ON)[first]
    Quota.objects.create(company_id=utility.company_id, account_id=account_id, volume=Decimal(50), from_date=ON)

    facts = queries.rating_facts([first, second], from_date=ON, to_date=LATER)

    assert [(quota.volume, quota.of_account) for quota in facts[first].quotas] == [(Decimal(50), True)]
    assert [(quota.volume, quota.of_account) for quota in facts[second].quotas] == [(Decimal(9), False)]


def test_points_in_books_follow_the_order_of_the_book(utility: Utility, db: None) -> None:
    book_id, other_id = make_book(), make_book("B-002")
    last = make_point("10000001", order_no=30)
    first = make_point("10000002", order_no=10)
    elsewhere = make_point("10000003", book_no="B-002")

    found = queries.points_in_books([book_id], ON)

    assert [(point.point_id, point.order_no) for point in found] == [(first, 10), (last, 30)]
    assert queries.points_in_books([book_id], date(2025, 5, 31)) == ()
    assert [point.point_id for point in queries.points_in_books([other_id, book_id], ON)] == [first, last, elsewhere]
    assert found[0].account_id == queries.accounts_of_points([first], on=ON)[first]


def test_installations_between(utility: Utility, db: None) -> None:
    make_book()
    point_id = make_point("10000001", "W-1", start_value=Decimal(7), multiplier=Decimal(10))

    (fact,) = queries.installations_between([point_id])[point_id]

    assert (fact.meter_no, fact.multiplier, fact.removed_at) == ("W-1", Decimal(10), None)
    assert [(one.register_no, one.start_value, one.maximum) for one in fact.registers] == [
        (1, Decimal(7), Decimal(100_000))
    ]
    assert queries.installations_between([point_id], None, datetime(2025, 5, 1, tzinfo=UTC)) == {}
    assert queries.current_installations([point_id])[point_id] == fact


def test_links(utility: Utility, db: None) -> None:
    make_book()
    main = make_point("10000001", point_no="M")
    sub = make_point("10000002", point_no="S", main_point_no="M")

    (link,) = queries.links(main_ids=[main], on=ON)

    assert (link.main_point_no, link.sub_point_no, link.kind) == ("M", "S", LinkKind.DEDUCT)
    assert queries.links(sub_ids=[sub], on=ON) == (link,)
    assert queries.links(sub_ids=[main], on=ON) == ()
    assert queries.links(main_ids=[main], on=date(2025, 5, 1)) == ()


def test_the_number_of_queries_does_not_grow_with_the_number_of_points(utility: Utility, db: None) -> None:
    book_id = make_book()
    rows = [new_installation("10000001", f"Q{number}", place=str(number)) for number in range(50)]
    ids = install_points(actor=SYSTEM, rows=rows, on=ON).ids
    accounts = sorted(set(queries.accounts_of_points(ids, on=ON).values()))

    def counted(points: tuple[int, ...]) -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.rating_facts(points, from_date=ON, to_date=LATER)
            queries.installations_between(points)
            queries.links(main_ids=points, on=ON)
            queries.points_in_books([book_id], ON)
            billing_facts(accounts, on=ON)
        return len(asked)

    assert counted(ids[:1]) == counted(ids) == 5 + 2 + 1 + 2 + 5


def test_billing_facts(utility: Utility, db: None) -> None:
    account_id = make_account("10000009", people=5, tier_anchor="11-01")

    facts = billing_facts([account_id], on=ON)[account_id]

    assert (facts.account_no, facts.anchor, facts.people) == ("10000009", "11-01", ((ON, 5),))
    assert facts.customer_id is not None
    assert billing_facts([account_id], on=date(2025, 5, 1))[account_id].customer_id is None


def test_options_of_a_point_are_one_row_each(utility: Utility, db: None) -> None:
    make_book()
    make_point("10000001", options=(NewOption("sewage"),))

    option = ItemOption.objects.get()

    assert (option.plan, ServicePoint.objects.count()) == (None, 1)

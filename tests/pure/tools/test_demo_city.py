"""The demo city keeps its promises: the same every time, every plan and every peculiarity often enough, nobody real."""

from collections import Counter

import pytest

from qingyuan.tools.demo import names
from qingyuan.tools.demo.city import HALLS, LEAST_SHARE, CityTooSmall, Peculiarity, plan_city, volume_of


def test_city_is_the_same_for_the_same_size() -> None:
    assert plan_city(2_000) == plan_city(2_000)


@pytest.mark.parametrize("size", [400, 2_000, 5_000])
def test_every_plan_has_fifty_accounts_at_any_size(size: int) -> None:
    city = plan_city(size)

    by_plan = Counter(
        account.hall.residential_plan if account.usage_class == "RESIDENTIAL" else account.usage_class
        for account in city
    )

    assert set(by_plan) == {hall.residential_plan for hall in HALLS} | {"INDUSTRY", "PUBLIC", "LOW_INCOME"}
    assert min(by_plan.values()) >= 50


@pytest.mark.parametrize("size", [200, 400, 2_000])
def test_every_peculiarity_is_on_two_percent_of_the_points(size: int) -> None:
    city = plan_city(size)

    counts = Counter(mark for account in city for mark in account.peculiarities)

    for peculiarity in [*LEAST_SHARE, Peculiarity.MAIN, Peculiarity.SUB]:
        assert counts[peculiarity] >= size * 0.02, peculiarity


def test_numbers_and_addresses_are_unique() -> None:
    city = plan_city(5_000)

    addresses = {(a.street, a.estate, a.street_no, a.building, a.entrance, a.room) for a in city}

    assert len(addresses) == 5_000
    assert len({account.account_no for account in city}) == 5_000
    assert len({account.phone for account in city}) == 5_000
    assert len({(account.book_no, account.order_no) for account in city}) == 5_000


def test_every_person_is_marked_and_has_a_number_nobody_has() -> None:
    for account in plan_city(2_000):
        assert names.MARK in account.name
        assert account.phone.startswith("120") and len(account.phone) == 11


def test_subs_hang_under_mains_that_use_more_than_they_do() -> None:
    city = plan_city(2_000)
    by_index = {account.index: account for account in city}

    for account in city:
        assert (account.main_index is not None) == (Peculiarity.SUB in account.peculiarities)
        if account.main_index is not None:
            assert Peculiarity.MAIN in by_index[account.main_index].peculiarities


def test_a_month_has_the_same_volume_every_time() -> None:
    account = plan_city(400)[7]

    assert volume_of(account, 202507) == volume_of(account, 202507)
    assert {volume_of(account, 202500 + month) for month in range(1, 13)} != {volume_of(account, 202507)}


def test_a_city_too_small_to_show_everything_is_refused() -> None:
    with pytest.raises(CityTooSmall) as refusal:
        plan_city(199)

    assert refusal.value.params == {"asked": 199, "least": 200}

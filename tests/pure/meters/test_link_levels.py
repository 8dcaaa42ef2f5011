"""Levels of mains and subs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.meters.rules.links import LinkCycle, levels


def test_levels_count_from_the_main_under_no_other() -> None:
    assert levels([(1, 2), (2, 3), (1, 4), (4, 3), (3, 5), (1, 5)]) == {1: 1, 2: 2, 4: 2, 3: 3, 5: 4}


def test_a_ring_has_no_level() -> None:
    with pytest.raises(LinkCycle):
        levels([(1, 2), (2, 3), (3, 2)])


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] < pair[1])))
def test_each_sub_is_below_all_of_its_mains(edges: list[tuple[int, int]]) -> None:
    found = levels(edges)

    assert set(found) == {point for edge in edges for point in edge}
    assert all(found[main] < found[sub] for main, sub in edges)
    assert all(
        level == 1 or any(found[main] == level - 1 for main, sub in edges if sub == point)
        for point, level in found.items()
    )

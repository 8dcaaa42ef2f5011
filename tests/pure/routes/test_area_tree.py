"""The tree of reading areas."""

from qingyuan.domains.routes.rules.area_tree import area_tree, within_area

AREAS = [
    (4, "B", "乙", None),
    (1, "A", "甲", None),
    (3, "A2", "甲二", 1),
    (2, "A1", "甲一", 1),
    (5, "A11", "甲一一", 2),
]


def test_each_area_stands_under_its_parent_by_code() -> None:
    assert [(one.id, one.depth) for one in area_tree(AREAS)] == [(1, 0), (2, 1), (5, 2), (3, 1), (4, 0)]


def test_what_lies_within_an_area_goes_down_to_the_leaves() -> None:
    areas = area_tree(AREAS)

    assert within_area(areas, 1) == {1, 2, 3, 5}
    assert within_area(areas, 2) == {2, 5}
    assert within_area(areas, 4) == {4}


def test_a_parent_out_of_sight_counts_as_none_and_a_ring_is_left_out() -> None:
    assert [one.id for one in area_tree([(2, "X", "x", 99), (6, "Y", "y", 7), (7, "Z", "z", 6)])] == [2]

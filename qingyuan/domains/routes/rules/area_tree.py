"""The tree of reading areas (片区树): each area under its parent, and what lies within one."""

from collections.abc import Sequence
from typing import NamedTuple


class TreeArea(NamedTuple):
    """An area with its place in the tree; `depth` is 0 at the top."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int


def area_tree(areas: Sequence[tuple[int, str, str, int | None]]) -> tuple[TreeArea, ...]:
    """Areas given as (id, code, name, parent), each followed by its children, by code. A parent that is not given counts as
    none; a ring of parents cannot be reached from the top and is left out.
    """
    known = {area[0] for area in areas}
    below: dict[int | None, list[tuple[int, str, str, int | None]]] = {}
    for area in sorted(areas, key=lambda one: one[1]):
        below.setdefault(area[3] if area[3] in known else None, []).append(area)
    made: list[TreeArea] = []
    waiting = [(area, 0) for area in reversed(below.get(None, []))]
    while waiting:
        area, depth = waiting.pop()
        made.append(TreeArea(*area, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(area[0], []))]
    return tuple(made)


def within_area(areas: Sequence[TreeArea], area_id: int) -> frozenset[int]:
    """The area and all areas under it; `areas` in the order of `area_tree`."""
    found = {area_id}
    for area in areas:
        if area.parent_id in found:
            found.add(area.id)
    return frozenset(found)

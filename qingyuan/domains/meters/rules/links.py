"""Main and sub meters (总分表): the links never lead in a ring."""

from collections.abc import Iterable

from qingyuan.kernel.errors import DomainError


class LinkCycle(DomainError):
    """The sub would lie above its own main."""

    code = "meters.link_cycle"


def check_acyclic(edges: Iterable[tuple[int, int]], new_edges: Iterable[tuple[int, int]]) -> None:
    """`edges` are (main, sub) pairs in force, themselves without a ring. Raises LinkCycle for the first new pair that closes one."""
    below: dict[int, set[int]] = {}
    for main, sub in edges:
        below.setdefault(main, set()).add(sub)
    for main, sub in new_edges:
        if main == sub or main in _all_below(sub, below):
            raise LinkCycle(main_id=main, sub_id=sub)
        below.setdefault(main, set()).add(sub)


def _all_below(point: int, below: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [point]
    while waiting:
        fresh = below.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def levels(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """By point of these (main, sub) pairs without a ring: 1 for one that hangs under no other, else one more than the
    deepest main above it (级次).
    """
    above: dict[int, set[int]] = {}
    for main, sub in edges:
        above.setdefault(sub, set()).add(main)
        above.setdefault(main, set())
    found: dict[int, int] = {}
    waiting = sorted(above)
    while waiting:
        ready = [point for point in waiting if above[point] <= found.keys()]
        if not ready:
            raise LinkCycle(main_id=waiting[0], sub_id=waiting[0])
        for point in ready:
            found[point] = 1 + max((found[main] for main in above[point]), default=0)
        waiting = [point for point in waiting if point not in found]
    return found

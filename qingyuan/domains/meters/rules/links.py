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

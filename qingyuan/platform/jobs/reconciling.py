"""Who has unfinished work (对账续跑): after a crash a job row says nothing, the work's own chunk rows say all.

A domain enters a function at start-up (in its AppConfig.ready); it finds chunks that are not finished and that nobody
works on, defers them again, and returns how many. It must be quick, and right when called at any time.
"""

from collections.abc import Callable, Mapping

Reconciler = Callable[[], int]

_known: dict[str, Reconciler] = {}


def enter(name: str, reconciler: Reconciler) -> None:
    """Enter a domain's function under a name, once. Raises LookupError for a second one of the name."""
    if _known.setdefault(name, reconciler) is not reconciler:
        raise LookupError(f"reconciler {name} is entered twice")


def known() -> Mapping[str, Reconciler]:
    """All functions by name."""
    return _known

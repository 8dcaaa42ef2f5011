"""All invariants in their order, and one run over them."""

import pkgutil
from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from qingyuan.overviews import verify
from qingyuan.overviews.verify.finding import Breach, Invariant


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one invariant."""

    number: int
    title: str
    breaches: tuple[Breach, ...]

    @property
    def holds(self) -> bool:
        return not self.breaches


def invariants() -> tuple[Invariant, ...]:
    """All of them, by number: the modules of this package that hold an INVARIANT."""
    found = []
    for module in pkgutil.iter_modules(verify.__path__):
        if module.name.startswith("invariant_"):
            found.append(cast(Invariant, import_module(f"{verify.__name__}.{module.name}").INVARIANT))
    return tuple(sorted(found, key=lambda invariant: invariant.number))


def verify_all(only: Collection[int] = ()) -> tuple[Verdict, ...]:
    """Check all invariants, or those numbers alone. Reads, never writes."""
    return tuple(
        Verdict(invariant.number, invariant.title, tuple(invariant.check()))
        for invariant in invariants()
        if not only or invariant.number in only
    )

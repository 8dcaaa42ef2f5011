"""Sums of a simulation (测算汇总): plain numbers by dimension, which chunks make apart and the end adds up.

Everything is whole fen and litres, so that the order of adding changes nothing. A cell is a dictionary that JSON keeps
as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from qingyuan.domains.simulations.rules.outcome import Outcome

Cell = dict[str, Any]
DIMENSIONS = ("class", "area", "people")


def empty_cell() -> Cell:
    """bills, litres, issued / base / new fen, items {code: [base, new]}, tiers and cycles as [base, new] lists by tier."""
    return {
        "bills": 0,
        "litres": 0,
        "issued": 0,
        "base": 0,
        "new": 0,
        "items": {},
        "tiers": [[], []],
        "cycles": [[], []],
    }


def add_bills(cell: Cell, base: Outcome, new: Outcome, *, count: int, issued: int) -> None:
    """Add `count` bills with these outcomes that were issued over `issued` fen together."""
    cell["bills"] += count
    cell["litres"] += base.litres * count
    cell["issued"] += issued
    cell["base"] += base.fen * count
    cell["new"] += new.fen * count
    items, tiers = cell["items"], cell["tiers"]
    for side, outcome in enumerate((base, new)):
        for code, fen in outcome.items:
            amounts = items.get(code)
            if amounts is None:
                amounts = items[code] = [0, 0]
            amounts[side] += fen * count
        into = tiers[side]
        if len(into) < len(outcome.tiers):
            into.extend([0] * (len(outcome.tiers) - len(into)))
        for place, litres in enumerate(outcome.tiers):
            if litres:
                into[place] += litres * count


def add_cycle(cell: Cell, side: int, top: int, count: int = 1) -> None:
    """A household's cycle that reached the tier `top`."""
    _add_list(cell["cycles"][side], [0] * (top - 1) + [count])


def merge(into: Cell, other: Mapping[str, Any]) -> None:
    """Add another cell."""
    for name in ("bills", "litres", "issued", "base", "new"):
        into[name] += other[name]
    for code, amounts in other["items"].items():
        known = into["items"].setdefault(code, [0, 0])
        known[0] += amounts[0]
        known[1] += amounts[1]
    for name in ("tiers", "cycles"):
        for side in (0, 1):
            _add_list(into[name][side], other[name][side])


def merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The results of all chunks as one: `total` cell, cells by dimension, what was not rated, what the check found."""
    whole: dict[str, Any] = {
        "total": empty_cell(),
        **{name: {} for name in DIMENSIONS},
        "refused": {},
        "differing": 0,
        "left_out": 0,
    }
    for part in parts:
        merge(whole["total"], part["total"])
        for name in DIMENSIONS:
            for key, cell in part[name].items():
                merge(whole[name].setdefault(key, empty_cell()), cell)
        for code, (count, fen) in part["refused"].items():
            known = whole["refused"].setdefault(code, [0, 0])
            known[0] += count
            known[1] += fen
        whole["differing"] += part["differing"]
        whole["left_out"] += part["left_out"]
    return whole


def _add_list(into: list[int], more: list[int]) -> None:
    into.extend([0] * (len(more) - len(into)))
    for place, value in enumerate(more):
        into[place] += value

"""One chunk of a simulation (测算分块): the walked bills of whole tier groups gathered into cells and accounts' sums."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from qingyuan.domains.simulations.rules.outcome import Cycle, Outcome
from qingyuan.domains.simulations.rules.sums import Cell, add_bills, add_cycle, empty_cell, merge

MOST_PEOPLE = 8
"""Households of this many people and more stand together."""
Dims = tuple[int | None, int | None, int | None]
"""Usage class, reading area, people of a bill."""


class AccountSums(NamedTuple):
    """What an account comes to over the window. Money in fen, volume in litres; the dimensions are its last bill's."""

    account_id: int
    class_id: int | None
    area_id: int | None
    people: int | None
    bills: int
    litres: int
    base_fen: int
    new_fen: int


class Chunk:
    """Gathers bills group by group. The many bills with the same outcomes are only counted, and summed at the end."""

    def __init__(self) -> None:
        self._tally: Counter[tuple[Dims, Outcome, Outcome]] = Counter()
        self._issued: Counter[tuple[Dims, Outcome, Outcome]] = Counter()
        self._cycles: tuple[Counter[tuple[Dims, int]], Counter[tuple[Dims, int]]] = (Counter(), Counter())
        self._refused: dict[str, list[int]] = {}
        self._accounts: dict[int, list[int]] = {}
        self._dims: dict[int, Dims] = {}
        self._reached: tuple[dict[Cycle, tuple[int, Dims]], dict[Cycle, tuple[int, Dims]]] = ({}, {})
        self._differing = 0
        self._left_out = 0

    def add(self, *, account_id: int, dims: Dims, issued: int, base: Outcome, new: Outcome) -> None:
        """A bill of the window. What cannot be rated by one side is left out of both, and counted apart."""
        if base.fen != issued or base.code:
            self._differing += 1
        code = base.code or new.code
        if code:
            known = self._refused.setdefault(code, [0, 0])
            known[0] += 1
            known[1] += issued
            return
        people = dims[2]
        if people is not None and people > MOST_PEOPLE:
            dims = (dims[0], dims[1], MOST_PEOPLE)
        key = (dims, base, new)
        self._tally[key] += 1
        self._issued[key] += issued
        sums = self._accounts.get(account_id)
        if sums is None:
            sums = self._accounts[account_id] = [0, 0, 0, 0]
        sums[0] += 1
        sums[1] += base.litres
        sums[2] += base.fen
        sums[3] += new.fen
        self._dims[account_id] = dims
        for side, outcome in ((0, base), (1, new)):
            cycle = outcome.cycle
            if cycle is None:
                self._cycles[side][dims, outcome.top] += 1
            else:
                known_top = self._reached[side].get(cycle)
                top = outcome.top if known_top is None else max(known_top[0], outcome.top)
                self._reached[side][cycle] = (top, dims)

    def leave_out(self) -> None:
        """A bill that the reform does not touch."""
        self._left_out += 1

    def end_group(self) -> None:
        """The group is done: each of its cycles counts once, with the highest tier that it reached."""
        for side, reached in enumerate(self._reached):
            for top, dims in reached.values():
                self._cycles[side][dims, top] += 1
            reached.clear()

    def accounts(self) -> Iterable[AccountSums]:
        """What each account comes to, by id."""
        for account_id in sorted(self._accounts):
            yield AccountSums(account_id, *self._dims[account_id], *self._accounts[account_id])

    def result(self) -> dict[str, Any]:
        """The chunk's sums as plain data, for `sums.merged`."""
        cells: tuple[dict[str, Cell], ...] = ({}, {}, {})
        for key, count in self._tally.items():
            dims, base, new = key
            for cell in self._cells(dims, cells):
                add_bills(cell, base, new, count=count, issued=self._issued[key])
        for side in (0, 1):
            for (dims, top), count in self._cycles[side].items():
                for cell in self._cells(dims, cells):
                    add_cycle(cell, side, top, count)
        total = empty_cell()
        for cell in cells[0].values():
            merge(total, cell)
        return {
            "total": total,
            "class": cells[0],
            "area": cells[1],
            "people": cells[2],
            "refused": self._refused,
            "differing": self._differing,
            "left_out": self._left_out,
        }

    @staticmethod
    def _cells(dims: Dims, cells: tuple[dict[str, Cell], ...]) -> list[Cell]:
        found = []
        for by, value in zip(cells, dims, strict=True):
            key = "" if value is None else str(value)
            cell = by.get(key)
            if cell is None:
                cell = by[key] = empty_cell()
            found.append(cell)
        return found

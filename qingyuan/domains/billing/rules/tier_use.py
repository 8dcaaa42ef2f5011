"""Tier use of a chunk's groups (阶梯已用量): what stands in the database, and what the chunk adds while it calculates."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.terms import Use
from qingyuan.domains.tariffs.rules.request import TierUse

_ZERO = Decimal("0.000")

Key = tuple[str, date]
"""Counter and cycle start."""


class Counted(NamedTuple):
    """Volume counted in one group under one counter and cycle, at one tier position."""

    group_id: int
    counter: str
    cycle_start: date
    position: int
    sequence: int
    volume: Decimal


class GroupUse:
    """One group's use, walked in tier order: `before` may only be asked for positions that do not go back."""

    __slots__ = ("_running", "_waiting", "has_later")

    def __init__(self) -> None:
        self.has_later = False
        """Whether entries stand after a position that was asked for: the room of their bills moves with what is added there."""
        self._running: dict[Key, Decimal] = {}
        self._waiting: list[Counted] = []

    def load(self, counted: Counted) -> None:
        """Take in an entry of the database, in any order, before the first question."""
        self._waiting.append(counted)

    def sort(self) -> None:
        """After loading: entries wait latest first, so that the earliest is taken from the end."""
        if len(self._waiting) > 1:
            self._waiting.sort(key=lambda each: (each.position, each.sequence), reverse=True)

    def before(self, position: int, sequence: int) -> Use:
        """Use with an earlier tier position, per counter and cycle, in a fixed order."""
        waiting = self._waiting
        while waiting and (waiting[-1].position, waiting[-1].sequence) < (position, sequence):
            entry = waiting.pop()
            key = (entry.counter, entry.cycle_start)
            self._running[key] = self._running.get(key, _ZERO) + entry.volume
        if waiting:
            self.has_later = True
        running = self._running
        return tuple(running.items()) if len(running) < 2 else tuple(sorted(running.items()))

    def add(self, entries: Iterable[TierUse]) -> None:
        """Count what the case just calculated adds."""
        running = self._running
        for entry in entries:
            if entry.cycle_start is not None:
                key = (entry.counter, entry.cycle_start)
                running[key] = running.get(key, _ZERO) + entry.volume


class UseTable:
    """The use of all groups of a chunk."""

    def __init__(self, counted: Iterable[Counted] = ()) -> None:
        self._groups: dict[int, GroupUse] = {}
        for entry in counted:
            self.of(entry.group_id).load(entry)
        for group in self._groups.values():
            group.sort()

    def of(self, group_id: int) -> GroupUse:
        """The group's use; empty for a group without entries."""
        group = self._groups.get(group_id)
        if group is None:
            group = self._groups[group_id] = GroupUse()
        return group

    def groups_with_later(self) -> list[int]:
        """Groups in which bills stand after a case that was worked: their room moved."""
        return sorted(group_id for group_id, group in self._groups.items() if group.has_later)

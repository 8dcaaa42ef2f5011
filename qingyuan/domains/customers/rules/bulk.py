"""Bulk change of facts (批量变更): the rows of one set, what becomes of each, and the stamp by which a preview is known again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError

MOST_ROWS = 50_000
"""Of one set. More is a matter of several sets: each is one transaction under the locks of all its accounts or points."""

ValueT = TypeVar("ValueT")


class NumberUnknown(DomainError):
    """The company has no account or point with this number."""

    code = "customers.number_unknown"


class RepeatedInSet(DomainError):
    """An earlier row of the same set changes the same fact of the same account or point."""

    code = "customers.repeated_in_set"


class SetTooLarge(DomainError):
    """The set has more rows than one change takes."""

    code = "customers.set_too_large"


class ChangedSincePreview(DomainError):
    """What the preview showed is no longer so: facts moved meanwhile. Nothing was changed."""

    code = "customers.changed_since_preview"


class RowVerdict(StrEnum):
    """What becomes of a row: its fact changes, it is so already, or it is refused."""

    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class BulkRow(Generic[ValueT]):
    """One account or point, by its number, and what shall hold for it in [from_date, to_date).

    `place` names the row for a person (row 7 of a file, or the number itself).
    """

    place: str
    number: str
    value: ValueT
    from_date: date
    evidence: str
    to_date: date | None = None


@dataclass(frozen=True, slots=True)
class LastFact(Generic[ValueT]):
    """What began last for an account or point: `keys` of its rows, its value and span."""

    keys: tuple[int, ...]
    value: ValueT
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class JudgedRow(Generic[ValueT]):
    """A row with its verdict: `before` None where nothing was ever registered; `code` and `params` say why it is refused."""

    row: BulkRow[ValueT]
    subject_id: int | None
    before: LastFact[ValueT] | None
    verdict: RowVerdict
    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedSet(Generic[ValueT]):
    """The rows of a set in their order, and the stamp of all that was judged."""

    rows: tuple[JudgedRow[ValueT], ...]
    stamp: str

    def count(self, verdict: RowVerdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def changed(self) -> int:
        return self.count(RowVerdict.CHANGED)


def check_size(rows: Sequence[object]) -> None:
    """Raises SetTooLarge."""
    if len(rows) > MOST_ROWS:
        raise SetTooLarge(rows=len(rows), limit=MOST_ROWS)


def stamp_of(action: str, rows: Sequence[JudgedRow[ValueT]]) -> str:
    """sha256 over what the rows were, shall be, and are judged to be: another stamp means that something moved."""
    told = [
        [
            judged.row.place,
            judged.row.number,
            repr(judged.row.value),
            judged.row.from_date,
            judged.row.to_date,
            judged.row.evidence,
            None if judged.before is None else [judged.before.keys, judged.before.from_date, judged.before.to_date],
            judged.verdict.value,
            judged.code,
        ]
        for judged in rows
    ]
    return sha256_hex(canonical_json([action, told]))

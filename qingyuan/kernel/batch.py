"""What a set-wise operation answers (批量结果): each element is done, skipped with a reason, or failed with a code."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BatchIssue:
    """One element that was not done. `place` names it for a person (row 7, account 10010007), `code` as in DomainError."""

    place: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """`ids` are the rows made or changed, in the order of the input."""

    ids: tuple[int, ...] = ()
    skipped: tuple[BatchIssue, ...] = ()
    failed: tuple[BatchIssue, ...] = ()

    @property
    def done(self) -> int:
        return len(self.ids)

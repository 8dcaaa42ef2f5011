"""Bulk change of facts (批量变更): one set judged and written set-wise in one transaction, for accounts here and points above.

A kind of fact says where its rows stand (`FactKind`); how a change follows what holds is `rules.history`, as for one.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Generic

from django.db import IntegrityError, models, transaction

from qingyuan.domains.customers.declarations import BACKDATE_DAYS
from qingyuan.domains.customers.rules.bulk import (
    BulkRow,
    ChangedSincePreview,
    JudgedRow,
    JudgedSet,
    LastFact,
    NumberUnknown,
    RepeatedInSet,
    RowVerdict,
    ValueT,
    check_size,
    stamp_of,
)
from qingyuan.domains.customers.rules.history import InForce, check_evidence, check_span, spans_to_close
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit.operations import record_bulk
from qingyuan.platform.copying import violated_constraint
from qingyuan.platform.parameters.queries import integer
from qingyuan.platform.staff.queries import Reach, reach

Part = tuple[int, str]
"""An account or point, and which of its facts of the kind: the charge item, the scheme, or nothing."""
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Subject:
    """The account or point that a row is about."""

    id: int
    number: str
    company_id: int
    unit_id: int
    opened_date: date
    is_closed: bool


class FactKind(ABC, Generic[ValueT]):
    """One kind of fact for one company and one set: made anew for each, since it remembers what it looked up."""

    action: ClassVar[str]
    permission: ClassVar[str]
    object_type: ClassVar[str]

    def __init__(self, company_id: int) -> None:
        self.company_id = company_id

    @abstractmethod
    def subjects(self, numbers: Collection[str]) -> Mapping[str, Subject]:
        """By number, whatever the company; unknown numbers are left out."""

    @abstractmethod
    def lock(self, subject_ids: Iterable[int]) -> None:
        """Lock the accounts or points until the transaction ends."""

    @abstractmethod
    def closed(self, subject: Subject) -> DomainError:
        """The refusal of a closed one."""

    def look_up(self, values: Sequence[ValueT]) -> None:
        """Remember what `check` needs to know of these values."""
        _ = values

    @abstractmethod
    def check(self, row: BulkRow[ValueT]) -> None:
        """Raises what is wrong with the row's value."""

    def part(self, value: ValueT) -> str:
        """Which of several facts beside each other the value is."""
        _ = value
        return ""

    @abstractmethod
    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[ValueT]]:
        """What began last, for each part there is."""

    def is_same(self, last: LastFact[ValueT] | None, row: BulkRow[ValueT]) -> bool:
        """Whether the row changes nothing; `last` is what began last, None where nothing ever did."""
        return last is not None and (last.value, last.to_date) == (row.value, row.to_date)

    @abstractmethod
    def rows_of(self, subject: Subject, row: BulkRow[ValueT]) -> list[models.Model]:
        """The rows to be written."""

    @property
    @abstractmethod
    def model(self) -> type[models.Model]:
        """Whose rows they are."""


def last_facts(
    rows: Iterable[tuple[int, int, str, ValueT, date, date | None]],
) -> Mapping[Part, LastFact[ValueT]]:
    """What began last, from (key, account or point, part, value, from, to) in the order in which they began."""
    return {
        (subject_id, part): LastFact((key,), value, start, end) for key, subject_id, part, value, start, end in rows
    }


def judge(*, actor: Actor, kind: FactKind[ValueT], rows: Sequence[BulkRow[ValueT]], on: date) -> JudgedSet[ValueT]:
    """What would become of each row, without changing or locking anything; `on` is the business date.

    A bad row is refused alone. Raises SetTooLarge.
    """
    check_size(rows)
    return _judged(actor, kind, rows, kind.subjects({row.number for row in rows}), on)


def change(
    *, actor: Actor, kind: FactKind[ValueT], rows: Sequence[BulkRow[ValueT]], stamp: str, on: date
) -> JudgedSet[ValueT]:
    """Change the fact of each good row, all in one transaction, with one audit entry; refused rows are left out.

    `stamp` is that of the preview. Raises ChangedSincePreview when what was judged moved meanwhile, or another was
    faster: then nothing was changed; and SetTooLarge. A set carried out again therefore changes nothing twice.
    """
    check_size(rows)
    with transaction.atomic():
        subjects = kind.subjects({row.number for row in rows})
        kind.lock(subject.id for subject in subjects.values() if subject.company_id == kind.company_id)
        subjects = kind.subjects(subjects)
        judged = _judged(actor, kind, rows, subjects, on)
        if judged.stamp != stamp:
            raise ChangedSincePreview()
        moving = [row for row in judged.rows if row.verdict is RowVerdict.CHANGED]
        if moving:
            _write(kind, moving, subjects)
            _audit(actor, kind, moving, judged)
    return judged


def _judged(
    actor: Actor,
    kind: FactKind[ValueT],
    rows: Sequence[BulkRow[ValueT]],
    subjects: Mapping[str, Subject],
    on: date,
) -> JudgedSet[ValueT]:
    kind.look_up([row.value for row in rows])
    last = kind.last({subject.id for subject in subjects.values()})
    judge_row = _Judge(kind, subjects, last, reach(actor, kind.permission, on=on), on)
    judged = tuple(judge_row.of(row) for row in rows)
    return JudgedSet(judged, stamp_of(kind.action, judged))


class _Judge(Generic[ValueT]):
    """Judges the rows one after another, so that it sees what repeats."""

    def __init__(
        self,
        kind: FactKind[ValueT],
        subjects: Mapping[str, Subject],
        last: Mapping[Part, LastFact[ValueT]],
        reached: Reach,
        on: date,
    ) -> None:
        self.kind, self.subjects, self.last, self.reached, self.on = kind, subjects, last, reached, on
        self.seen: set[Part] = set()
        self.days_back: dict[int, int] = {}

    def of(self, row: BulkRow[ValueT]) -> JudgedRow[ValueT]:
        subject = self.subjects.get(row.number)
        if subject is None or subject.company_id != self.kind.company_id:
            return self._refused(row, None, None, NumberUnknown(number=row.number))
        before = None
        try:
            if not self.reached.covers(subject.unit_id):
                raise NotPermitted(permission=self.kind.permission)
            part = (subject.id, self.kind.part(row.value))
            before = self.last.get(part)
            if part in self.seen:
                raise RepeatedInSet(number=row.number)
            self.seen.add(part)
            self._check(subject, row, before)
        except DomainError as error:
            return self._refused(row, subject, before, error)
        verdict = RowVerdict.UNCHANGED if self.kind.is_same(before, row) else RowVerdict.CHANGED
        return JudgedRow(row, subject.id, before, verdict)

    def _check(self, subject: Subject, row: BulkRow[ValueT], before: LastFact[ValueT] | None) -> None:
        check_evidence(row.evidence)
        check_span(row.from_date, row.to_date)
        self.kind.check(row)
        if subject.is_closed:
            raise self.kind.closed(subject)
        spans_to_close(
            [] if before is None else [InForce(before.from_date, before.to_date)],
            opened_date=subject.opened_date,
            from_date=row.from_date,
            on=self.on,
            days_back=self._days_back(subject.unit_id),
        )

    def _days_back(self, unit_id: int) -> int:
        if unit_id not in self.days_back:
            self.days_back[unit_id] = integer(BACKDATE_DAYS, unit_id=unit_id, on=self.on)
        return self.days_back[unit_id]

    @staticmethod
    def _refused(
        row: BulkRow[ValueT], subject: Subject | None, before: LastFact[ValueT] | None, error: DomainError
    ) -> JudgedRow[ValueT]:
        subject_id = None if subject is None else subject.id
        return JudgedRow(row, subject_id, before, RowVerdict.REFUSED, error.code, error.params)


def _write(kind: FactKind[ValueT], moving: Sequence[JudgedRow[ValueT]], subjects: Mapping[str, Subject]) -> None:
    """Close what holds and open what follows. Raises ChangedSincePreview when a row stands in the way after all."""
    closing: dict[date, list[int]] = {}
    made: list[models.Model] = []
    for judged in moving:
        row, before = judged.row, judged.before
        if before is not None and (before.to_date is None or before.to_date > row.from_date):
            closing.setdefault(row.from_date, []).extend(before.keys)
        made += kind.rows_of(subjects[row.number], row)
    manager = kind.model._default_manager
    try:
        with transaction.atomic():
            for from_date, keys in sorted(closing.items()):
                manager.filter(pk__any=keys).update(to_date=from_date)
            manager.bulk_create(made, batch_size=_AT_ONCE)
    except IntegrityError as error:
        raise ChangedSincePreview(constraint=violated_constraint(error)) from error


def _audit(
    actor: Actor, kind: FactKind[ValueT], moving: Sequence[JudgedRow[ValueT]], judged: JudgedSet[ValueT]
) -> None:
    """One entry for the set: how many, the hash of their numbers, and the stamp of the whole preview."""
    numbers = sorted({row.row.number for row in moving})
    first = moving[0].row
    record_bulk(
        actor=actor,
        action=kind.action,
        object_type=kind.object_type,
        object_keys_hash=sha256_hex("\n".join(numbers)),
        count=len(moving),
        company_id=kind.company_id,
        details={
            "stamp": judged.stamp,
            "from_date": first.from_date,
            "first": first.number,
            "unchanged": judged.count(RowVerdict.UNCHANGED),
            "refused": judged.count(RowVerdict.REFUSED),
        },
        reason=first.evidence,
    )

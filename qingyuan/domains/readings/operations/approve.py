"""Approving readings (审核通过): the usage becomes a consumption with its evidence, which billing may take."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from qingyuan.domains.readings.models import ReadingItem
from qingyuan.domains.readings.operations.consumption_rows import NewConsumption, insert_consumptions
from qingyuan.domains.readings.operations.evidence import parts_of
from qingyuan.domains.readings.operations.taking import ItemNotOpen
from qingyuan.domains.readings.operations.true_up import settle_estimates, shares_of
from qingyuan.domains.readings.queries.field_facts import array_text, company_zone, rows_of
from qingyuan.domains.readings.queries.review import (
    EarlierItem,
    algorithms_of,
    earlier_open_items,
    held_codes,
    revisions_of,
)
from qingyuan.domains.readings.queries.unit_rules import RulesByUnit
from qingyuan.domains.readings.queries.work_items import WorkItem, work_items
from qingyuan.domains.readings.rules.anomalies import ALWAYS_HELD
from qingyuan.domains.readings.rules.states import Algorithm, AnomalyCode, Decision, ItemState, SkipReason
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted, StaleEdit
from qingyuan.platform.audit.operations.record import record_bulk
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff.queries import reach

ALREADY_APPROVED = "readings.already_approved"
ITEM_NOT_FOUND = "readings.item_not_found"


class DecisionNeeded(DomainError):
    """The reading is held: approving it needs a reason (异常待审，须填写审核意见)."""

    code = "readings.decision_needed"


class MustBeChanged(DomainError):
    """Usage below zero or a value that the register cannot show is never approved (须先更正读数或表况)."""

    code = "readings.must_be_changed"


class OwnReading(DomainError):
    """Nobody approves a reading of their own above the limit (超限读数须由他人审核)."""

    code = "readings.own_reading"


class EarlierPeriodOpen(DomainError):
    """An earlier period of the point is read and not approved (前期读数尚未审核)."""

    code = "readings.earlier_period_open"


def approve(
    *,
    actor: Actor,
    reading_item_ids: Sequence[int],
    at: datetime,
    reason: str = "",
    versions: Mapping[int, int] | None = None,
) -> BatchResult:
    """Approve read items; each stands or falls alone. `at` is the instant of approval.

    A HELD item needs `reason`, which becomes the decision on its anomalies. A real read after estimates is trued up:
    the estimated periods get a further revision, and a ConsumptionChange where they are billed. Earlier unread items
    of the point become SKIPPED (COVERED). `versions` by item refuses what changed since it was looked at. Approved
    before: skipped. Failed items carry the codes above, readings.item_not_open, readings.item_not_found,
    kernel.stale_edit, kernel.not_permitted. Raises NotPermitted for an actor without readings.review anywhere.
    """
    with transaction.atomic():
        return _Approval(actor, at, reason, versions or {}).run(reading_item_ids)


class _Approval:
    """One call's state: what is known of the items, and what was decided so far."""

    def __init__(self, actor: Actor, at: datetime, reason: str, versions: Mapping[int, int]) -> None:
        self.actor, self.at, self.reason, self.versions = actor, at, reason, versions
        self.failed: list[BatchIssue] = []
        self.skipped: list[BatchIssue] = []
        self.approved: list[WorkItem] = []
        self.covered: set[int] = set()

    def run(self, reading_item_ids: Sequence[int]) -> BatchResult:
        wanted = list(dict.fromkeys(reading_item_ids))
        self.earlier = earlier_open_items(wanted)
        involved = {one.reading_item_id for found in self.earlier.values() for one in found}
        there = {row[0] for row in rows_of("SELECT id FROM reading_item WHERE id = ANY(%s)", [wanted])}
        hold(Rank.READING_ITEM, ReadingItem, there | involved)
        self.works = work_items(sorted(there))
        self.failed += [BatchIssue(f"item {one}", ITEM_NOT_FOUND) for one in wanted if one not in there]
        if self.works:
            self._decide()
            self._write()
        return BatchResult(tuple(one.id for one in self.approved), tuple(self.skipped), tuple(self.failed))

    def _decide(self) -> None:
        on = _civil_date(self.at, next(iter(self.works.values())).company_id)
        reached = reach(self.actor, "readings.review", on=on)
        if reached.is_empty:
            raise NotPermitted(permission="readings.review")
        self.rules = RulesByUnit(on)
        self.codes = held_codes(list(self.works))
        self.algorithms = algorithms_of(self.works.values())
        done: set[int] = set()
        for work in sorted(self.works.values(), key=lambda one: (one.yyyymm, one.round_no, one.id)):
            try:
                if not reached.covers(work.unit_id, work.book_id):
                    raise NotPermitted(permission="readings.review")
                if work.state in {ItemState.APPROVED, ItemState.BILLED}:
                    self.skipped.append(BatchIssue(work.point_no, ALREADY_APPROVED))
                    continue
                self._check(work, done)
            except DomainError as refusal:
                self.failed.append(
                    BatchIssue(work.point_no, refusal.code, {**refusal.params, "point_no": work.point_no})
                )
                continue
            done.add(work.id)
            self.approved.append(work)

    def _check(self, work: WorkItem, done: set[int]) -> None:
        if self.versions.get(work.id, work.version) != work.version:
            raise StaleEdit(point_no=work.point_no)
        if work.state not in {ItemState.READ, ItemState.HELD}:
            raise ItemNotOpen(state=work.state.value)
        codes = self.codes.get(work.id, frozenset())
        assert work.usage_volume is not None
        if work.usage_volume < 0 or codes & {code.value for code in ALWAYS_HELD}:
            raise MustBeChanged(anomaly=min(codes, default=AnomalyCode.BELOW_PREVIOUS.value))
        if work.state is ItemState.HELD and not self.reason.strip():
            raise DecisionNeeded()
        limit = self.rules.of(work.unit_id).own_approval_limit
        is_own = self.actor.staff_id is not None and work.read_by_id == self.actor.staff_id
        if is_own and work.usage_volume > limit:
            raise OwnReading(volume=work.usage_volume, limit=limit)
        earlier: Sequence[EarlierItem] = self.earlier.get(work.id, ())
        for one in earlier:
            if one.state is ItemState.PENDING:
                self.covered.add(one.reading_item_id)
            elif one.state in {ItemState.READ, ItemState.HELD} and one.reading_item_id not in done:
                raise EarlierPeriodOpen(yyyymm=one.yyyymm)

    def _write(self) -> None:
        if not self.approved:
            return
        revisions = revisions_of([one.id for one in self.approved])
        shares: dict[int, Mapping[int, Decimal]] = {}
        for work in self.approved:
            if any(segment.estimated for segment in work.segments):
                shares[work.id] = shares_of(
                    work,
                    algorithm=self.algorithms[work.id],
                    scale=self.rules.of(work.unit_id).true_up_scale,
                )
        consumptions = [
            consumption_of(
                work,
                algorithm=self.algorithms[work.id],
                revision=revisions.get(work.id, 0) + 1,
                shares=shares.get(work.id, {}),
            )
            for work in self.approved
        ]
        ids = insert_consumptions(consumptions)
        self._mark(ids)
        if shares:
            settle_estimates(shares)
        self._audit()

    def _mark(self, consumption_ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reading_item i SET state = 'APPROVED', approved_by_id = %s, approved_at = %s, "
                "consumption_id = t.c, version = i.version + 1 "
                "FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, c) WHERE i.id = t.id",
                [
                    self.actor.staff_id,
                    self.at,
                    array_text(one.id for one in self.approved),
                    array_text(consumption_ids),
                ],
            )
            held = [one.id for one in self.approved if one.state is ItemState.HELD]
            if held:
                cursor.execute(
                    "UPDATE anomaly a SET decision = %s, decided_by_id = %s, decided_at = %s, reason = %s "
                    "FROM reading_item i WHERE i.id = a.reading_item_id AND a.revision = i.revision "
                    "AND a.decision = '' AND i.id = ANY(%s)",
                    [Decision.ACCEPTED.value, self.actor.staff_id, self.at, self.reason.strip()[:200], held],
                )
            if self.covered:
                cursor.execute(
                    "UPDATE reading_item SET state = 'SKIPPED', skip_reason = %s, version = version + 1 "
                    "WHERE id = ANY(%s) AND state = 'PENDING'",
                    [SkipReason.COVERED.value, sorted(self.covered)],
                )

    def _audit(self) -> None:
        keys = sorted(f"{one.point_no}@{one.yyyymm}" for one in self.approved)
        record_bulk(
            actor=self.actor,
            action="readings.approve",
            object_type="reading_item",
            object_keys_hash=sha256_hex(",".join(keys)),
            count=len(keys),
            company_id=self.approved[0].company_id,
            reason=self.reason.strip(),
        )


def consumption_of(
    work: WorkItem, *, algorithm: Algorithm, revision: int, shares: Mapping[int, Decimal]
) -> NewConsumption:
    """The consumption of a read item. `shares`: volumes by segment that a true-up has spread."""
    assert work.read_date is not None and work.usage_volume is not None
    return NewConsumption(
        company_id=work.company_id,
        point_id=work.point_id,
        account_id=work.account_id,
        book_id=work.book_id,
        unit_id=work.unit_id,
        period_id=work.period_id,
        reading_item_id=work.id,
        revision=revision,
        from_date=work.previous_date or work.read_date,
        to_date=work.read_date,
        months=work.months,
        volume=work.usage_volume,
        is_estimated=work.is_estimated,
        parts=parts_of(work, algorithm=algorithm, shares=shares),
    )


def _civil_date(at: datetime, company_id: int) -> date:
    return at.astimezone(company_zone(company_id)).date()

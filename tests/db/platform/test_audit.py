"""The audit trail and its chain."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.audit import queries
from qingyuan.platform.audit.models import AuditEntry, AuditSeal
from tests.databases import raw_connection
from tests.factories.platform import FIRST_DAY, SYSTEM, make_person, make_utility


def _write(key: str = "T1", *, before: dict[str, object] | None = None, after: dict[str, object] | None = None) -> int:
    with transaction.atomic():
        return audit.record(
            actor=SYSTEM,
            action="staff.changed",
            object_type="staff",
            object_key=key,
            before=before,
            after=after,
            reason="试",
        )


def test_record_keeps_only_what_differs(db: None) -> None:
    entry_id = _write(
        before={"name": "甲", "limit": Decimal("10.00"), "from_date": date(2026, 1, 1)},
        after={"name": "甲", "limit": Decimal("12.50"), "from_date": None},
    )

    entry = AuditEntry.objects.get(pk=entry_id)
    assert entry.before == {"limit": "10.00", "from_date": "2026-01-01"}
    assert entry.after == {"limit": "12.50", "from_date": None}
    assert (entry.actor_name, entry.origin, entry.reason) == ("tests", "cli", "试")


def test_record_refuses_an_action_that_nobody_declared(db: None) -> None:
    with pytest.raises(LookupError, match="is not declared"):
        audit.record(actor=SYSTEM, action="staff.unknown", object_type="staff", object_key="T1")

    assert not AuditEntry.objects.exists()


def test_record_refuses_when_there_is_no_transaction(committed_db: str) -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        audit.record(actor=SYSTEM, action="staff.changed", object_type="staff", object_key="T1")


def test_record_bulk_writes_one_entry_per_run(db: None) -> None:
    entry_id = audit.record_bulk(
        actor=SYSTEM, action="staff.changed", object_type="staff", object_keys_hash="ab" * 32, count=2000
    )

    assert AuditEntry.objects.get(pk=entry_id).after == {"count": 2000, "keys_sha256": "ab" * 32}


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = ''", "DELETE FROM audit_entry"])
def test_entry_is_never_changed(db: None, statement: str) -> None:
    _write()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_chain_is_whole_when_nothing_was_touched(quiet_db: str) -> None:
    for number in range(3):
        _write(f"T{number}")
    first = audit.seal()
    _write("T3")
    second = audit.seal()
    _write("T4")

    state = queries.verify_chain()

    assert first is not None
    assert second is not None
    assert (first.entry_count, second.entry_count, first.to_id) == (3, 1, second.from_id)
    assert (state.is_whole, state.seal_count, state.sealed_count, state.unsealed_count) == (True, 2, 4, 1)
    assert audit.seal(up_to=1) is None


@pytest.mark.parametrize(
    ("breach", "reason"),
    [
        ("DELETE FROM audit_entry WHERE object_key = 'T1'", "count"),
        ("UPDATE audit_entry SET reason = 'other' WHERE object_key = 'T1'", "hash"),
        ("DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)", "order"),
        ("DELETE FROM audit_entry WHERE object_key = 'T0'", "count"),
    ],
)
def test_chain_names_the_breach_when_somebody_touched_it(quiet_db: str, breach: str, reason: str) -> None:
    for number in range(3):
        _write(f"T{number}")
        audit.seal()
    with connection.cursor() as cursor:
        cursor.execute(f"SET session_replication_role = replica; {breach}; SET session_replication_role = origin")

    state = queries.verify_chain()

    assert [found.reason for found in state.breaches] == [reason]
    assert not state.is_whole


def test_seal_waits_for_a_transaction_that_drew_an_earlier_id(quiet_db: str) -> None:
    with raw_connection() as running:
        running.execute(
            "INSERT INTO audit_entry (actor_name, origin, request_id, action, object_type, object_key, reason)"
            " VALUES ('late', '', '', 'staff.changed', 'staff', 'LATE', '')"
        )
        _write("EARLY")

        assert audit.seal() is None
        assert audit.seal() is None
        running.commit()

    sealed = audit.seal()
    assert sealed is not None
    assert sealed.entry_count == 2
    assert list(AuditEntry.objects.order_by("id").values_list("object_key", flat=True)) == ["LATE", "EARLY"]
    assert queries.verify_chain().is_whole


def test_seal_goes_on_when_later_transactions_never_stop(quiet_db: str) -> None:
    with raw_connection() as first, raw_connection() as second:
        first.execute("SELECT pg_current_xact_id()")
        _write("T0")
        assert audit.seal() is None
        second.execute("SELECT pg_current_xact_id()")
        first.rollback()

        sealed = audit.seal()
        second.rollback()

    assert sealed is not None
    assert (sealed.entry_count, AuditSeal.objects.count()) == (1, 1)


def test_entries_show_what_the_permission_reaches(db: None) -> None:
    utility = make_utility()
    east_auditor = make_person(utility.east_id, "audit.view")
    group_auditor = make_person(utility.root_id, "audit.view")
    everything = queries.entries(group_auditor, queries.Filter(), on=FIRST_DAY)

    of_east = queries.entries(east_auditor, queries.Filter(), on=FIRST_DAY)

    assert {one.unit_id for one in of_east} == {utility.east_id}
    assert len(everything) == AuditEntry.objects.count() > len(of_east)
    assert [one.id for one in everything] == sorted((one.id for one in everything), reverse=True)
    with pytest.raises(NotPermitted):
        queries.entries(make_person(utility.east_id, "staff.view"), queries.Filter(), on=FIRST_DAY)


def test_entries_are_filtered_and_paged(db: None) -> None:
    ids = [_write("P1") for _ in range(3)]
    _write("P2")

    page = queries.entries(SYSTEM, queries.Filter(object_type="staff", object_key="P1"), on=FIRST_DAY, limit=2)
    rest = queries.entries(
        SYSTEM, queries.Filter(object_type="staff", object_key="P1"), on=FIRST_DAY, before_id=page[-1].id
    )

    assert [one.id for one in (*page, *rest)] == list(reversed(ids))

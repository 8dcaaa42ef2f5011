"""Reads for the pages: progress, grid, review queue, detail; each within the actor's reach, in few statements."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform.staff.models import Role, RoleAssignment, RoleAssignmentBook, RolePermission, Staff
from tests.factories import readings as make

pytestmark = pytest.mark.django_db
JAN = date(2025, 1, 15)
SYSTEM = system_actor("tests")
ALL = ("readings.view", "readings.plan", "readings.record", "readings.review", "readings.correct")


def _person(unit_id: int, login: str, *permissions: str, book_id: int | None = None) -> Actor:
    person = Staff.objects.create(login=login, staff_no=login, name=login, unit_id=unit_id)
    role = Role.objects.create(code=f"role-{login}", name=login)
    RolePermission.objects.bulk_create(RolePermission(role=role, permission=one) for one in permissions)
    held = RoleAssignment.objects.create(staff=person, role=role, unit_id=unit_id, from_date=date(2024, 1, 1))
    if book_id is not None:
        RoleAssignmentBook.objects.create(assignment=held, book_id=book_id)
    return Actor(staff_id=person.pk, name=login, company_id=None, unit_id=unit_id)


def test_progress_counts_items_by_state() -> None:
    town = make.make_town()
    first, second, third, _ = make.make_points(town, 4)
    make.plan(town, JAN)
    make.read(first, JAN, "120")
    make.read(second, JAN, "400")
    make.read_and_approve(third, JAN, "130")

    [task] = queries.tasks(actor=SYSTEM, company_id=town.company_id, on=JAN)

    progress = task.progress
    assert (progress.pending, progress.read, progress.held, progress.approved, progress.billed) == (1, 1, 1, 1, 0)
    assert (progress.to_read, progress.taken, progress.permille, progress.state) == (4, 3, 750, "READING")
    assert queries.period_progress(actor=SYSTEM, company_id=town.company_id, yyyymm=202501, on=JAN) == progress


def test_grid_is_one_statement_in_reading_order() -> None:
    town = make.make_town()
    points = make.make_points(town, 3)
    make.plan(town, JAN)
    make.read(points[1], JAN, "400")
    [task] = queries.tasks(actor=SYSTEM, company_id=town.company_id, on=JAN)

    with CaptureQueriesContext(connection) as captured:
        rows = queries.entry_rows(actor=SYSTEM, task_id=task.task_id, on=JAN)

    assert len(captured) == 1
    assert [(one.point_no, one.state, one.previous_value, one.value) for one in rows] == [
        ("P000001", "PENDING", Decimal(100), None),
        ("P000002", "HELD", Decimal(100), Decimal(400)),
        ("P000003", "PENDING", Decimal(100), None),
    ]
    assert rows[1].anomalies == ("FIRST_READING",)


def test_review_queue_counts_reasons_and_shows_what_was_used_before() -> None:
    town = make.make_town()
    point, other = make.make_points(town, 2)
    for month, value in ((1, "120"), (2, "130")):
        make.plan(town, date(2025, month, 15))
        make.read_and_approve(point, date(2025, month, 15), value)
        make.read_and_approve(other, date(2025, month, 15), value)
    make.plan(town, date(2025, 3, 15))
    make.read(point, date(2025, 3, 15), "500")
    make.read(other, date(2025, 3, 15), "130")
    on = date(2025, 3, 15)

    counts = queries.review_counts(actor=SYSTEM, company_id=town.company_id, on=on)
    with CaptureQueriesContext(connection) as captured:
        rows = queries.review_rows(actor=SYSTEM, company_id=town.company_id, on=on)

    assert {(one.code, one.waiting) for one in counts} == {("HIGH_USAGE", 1), ("ZERO_AFTER_USE", 1)}
    assert len(captured) == 2
    assert [(row.entry.point_no, row.history, row.change_percent) for row in rows] == [
        ("P000001", (Decimal(20), Decimal(10)), 3600),
        ("P000002", (Decimal(20), Decimal(10)), -100),
    ]


def test_nobody_sees_or_touches_another_units_items() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "120")
    found = make.reading_item(point, 202501)
    stranger = _person(town.utility.west_id, "west", *ALL)

    assert queries.tasks(actor=stranger, company_id=town.company_id, on=JAN) == ()
    assert queries.entry_rows(actor=stranger, task_id=found.task_id, on=JAN) == ()
    assert queries.review_rows(actor=stranger, company_id=town.company_id, on=JAN, states=("READ",)) == ()
    with pytest.raises(NotFound):
        queries.reading_item_detail(actor=stranger, reading_item_id=found.pk, on=JAN)
    with pytest.raises(NotPermitted):
        make.plan(town, JAN, actor=stranger, book_ids=[town.book_id])
    row = readings.ReadRow(reading_item_id=found.pk, read_date=JAN, value=Decimal(121))
    recorded = readings.record_readings(actor=stranger, rows=[row], source=ReadingSource.GRID, on=JAN)
    approved = readings.approve(actor=stranger, reading_item_ids=[found.pk], at=make.noon(JAN))
    sent = readings.send_back(actor=stranger, reading_item_ids=[found.pk], reason="x", at=make.noon(JAN), on=JAN)
    skipped = readings.skip(actor=stranger, reading_item_ids=[found.pk], reason="x", at=make.noon(JAN), on=JAN)
    with pytest.raises(NotPermitted):
        found2 = make.read_and_approve(point, JAN, "120")
        readings.adjust_volume(actor=stranger, reading_item_id=found2.pk, reason="x", on=JAN, volume=Decimal(1))
    for result in (recorded, approved, sent, skipped):
        assert [issue.code for issue in result.failed] == ["kernel.not_permitted"]


def test_reach_may_be_one_book() -> None:
    town = make.make_town()
    other_book = make.make_book(town.company_id, town.utility.east_id, "01-B")
    mine, theirs = make.make_point(town, "X"), make.make_points(town, 1, prefix="Y", book_id=other_book)[0]
    make.plan(town, JAN)
    reader = _person(town.utility.east_id, "reader", "readings.view", "readings.record", book_id=town.book_id)

    [task] = queries.tasks(actor=reader, company_id=town.company_id, on=JAN)
    rows = [
        readings.ReadRow(reading_item_id=make.reading_item(point, 202501).pk, read_date=JAN, value=Decimal(120))
        for point in (mine, theirs)
    ]
    result = readings.record_readings(actor=reader, rows=rows, source=ReadingSource.GRID, on=JAN)

    assert task.book_no == "01-A"
    assert result.ids == (rows[0].reading_item_id,)
    assert [(issue.place, issue.code) for issue in result.failed] == [("Y000001", "kernel.not_permitted")]


def test_nobody_approves_a_large_reading_of_their_own() -> None:
    town = make.make_town()
    small, large = make.make_points(town, 2)
    make.plan(town, JAN)
    person = _person(town.utility.east_id, "both", *ALL)
    items = [make.reading_item(point, 202501).pk for point in (small, large)]
    values = (Decimal(150), Decimal(210))
    rows = [
        readings.ReadRow(reading_item_id=one, read_date=JAN, value=value)
        for one, value in zip(items, values, strict=True)
    ]
    readings.record_readings(actor=person, rows=rows, source=ReadingSource.GRID, on=JAN)

    result = readings.approve(actor=person, reading_item_ids=items, at=make.noon(JAN))

    assert result.ids == (items[0],)
    assert [issue.code for issue in result.failed] == ["readings.own_reading"]
    assert readings.approve(actor=SYSTEM, reading_item_ids=items, at=make.noon(JAN)).done == 1


def test_detail_shows_superseded_reads_and_decisions() -> None:
    town = make.make_town()
    point = make.make_point(town)
    make.plan(town, JAN)
    make.read(point, JAN, "400")
    make.read_and_approve(point, JAN, "401")

    detail = queries.reading_item_detail(actor=SYSTEM, reading_item_id=make.reading_item(point, 202501).pk, on=JAN)

    assert [(one.value, one.is_chosen) for one in detail.reads] == [(Decimal(401), True), (Decimal(400), False)]
    assert [(one.revision, one.code, one.decision) for one in detail.anomalies] == [
        (2, "FIRST_READING", "ACCEPTED"),
        (1, "FIRST_READING", ""),
    ]


def test_main_waits_for_its_subs_and_is_billed_less_them() -> None:
    town = make.make_town()
    other_book = make.make_book(town.company_id, town.utility.east_id, "01-B")
    main = make.make_point(town, "MAIN")
    subs = make.make_points(town, 2, prefix="SUB", book_id=other_book)
    for sub in subs:
        make.link_sub(town, main, sub)
    make.plan(town, JAN)
    of_main = make.read_and_approve(main, JAN, "200")
    make.read_and_approve(subs[0], JAN, "130")

    waiting = queries.consumption_facts([of_main.pk])[of_main.pk]
    listed = queries.waiting_mains(period_id=of_main.period_id)
    make.read_and_approve(subs[1], JAN, "120")
    ready = queries.consumption_facts([of_main.pk])[of_main.pk]

    assert waiting.waiting_subs == ("SUB000002",)
    assert [(one.point_no, one.waiting_subs) for one in listed] == [("MAIN000001", ("SUB000002",))]
    assert ready.waiting_subs == ()
    assert [(one.point_no, one.volume) for one in ready.subs] == [
        ("SUB000001", Decimal(30)),
        ("SUB000002", Decimal(20)),
    ]
    assert (ready.volume, ready.net_volume) == (Decimal(100), Decimal(50))

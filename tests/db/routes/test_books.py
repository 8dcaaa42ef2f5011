"""Areas and books."""

from dataclasses import replace
from datetime import date

import pytest

from qingyuan.domains.routes import operations, queries
from qingyuan.domains.routes.models import Book
from qingyuan.domains.routes.operations import NewBook
from qingyuan.domains.routes.operations.areas import AreaCodeTaken
from qingyuan.domains.routes.operations.books import BookNoTaken
from qingyuan.domains.routes.rules.cycle import CycleInvalid
from qingyuan.kernel.errors import NotPermitted, StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff.models import Staff
from tests.factories.platform import SYSTEM, Utility, actor_at, make_utility

ON = date(2025, 6, 1)
ROW = NewBook("row 1", "01E", "B-001", "东一册")


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    Staff.objects.create(login="reader1", staff_no="R1", name="抄表员一", unit_id=made.east_id)
    return made


def test_create_books_makes_good_rows_and_names_bad_ones(utility: Utility, db: None) -> None:
    operations.create_area(actor=SYSTEM, unit_id=utility.east_id, code="E1", name="东片", on=ON)
    rows = [
        replace(ROW, area_code="E1", reader_login="reader1", months_interval=2),
        replace(ROW, place="row 2"),
        replace(ROW, place="row 3", book_no="B-003", unit_code="?"),
        replace(ROW, place="row 4", book_no="B-004", months_interval=5),
        replace(ROW, place="row 5", book_no="B-005", area_code="?"),
        replace(ROW, place="row 6", book_no="B-006", reader_login="?"),
        replace(ROW, place="row 7", book_no=""),
        replace(ROW, place="row 8", book_no="B-008"),
    ]

    result = operations.create_books(actor=SYSTEM, rows=rows, on=ON)

    assert [(issue.place, issue.code) for issue in result.failed] == [
        ("row 2", "routes.book_no_taken"),
        ("row 3", "routes.unit_unknown"),
        ("row 4", "routes.cycle_invalid"),
        ("row 5", "routes.area_unknown"),
        ("row 6", "routes.reader_unknown"),
        ("row 7", "routes.book_no_invalid"),
    ]
    first, second = queries.books(company_id=utility.company_id)
    assert (first.id, second.id) == result.ids
    assert (first.area_name, first.reader_name, second.reader_name) == ("东片", "抄表员一", "")
    assert AuditEntry.objects.filter(action="routes.create_books").count() == 1


def test_create_books_makes_nothing_when_strict_and_one_row_is_bad(utility: Utility, db: None) -> None:
    result = operations.create_books(
        actor=SYSTEM, rows=[ROW, replace(ROW, book_no="X", unit_code="?")], on=ON, strict=True
    )

    assert (result.ids, len(result.failed)) == ((), 1)
    assert not Book.objects.exists()


def test_create_book_raises_the_refusal_of_its_row(utility: Utility, db: None) -> None:
    operations.create_book(actor=SYSTEM, row=ROW, on=ON)

    with pytest.raises(BookNoTaken):
        operations.create_book(actor=SYSTEM, row=ROW, on=ON)

    assert Book.objects.count() == 1


def test_books_due_follow_interval_and_phase(utility: Utility, db: None) -> None:
    for number, (interval, phase) in enumerate([(1, 1), (2, 1), (2, 12), (12, 3)]):
        operations.create_book(
            actor=SYSTEM, row=replace(ROW, book_no=f"B{number}", months_interval=interval, phase_month=phase), on=ON
        )

    def due(month: int) -> list[str]:
        return [row.book_no for row in queries.books_due(utility.company_id, Month(2025, month))]

    assert [due(month) for month in (1, 2, 3, 12)] == [["B0", "B1"], ["B0", "B2"], ["B0", "B1", "B3"], ["B0", "B2"]]
    assert queries.books_due(utility.company_id, Month(2025, 3), [utility.west_id]) == ()


def test_update_book_refuses_a_stale_edit_and_a_bad_cycle(utility: Utility, db: None) -> None:
    book_id = operations.create_book(actor=SYSTEM, row=ROW, on=ON)

    def update(version: int, interval: int) -> None:
        operations.update_book(
            actor=SYSTEM, book_id=book_id, version=version, on=ON, name="新名", area_id=None, months_interval=interval,
            phase_month=1, reading_day=5, is_active=True,
        )  # fmt: skip

    with pytest.raises(CycleInvalid):
        update(1, 7)
    update(1, 2)
    with pytest.raises(StaleEdit):
        update(1, 3)

    assert (queries.book("B-001").months_interval, queries.book("B-001").version) == (2, 2)


def test_assign_reader_skips_books_that_have_him(utility: Utility, db: None) -> None:
    reader = Staff.objects.get(login="reader1")
    first = operations.create_book(actor=SYSTEM, row=replace(ROW, reader_login="reader1"), on=ON)
    second = operations.create_book(actor=SYSTEM, row=replace(ROW, book_no="B-002"), on=ON)

    result = operations.assign_reader(actor=SYSTEM, book_ids=[first, second], reader_id=reader.pk, on=ON)

    assert (result.ids, [issue.place for issue in result.skipped]) == ((second,), ["B-001"])
    assert {row.reader_name for row in queries.books(reader_id=reader.pk)} == {"抄表员一"}


def test_an_area_code_is_unique_in_the_company(utility: Utility, db: None) -> None:
    operations.create_area(actor=SYSTEM, unit_id=utility.east_id, code="A", name="甲片", on=ON)

    with pytest.raises(AreaCodeTaken):
        operations.create_area(actor=SYSTEM, unit_id=utility.west_id, code="A", name="乙片", on=ON)

    assert [area.name for area in queries.areas(utility.company_id)] == ["甲片"]


def test_a_person_without_the_right_creates_nothing(utility: Utility, db: None) -> None:
    stranger = actor_at(utility.west_id, 999_999)

    result = operations.create_books(actor=stranger, rows=[ROW], on=ON)
    with pytest.raises(NotPermitted):
        operations.create_area(actor=stranger, unit_id=utility.east_id, code="A", name="甲片", on=ON)

    assert [issue.code for issue in result.failed] == ["kernel.not_permitted"]
    assert not Book.objects.exists()

"""Reading files: each row's verdict names row and column, and a confirmation takes the file whole, once."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from qingyuan.domains.meters.models import ServicePoint
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import Reading, ReadingImport
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from tests.factories import readings as make

pytestmark = pytest.mark.django_db
JAN = date(2025, 1, 15)


@pytest.fixture
def town() -> make.Town:
    town = make.make_town()
    make.make_points(town, 4)
    make.plan(town, JAN)
    return town


def _csv(*lines: str, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(("户号,抄表日期,本期读数,表况", *lines)).encode(encoding)


def _preview(town: make.Town, content: bytes) -> readings.ImportPreview:
    return readings.preview_import(
        actor=system_actor("tests"),
        company_id=town.company_id,
        content=content,
        name="a.csv",
        month=Month.of(JAN),
        on=JAN,
    )


def _confirm(town: make.Town, content: bytes, preview_hash: str, *, leave_out: bool = False) -> readings.ImportResult:
    return readings.confirm_import(
        actor=system_actor("tests"),
        company_id=town.company_id,
        content=content,
        name="a.csv",
        month=Month.of(JAN),
        preview_hash=preview_hash,
        leave_out_failed=leave_out,
        on=JAN,
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
def test_good_file_is_taken_once_whatever_its_encoding(town: make.Town, encoding: str) -> None:
    content = _csv("AP000001,2025-01-15,160,01", "AP000002,2025/1/14,130,", encoding=encoding)

    preview = _preview(town, content)
    first = _confirm(town, content, preview.preview_hash)
    second = _confirm(town, content, preview.preview_hash)

    assert [(one.row_no, one.verdict, one.volume) for one in preview.verdicts] == [
        (2, "GOOD", "60.000"),
        (3, "GOOD", "30.000"),
    ]
    assert (first.rows_taken, first.is_repeat) == (2, False)
    assert (second.rows_taken, second.is_repeat) == (2, True)
    assert Reading.objects.count() == 2
    assert ReadingImport.objects.count() == 1


def test_every_bad_row_names_its_row_and_column(town: make.Town) -> None:
    content = _csv(
        "A404,2025-01-15,160,",
        "AP000001,2025-01-15,一百六,",
        "AP000002,2025-13-15,130,",
        "AP000003,2025-01-15,130,",
        "AP000003,2025-01-15,131,",
        "AP000004,2025-01-15,=1+1,",
        ",2025-01-15,1,",
        "AP000002,2025-01-16,130,",
    )

    preview = _preview(town, content)

    assert [(one.row_no, one.code, one.params.get("column")) for one in preview.verdicts if one.code] == [
        (2, "readings.unknown_point", "户号"),
        (3, "readings.not_a_number", "C 本期读数"),
        (4, "readings.not_a_date", "B 抄表日期"),
        (6, "readings.row_twice", None),
        (7, "readings.formula_cell", "C 本期读数"),
        (8, "readings.cell_empty", "A 户号"),
        (9, "readings.date_in_future", None),
    ]
    assert preview.count("GOOD") == 1


def test_file_with_errors_leaves_nothing_half_done(town: make.Town) -> None:
    content = _csv("AP000001,2025-01-15,160,", "A404,2025-01-15,160,")
    preview = _preview(town, content)

    with pytest.raises(DomainError) as refusal:
        _confirm(town, content, preview.preview_hash)

    assert refusal.value.code == "readings.import_has_errors"
    assert Reading.objects.count() == 0
    assert _confirm(town, content, preview.preview_hash, leave_out=True).rows_taken == 1


def test_below_previous_is_shown_as_held(town: make.Town) -> None:
    preview = _preview(town, _csv("AP000001,2025-01-15,90,"))

    [verdict] = preview.verdicts
    assert (verdict.verdict, verdict.volume) == ("HELD", "-10.000")
    assert verdict.anomalies == (("BELOW_PREVIOUS", {"start": "100", "end": "90"}),)


def test_changed_file_or_item_needs_a_new_preview(town: make.Town) -> None:
    content = _csv("AP000001,2025-01-15,160,")
    preview = _preview(town, content)

    with pytest.raises(DomainError) as other_file:
        _confirm(town, _csv("AP000001,2025-01-15,161,"), preview.preview_hash)
    make.read(ServicePoint.objects.get(point_no="P000001").pk, JAN, "150")
    with pytest.raises(DomainError) as other_item:
        _confirm(town, content, preview.preview_hash)

    assert {other_file.value.code, other_item.value.code} == {"readings.preview_changed"}
    assert Reading.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("户号,抄表日期,本期读数\nA,2025-01-15,1".encode("utf-16"), "files.encoding_unknown"),
        ("户号,抄表日期,本期读数\n".encode("gbk") + b"\xff\xff\xff,2025-01-15,1", "files.encoding_unknown"),
        (b"", "files.table_empty"),
        ("户号,抄表日期,本期读数\n".encode(), "files.table_empty"),
        ("户号,本期读数\nA,1".encode(), "readings.column_missing"),
        ("户号,用户号,抄表日期,本期读数\nA,A,2025-01-15,1".encode(), "readings.column_twice"),
        (b"PK\x03\x04nonsense", "files.table_not_readable"),
        (b"\xd0\xcf\x11\xe0old", "files.table_not_readable"),
        (b"x" * (20 * 1024 * 1024 + 1), "files.table_too_large"),
        (b"a\n" + b"1\n" * 200_001, "files.too_many_rows"),
        (b"a," * 60 + b"a\n1\n", "files.too_many_columns"),
    ],
)
def test_file_that_cannot_be_read_is_refused_by_name(town: make.Town, content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        _preview(town, content)

    assert refusal.value.code == code


def test_spreadsheet_with_dates_numbers_and_a_formula(town: make.Town) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["表身码", "抄表日期", "本期读数", "表况"])
    sheet.write_row(1, 0, ["MP000001"])
    sheet.write_datetime(1, 1, make.noon(JAN).replace(tzinfo=None), day)
    sheet.write_number(1, 2, 160)
    sheet.write_number(1, 3, 1)
    sheet.write_row(2, 0, ["MP000002", "2025-01-15"])
    sheet.write_formula(2, 2, "=100+30", None, 130)
    book.close()

    preview = _preview(town, buffer.getvalue())

    assert [(one.row_no, one.verdict, one.volume, one.code, one.params) for one in preview.verdicts] == [
        (2, "GOOD", "60.000", "", {}),
        (3, "FAILED", "", "readings.formula_cell", {"column": "C 本期读数"}),
    ]


def test_numbers_of_different_points_disagree(town: make.Town) -> None:
    content = "户号,表身码,抄表日期,本期读数\nAP000001,MP000002,2025-01-15,160".encode()

    [verdict] = _preview(town, content).verdicts

    assert (verdict.code, verdict.params) == ("readings.numbers_disagree", {"column": "户号", "number": "AP000001"})


def test_import_of_a_value_with_places(town: make.Town) -> None:
    content = _csv("AP000001,2025-01-15,160.125,")
    preview = _preview(town, content)

    _confirm(town, content, preview.preview_hash)

    assert Reading.objects.get().value == Decimal("160.125")

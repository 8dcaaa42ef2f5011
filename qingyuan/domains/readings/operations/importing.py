"""Importing a reading file (抄表数据导入): a preview with each row's verdict, then one confirmation that takes it whole."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from qingyuan.domains.readings.models import ReadingImport, ReadingPeriod
from qingyuan.domains.readings.operations.record import record_readings
from qingyuan.domains.readings.operations.taking import ReadRow, take
from qingyuan.domains.readings.queries.file_points import FilePoints, points_named
from qingyuan.domains.readings.queries.unit_rules import RulesByUnit
from qingyuan.domains.readings.queries.work_items import WorkItem, conditions_of, work_items
from qingyuan.domains.readings.rules.file_cells import FileRow, columns_of, row_of
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.kernel.period import Month
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.files.queries.tables import Table, read_table
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff.queries import Reach, reach

FAILED, HELD, GOOD = "FAILED", "HELD", "GOOD"


class PreviewChanged(DomainError):
    """The file, or what the verdicts stood on, changed since the preview: look at it again (预览已过期)."""

    code = "readings.preview_changed"


class ImportHasErrors(DomainError):
    """Some rows cannot be taken, and nobody said to leave them out (文件含错误行)."""

    code = "readings.import_has_errors"


class RowTwice(DomainError):
    """An earlier row of the file reads the same register (重复行)."""

    code = "readings.row_twice"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What would become of one row. `code` and `params` say why it fails; `anomalies` are codes with their facts.

    `row_no` is the row's number in the file, headings being row 1; params' `column` names the cell's column.
    """

    row_no: int
    verdict: str
    point_no: str = ""
    volume: str = ""
    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    anomalies: tuple[tuple[str, Mapping[str, str]], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """All verdicts in the file's order. `preview_hash` goes back with the confirmation."""

    preview_hash: str
    encoding: str
    verdicts: tuple[RowVerdict, ...]

    def count(self, verdict: str) -> int:
        """Rows with this verdict (GOOD, HELD, FAILED)."""
        return sum(1 for one in self.verdicts if one.verdict == verdict)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a confirmation did; `is_repeat` when the same had been confirmed before and nothing was done now."""

    rows_taken: int
    rows_held: int
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class _Checked:
    preview: ImportPreview
    rows: tuple[ReadRow, ...]
    period_id: int
    content_hash: str


def preview_import(
    *, actor: Actor, company_id: int, content: bytes, name: str, month: Month, round_no: int = 1, on: date
) -> ImportPreview:
    """Judge each row of a reading file for a period; writes nothing.

    Raises NotPermitted (readings.record), NotFound without such a period, and for the file as a whole what `read_table`
    raises, ColumnMissing, ColumnTwice. `name` is only shown.
    """
    return _check(actor, company_id, content, name, month, round_no, on).preview


def confirm_import(
    *,
    actor: Actor,
    company_id: int,
    content: bytes,
    name: str,
    month: Month,
    preview_hash: str,
    leave_out_failed: bool = False,
    round_no: int = 1,
    on: date,
) -> ImportResult:
    """Take the previewed file, all of it or nothing; with `leave_out_failed` all rows but those that failed.

    Confirming the same preview twice imports once. Raises as `preview_import`, PreviewChanged, ImportHasErrors.
    """
    before = ReadingImport.objects.filter(company_id=company_id, preview_hash=preview_hash).first()
    if before is not None:
        return ImportResult(before.rows_taken, before.rows_held, is_repeat=True)
    with transaction.atomic():
        checked = _check(actor, company_id, content, name, month, round_no, on)
        if checked.preview.preview_hash != preview_hash:
            raise PreviewChanged(name=name)
        failed = checked.preview.count(FAILED)
        if failed and not leave_out_failed:
            raise ImportHasErrors(rows=failed)
        held = checked.preview.count(HELD)
        if not _claim(checked, actor, company_id, name, held):
            earlier = ReadingImport.objects.get(preview_hash=preview_hash)
            return ImportResult(earlier.rows_taken, earlier.rows_held, is_repeat=True)
        result = record_readings(
            actor=actor, rows=checked.rows, source=ReadingSource.IMPORTED, on=on, action="readings.import"
        )
        if result.failed or result.done != len(checked.rows):
            raise PreviewChanged(name=name)
        record(
            actor=actor,
            action="readings.import",
            object_type="reading_import",
            object_key=preview_hash[:16],
            company_id=company_id,
            after={"file": name, "rows": result.done, "left_out": failed},
        )
    return ImportResult(result.done, held)


def _claim(checked: _Checked, actor: Actor, company_id: int, name: str, held: int) -> bool:
    """Enter the import; False when another confirmation of the same preview was first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reading_import (company_id, period_id, preview_hash, content_hash, file_name, rows_read, "
            "rows_taken, rows_held, confirmed_by_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (preview_hash) DO NOTHING",
            [
                company_id,
                checked.period_id,
                checked.preview.preview_hash,
                checked.content_hash,
                name[:200],
                len(checked.preview.verdicts),
                len(checked.rows),
                held,
                actor.staff_id,
            ],
        )
        return bool(cursor.rowcount == 1)


def _check(actor: Actor, company_id: int, content: bytes, name: str, month: Month, round_no: int, on: date) -> _Checked:
    reached = reach(actor, "readings.record", on=on)
    if reached.is_empty:
        raise NotPermitted(permission="readings.record")
    period = ReadingPeriod.objects.filter(company_id=company_id, yyyymm=month.number, round_no=round_no).first()
    if period is None:
        raise NotFound(reading_period=str(month), round_no=round_no)
    table = read_table(content, max_rows=parameters.integer("readings.import_rows", unit_id=company_id, on=on))
    verdicts: dict[int, RowVerdict] = {}
    values = _values(table, verdicts)
    points = points_named(values, period_id=period.pk)
    content_hash = hashlib.sha256(content).hexdigest()
    rows = _judge(values, points, verdicts, company_id=company_id, reached=reached, on=on, key=content_hash[:16])
    ordered = tuple(verdicts[row_no] for row_no in sorted(verdicts))
    digest = sha256_hex(
        canonical_json(
            [
                "qy-reading-import/1",
                content_hash,
                company_id,
                period.pk,
                [[one.row_no, one.verdict, one.code, one.volume] for one in ordered],
                [[row.reading_item_id, row.version] for row in rows],
            ]
        )
    )
    return _Checked(ImportPreview(digest, table.encoding, ordered), tuple(rows), period.pk, content_hash)


def _values(table: Table, verdicts: dict[int, RowVerdict]) -> list[FileRow]:
    """The rows that can be read; the others get their verdict. Empty rows are passed over."""
    columns = columns_of(table.headings)
    found: list[FileRow] = []
    for index, cells in enumerate(table.rows):
        if not any(cell not in ("", None) for cell in cells):
            continue
        row_no = index + 2
        try:
            found.append(row_of(row_no, cells, columns, table.formulas.get(index, ())))
        except DomainError as refusal:
            verdicts[row_no] = RowVerdict(row_no, FAILED, code=refusal.code, params=refusal.params)
    return found


def _judge(
    values: Sequence[FileRow],
    points: FilePoints,
    verdicts: dict[int, RowVerdict],
    *,
    company_id: int,
    reached: Reach,
    on: date,
    key: str,
) -> list[ReadRow]:
    conditions = conditions_of(company_id)
    rules = RulesByUnit(on)
    grouped = _grouped(values, points, verdicts)
    works = work_items(list(grouped))
    rows: list[ReadRow] = []
    for reading_item_id, of_item in grouped.items():
        work = works[reading_item_id]
        first = of_item[0]
        try:
            if not reached.covers(work.unit_id, work.book_id):
                raise NotPermitted(permission="readings.record")
            row = _read_row(work, of_item, key)
            outcome = take(row, work, conditions=conditions, rules=rules.of(work.unit_id), on=on).outcome
        except DomainError as refusal:
            for one in of_item:
                verdicts[one.row_no] = RowVerdict(
                    one.row_no, FAILED, work.point_no, code=refusal.code, params=refusal.params
                )
            continue
        rows.append(row)
        anomalies = tuple((finding.code.value, finding.facts) for finding in outcome.findings)
        verdict = HELD if outcome.is_held else GOOD
        for one in of_item:
            volume = format(outcome.volume, "f") if one is first else ""
            verdicts[one.row_no] = RowVerdict(one.row_no, verdict, work.point_no, volume, anomalies=anomalies)
    return rows


def _grouped(
    values: Sequence[FileRow], points: FilePoints, verdicts: dict[int, RowVerdict]
) -> Mapping[int, list[FileRow]]:
    """Rows by the item they read; a compound meter has a row for each register."""
    grouped: dict[int, list[FileRow]] = {}
    seen: dict[tuple[int, int | None], int] = {}
    for row in values:
        try:
            reading_item_id = points.item_of(row)
            earlier = seen.setdefault((reading_item_id, row.register_no), row.row_no)
            if earlier != row.row_no:
                raise RowTwice(first_row=earlier)
        except DomainError as refusal:
            verdicts[row.row_no] = RowVerdict(row.row_no, FAILED, code=refusal.code, params=refusal.params)
            continue
        grouped.setdefault(reading_item_id, []).append(row)
    return grouped


def _read_row(work: WorkItem, of_item: Sequence[FileRow], key: str) -> ReadRow:
    first = of_item[0]
    numbered = {row.register_no: row.value for row in of_item if row.register_no is not None and row.value is not None}
    return ReadRow(
        reading_item_id=work.id,
        read_date=first.read_date,
        value=first.value if first.register_no is None else None,
        values=numbered,
        condition_code=first.condition_code,
        volume=first.volume,
        note=first.note,
        source_key=f"import:{key}:{work.id}:{work.version}",
        version=work.version,
        place=f"row {first.row_no}",
    )


def verdict_counts(preview: ImportPreview) -> Mapping[str, int]:
    """Rows by verdict, and failed rows by code: what the page shows above the rows."""
    codes = Counter(one.code for one in preview.verdicts if one.verdict == FAILED)
    return {verdict: preview.count(verdict) for verdict in (GOOD, HELD, FAILED)} | dict(codes)

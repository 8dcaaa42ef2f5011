"""Finding the reading items that a file's rows speak of, by point, meter or account number (文件定位)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.rules.file_cells import COLUMNS, FileRow
from qingyuan.kernel.errors import DomainError


class UnknownPoint(DomainError):
    """No point of the period has this number (户号、用水点号或表身码不存在，或本期没有抄表任务)."""

    code = "readings.unknown_point"


class PointAmbiguous(DomainError):
    """The account has several points in the period: give the point or meter number (该户有多个用水点)."""

    code = "readings.point_ambiguous"


class NumbersDisagree(DomainError):
    """The row's numbers belong to different points (户号与表身码不一致)."""

    code = "readings.numbers_disagree"


@dataclass(frozen=True, slots=True)
class FilePoints:
    """Items of the period by each kind of number."""

    by_number: Mapping[str, Mapping[str, tuple[int, ...]]]

    def item_of(self, row: FileRow) -> int:
        """The item of a row. Raises UnknownPoint, PointAmbiguous, NumbersDisagree, naming the column."""
        candidates: set[int] | None = None
        for kind, number in (("point_no", row.point_no), ("meter_no", row.meter_no), ("account_no", row.account_no)):
            if not number:
                continue
            found = set(self.by_number[kind].get(number, ()))
            if not found:
                raise UnknownPoint(column=COLUMNS[kind][1], number=number)
            if candidates is not None and not candidates & found:
                raise NumbersDisagree(column=COLUMNS[kind][1], number=number)
            candidates = found if candidates is None else candidates & found
        assert candidates is not None
        if len(candidates) > 1:
            raise PointAmbiguous(number=row.account_no or row.meter_no, points=len(candidates))
        return candidates.pop()


def points_named(rows: Sequence[FileRow], *, period_id: int) -> FilePoints:
    """The period's items for all numbers in the rows, in three statements."""
    wanted = {
        "point_no": sorted({row.point_no for row in rows if row.point_no}),
        "meter_no": sorted({row.meter_no for row in rows if row.meter_no}),
        "account_no": sorted({row.account_no for row in rows if row.account_no}),
    }
    sources = {
        "point_no": "JOIN service_point t ON t.id = i.point_id AND t.point_no = ANY(%s)",
        "meter_no": (
            "JOIN reading_segment g ON g.reading_item_id = i.id AND NOT g.is_final AND g.meter_no = ANY(%s) "
            "CROSS JOIN LATERAL (SELECT g.meter_no) t"
        ),
        "account_no": "JOIN account t ON t.id = i.account_id AND t.account_no = ANY(%s)",
    }
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for kind, numbers in wanted.items():
        ids: dict[str, set[int]] = defaultdict(set)
        if numbers:
            sql = (
                f"SELECT t.{kind}, i.id FROM reading_task k JOIN reading_item i ON i.task_id = k.id {sources[kind]} "
                "WHERE k.period_id = %s"
            )
            for number, reading_item_id in rows_of(sql, [numbers, period_id]):
                ids[number].add(reading_item_id)
        found[kind] = {number: tuple(sorted(items)) for number, items in ids.items()}
    return FilePoints(found)

"""docs/rules/readings.md: every worked row comes out as printed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qingyuan.domains.readings.rules.adjusting import Limits as AdjustLimits
from qingyuan.domains.readings.rules.adjusting import Measure, needs_second_person
from qingyuan.domains.readings.rules.anomalies import Expectation, Limits, findings_of, high_usage_limit
from qingyuan.domains.readings.rules.averages import PastUsage, average_volume, months_covered
from qingyuan.domains.readings.rules.mains import main_difference, share_of_main
from qingyuan.domains.readings.rules.spread import spread_between_real_readings
from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.domains.readings.rules.usage import (
    EndKind,
    Estimate,
    Stretch,
    StretchUsage,
    estimate_of,
    estimated_volume,
    usage_of,
)
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month, Span

_TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "readings.md").read_text(encoding="utf-8")
Row = dict[str, str]


def _rows(text: str) -> list[tuple[str, Row]]:
    """(kind of table = its first heading, row by heading)."""
    found: list[tuple[str, Row]] = []
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif not cells[0].startswith("---"):
            found.append((header[0], dict(zip(header, cells, strict=True))))
    return found


def _number(text: str, default: str = "0") -> Decimal:
    return Decimal(text or default)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _stretch(row: Row) -> Stretch:
    flags = row.get("flags", "")
    previous = _number(row["previous"])
    return Stretch(
        register_no=1,
        start_value=previous,
        real_value=previous,
        maximum=_number(row.get("maximum", ""), "100000"),
        decimals=int(row.get("decimals") or 0),
        multiplier=_number(row.get("multiplier", ""), "1"),
        is_reversed="reversed" in flags,
        final_value=Decimal(flags.removeprefix("final ")) if flags.startswith("final") else None,
    )


def _usage(row: Row) -> Row:
    value = Decimal(row["current"]) if row["current"] else None
    try:
        usage = usage_of(
            _stretch(row), algorithm=Algorithm(row["algorithm"]), value=value, is_waiting="waiting" in row["flags"]
        )
    except DomainError as refusal:
        return {"volume": refusal.code, "end": ""}
    return {"volume": _plain(usage.volume), "end": _plain(usage.end_value)}


def _estimate(row: Row) -> Row:
    average = None if row["average"] == "none" else Decimal(row["average"])
    try:
        volume = estimated_volume(Estimate(average, int(row["months"])), already_measured=_number(row["measured"]))
    except DomainError as refusal:
        return {"volume": refusal.code, "end": ""}
    usage = estimate_of(_stretch(row), volume=volume)
    return {"volume": _plain(usage.volume), "end": _plain(usage.end_value)}


def _spread(row: Row) -> Row:
    day = date(2025, 1, 1)
    spans: list[Span] = []
    for days in row["days"].split():
        spans.append(Span(day, day + timedelta(int(days))))
        day += timedelta(int(days))
    parts = spread_between_real_readings(Decimal(row["total"]), spans, scale=int(row["scale"]))
    return {"parts": " ".join(_plain(part) for part in parts)}


def _average(row: Row) -> Row:
    history = [
        PastUsage(Decimal(volume), int(months.removesuffix("e")), months.endswith("e"))
        for volume, months in (past.split("/") for past in row["history"].split())
    ]
    average = average_volume(history, window=int(row["window"]))
    return {"average volume": "none" if average is None else _plain(average)}


def _month(text: str) -> Month:
    year, month = text.split("-")
    return Month(int(year), int(month))


def _months(row: Row) -> Row:
    last = _month(row["last read"]) if row["last read"] else None
    covered = months_covered(_month(row["period"]), last_read=last, opened=_month(row["opened"]))
    return {"months covered": str(covered)}


def _limits(text: str) -> Limits:
    words = text.split()
    given = dict(zip(words[::2], words[1::2], strict=True))
    return Limits(
        high_factor=Decimal(given.get("high", "3")),
        low_factor=Decimal(given.get("low", "0")),
        no_average_volume=Decimal(given.get("none", "60")),
        hold_zero_after_use=given.get("zero") != "off",
        hold_first_reading=given.get("first") == "on",
    )


def _anomaly(row: Row) -> Row:
    limits = _limits(row["limits"])
    average = None if row["average"] == "none" else Decimal(row["average"])
    months = int(row["months"])
    stretch = _stretch(row)
    current, volume = Decimal(row["current"]), Decimal(row["volume"])
    usage = StretchUsage(1, current, current, current - stretch.real_value, volume, EndKind.READ)
    found = findings_of(
        [stretch],
        [usage],
        volume=volume,
        algorithm=Algorithm.NORMAL,
        expectation=Expectation(average, months, high_usage_limit(average, months, limits)),
        limits=limits,
    )
    return {"found": " ".join(f"{one.code}{'!' if one.is_held else ''}" for one in found)}


def _against(row: Row) -> Row:
    main = None if row["main"] == "?" else Decimal(row["main"])
    subs = row["subs"].split()
    read = sum((Decimal(one) for one in subs if one != "?"), Decimal(0))
    difference = main_difference(main, read, missing=subs.count("?"))
    share = share_of_main(difference, main)
    return {
        "difference": "none" if difference is None else _plain(difference),
        "share": "none" if share is None else format(share, "f"),
    }


def _adjustment(row: Row) -> Row:
    change, others = _number(row["change"]), [_number(one) for one in row["others"].split()]
    volume = _number(row["measured"]) + sum(others, change)
    if volume < 0:
        return {"decided by": "readings.usage_negative", "volume": ""}
    limits = AdjustLimits(_number(row["limit"]), Decimal(100))
    second = needs_second_person(Measure(change, Decimal(0)), [Measure(one, Decimal(0)) for one in others], limits)
    return {"decided by": "second person" if second else "one person", "volume": _plain(volume)}


def _money_limit(row: Row) -> Row:
    """The last of the changes is the one that is asked for."""
    effects = [None if one == "?" else _number(one) for one in row["effects"].split()]
    measures = [Measure(_number(one), effect) for one, effect in zip(row["changes"].split(), effects, strict=True)]
    volume, amount = row["limits"].split()
    second = needs_second_person(measures[-1], measures[:-1], AdjustLimits(_number(volume), _number(amount)))
    return {"decided by": "second person" if second else "one person"}


_WORKERS: dict[str, Callable[[Row], Row]] = {
    "usage": _usage,
    "estimate": _estimate,
    "spread": _spread,
    "average": _average,
    "months": _months,
    "anomaly": _anomaly,
    "main against subs": _against,
    "adjustment": _adjustment,
    "money limit": _money_limit,
}
_ROWS = _rows(_TEXT)


@pytest.mark.parametrize(("kind", "row"), _ROWS, ids=[f"{kind}-{row[kind]}" for kind, row in _ROWS])
def test_worked_row_comes_out_as_printed(kind: str, row: Row) -> None:
    worked = _WORKERS[kind](row)

    assert worked == {heading: row[heading] for heading in worked}


def test_a_wrong_row_is_noticed() -> None:
    table = "| spread | total | days | scale | parts |\n|---|---|---|---|---|\n| x | 110 | 61 61 | 3 | 54 56 |"

    [(kind, row)] = _rows(table)

    assert _WORKERS[kind](row) == {"parts": "55 55"} != {"parts": row["parts"]}


def test_every_kind_of_table_is_there() -> None:
    assert {kind for kind, _ in _ROWS} == set(_WORKERS)
    assert len(_ROWS) > 70

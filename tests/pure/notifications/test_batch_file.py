"""The files of a batch: what comes back is judged row by row."""

import pytest

from qingyuan.domains.notifications.rules.batch_file import (
    JudgedResult,
    ResultProblem,
    ResultRow,
    Standing,
    judged,
)
from qingyuan.domains.notifications.rules.states import NoticeState

BATCH = "N2026110001"
HANDED, DELIVERED, FAILED = NoticeState.HANDED_OVER, NoticeState.DELIVERED, NoticeState.FAILED


def one(number: str, result: str, reason: str = "", *, standing: dict[int, Standing] | None = None) -> JudgedResult:
    stands = {1: Standing(HANDED, ""), 2: Standing(HANDED, "")} if standing is None else standing
    return judged(BATCH, 2, [ResultRow(2, number, result, reason)], stands)[0]


@pytest.mark.parametrize(
    ("number", "result", "reason", "problem"),
    [
        ("", "成功", "", ResultProblem.NO_NUMBER),
        ("N2026110002-000001", "成功", "", ResultProblem.NOT_OF_THIS_BATCH),
        (f"{BATCH}-000003", "成功", "", ResultProblem.NOT_OF_THIS_BATCH),
        (f"{BATCH}-000000", "成功", "", ResultProblem.NOT_OF_THIS_BATCH),
        (f"{BATCH}-1", "成功", "", ResultProblem.NOT_OF_THIS_BATCH),
        (f"{BATCH}-00000１", "成功", "", ResultProblem.NOT_OF_THIS_BATCH),
        (f"{BATCH}-000001", "也许", "", ResultProblem.UNKNOWN_WORD),
        (f"{BATCH}-000001", "", "", ResultProblem.UNKNOWN_WORD),
        (f"{BATCH}-000001", "失败", " ", ResultProblem.NO_REASON),
    ],
)
def test_a_bad_row_is_named(number: str, result: str, reason: str, problem: ResultProblem) -> None:
    found = one(number, result, reason)

    assert (found.problem, found.is_taken, found.state) == (problem, False, None)


@pytest.mark.parametrize(
    ("result", "reason", "state"),
    [("成功", "", DELIVERED), ("DELIVERED", "", DELIVERED), ("失败", "空号", FAILED), ("Failed", "x", FAILED)],
)
def test_a_good_row_says_what_came_of_it(result: str, reason: str, state: NoticeState) -> None:
    found = one(f" {BATCH}-000001 ", result, reason)

    assert (found.place, found.state, found.is_taken) == (1, state, True)


def test_what_is_known_is_no_news_and_a_contradiction_is_refused() -> None:
    known = {1: Standing(DELIVERED, ""), 2: Standing(FAILED, "空号")}

    assert one(f"{BATCH}-000001", "成功", standing=known).same
    assert one(f"{BATCH}-000001", "失败", "停机", standing=known).problem is ResultProblem.CONTRADICTS
    assert one(f"{BATCH}-000002", "成功", standing=known).problem is ResultProblem.CONTRADICTS
    assert one(f"{BATCH}-000001", "成功", standing={}).problem is ResultProblem.TAKEN_OUT


def test_the_second_row_of_a_notice_is_refused_with_the_place_of_the_first() -> None:
    rows = [ResultRow(2, f"{BATCH}-000001", "成功", ""), ResultRow(3, f"{BATCH}-000001", "失败", "空号")]

    found = judged(BATCH, 2, rows, {1: Standing(HANDED, "")})

    assert [row.problem for row in found] == [None, ResultProblem.TWICE]
    assert found[1].params == {"row": 2}

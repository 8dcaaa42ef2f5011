"""The lines of a batch's files (通知批次文件): what goes out to a provider or a print house, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qingyuan.domains.notifications.rules.states import Channel, NoticeState

HEADINGS: Mapping[Channel, tuple[str, ...]] = {
    Channel.SMS: ("通知号", "手机号", "内容", "短信条数", "最早发送时间", "最晚发送时间"),
    Channel.PAPER: ("通知号", "户名", "地址", "内容", "户号", "账单号"),
}
RESULT_HEADINGS = ("通知号", "结果", "原因")
REASON_LIMIT = 200

_WORDS: Mapping[str, NoticeState] = {
    "成功": NoticeState.DELIVERED,
    "已送达": NoticeState.DELIVERED,
    "delivered": NoticeState.DELIVERED,
    "失败": NoticeState.FAILED,
    "failed": NoticeState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A line of the file. Times as `2026-11-24 08:00`, empty where there is no limit."""

    notice_no: str
    name: str
    recipient: str
    text: str
    parts: int
    account_no: str
    subject: str
    send_from: str
    send_until: str


def disarmed(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it. A print house opens the file in one; what
    goes to a provider's machine stays as it is.
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def notice_no(batch_no: str, place: int) -> str:
    """How a notice is called outside: its batch and its line."""
    return f"{batch_no}-{place:06d}"


class ResultProblem(StrEnum):
    """What is wrong with a row of a result file (回执问题)."""

    NO_NUMBER = "notifications.result_without_number"
    NOT_OF_THIS_BATCH = "notifications.result_of_other_batch"
    UNKNOWN_WORD = "notifications.result_word_unknown"
    NO_REASON = "notifications.result_without_reason"
    TWICE = "notifications.result_twice"
    CONTRADICTS = "notifications.result_contradicts"
    TAKEN_OUT = "notifications.result_taken_out"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of a result file as text. `row_no` counts as people see it, the headings are row 1."""

    row_no: int
    notice_no: str
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedResult:
    """A row with what it says, or what is wrong. `same`: the notice has this result already."""

    row: ResultRow
    place: int | None = None
    state: NoticeState | None = None
    problem: ResultProblem | None = None
    params: Mapping[str, object] | None = None
    same: bool = False

    @property
    def is_taken(self) -> bool:
        return self.problem is None and not self.same


@dataclass(frozen=True, slots=True)
class Standing:
    """What a notice of the batch stands at: its state and the reason that was told."""

    state: NoticeState
    reason: str


def judged(
    batch_no: str, count: int, rows: Sequence[ResultRow], standing: Mapping[int, Standing]
) -> list[JudgedResult]:
    """Each row judged by itself and by the rows above it. `standing` by place, of those that are still in the batch; `count`
    is how many the batch had. A bad row is refused alone.
    """
    seen: dict[int, int] = {}
    found = []
    for row in rows:
        one = _judged(batch_no, count, row, standing)
        place = one.place
        if place is not None and one.problem is None:
            if place in seen:
                one = JudgedResult(row, place, problem=ResultProblem.TWICE, params={"row": seen[place]})
            else:
                seen[place] = row.row_no
        found.append(one)
    return found


def _judged(batch_no: str, count: int, row: ResultRow, standing: Mapping[int, Standing]) -> JudgedResult:
    number = row.notice_no.strip()
    if not number:
        return JudgedResult(row, problem=ResultProblem.NO_NUMBER)
    head, _, tail = number.rpartition("-")
    is_place = tail.isascii() and tail.isdigit() and len(tail) == 6
    if head != batch_no or not is_place or not 1 <= int(tail) <= count:
        return JudgedResult(row, problem=ResultProblem.NOT_OF_THIS_BATCH, params={"number": number, "batch": batch_no})
    place = int(tail)
    state = _WORDS.get(row.result.strip().lower())
    if state is None:
        return JudgedResult(row, place, problem=ResultProblem.UNKNOWN_WORD, params={"word": row.result})
    reason = row.reason.strip()[:REASON_LIMIT]
    if state is NoticeState.FAILED and not reason:
        return JudgedResult(row, place, problem=ResultProblem.NO_REASON)
    now = standing.get(place)
    if now is None:
        return JudgedResult(row, place, problem=ResultProblem.TAKEN_OUT)
    if now.state is NoticeState.HANDED_OVER:
        return JudgedResult(row, place, state)
    if now.state is state:
        return JudgedResult(row, place, state, same=True)
    return JudgedResult(row, place, problem=ResultProblem.CONTRADICTS, params={"state": now.state})

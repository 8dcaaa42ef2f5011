"""Rows of the bulk tables as COPY text (批量写入): one pass over the outcomes of a chunk, one COPY per table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.calculate import Outcome
from qingyuan.domains.billing.rules.case import LAST_IN_POSITION, Case
from qingyuan.domains.billing.rules.lines import Rated, stored_volume
from qingyuan.domains.billing.rules.notices import Notice
from qingyuan.domains.billing.rules.snapshot import FORMAT
from qingyuan.domains.billing.rules.states import LIVE_KINDS, RunItemState
from qingyuan.domains.ledger.rules.netting import net_parts
from qingyuan.domains.ledger.rules.posting import NewCredit, NewReceivable
from qingyuan.domains.tariffs.queries.catalogue import PriceList
from qingyuan.domains.tariffs.rules.result import RatingLine
from qingyuan.kernel.canonical import canonical_json
from qingyuan.platform.copying import copy_text, escaped

RUN_ITEM_COLUMNS = (
    *("run_id", "chunk_no", "position", "natural_key", "state", "kind", "group_id", "account_id", "point_id"),
    *("reading_item_id", "corrects_bill_id", "change_id", "book_id", "volume", "amount", "exception_code"),
    *("exception_params", "pricing_no", "hash"),
)
PRICING_COLUMNS = (
    *("run_id", "chunk_no", "pricing_no", "key", "input_before", "input_after", "lines", "volume", "amount"),
    *("tax_amount", "line_rows", "parts", "entries"),
)
BILL_COLUMNS = (
    *("id", "bill_no", "company_id", "unit_id", "run_id", "run_position", "kind", "basis", "account_id", "customer_id"),
    *("point_id", "book_id", "reading_item_id", "group_id", "yyyymm", "round_no", "tier_position", "tier_sequence"),
    *("from_date", "to_date", "months", "volume", "amount", "tax_amount", "posting_date", "due_date"),
    *("replaces_bill_id", "corrects_bill_id", "change_id", "carry_after", "hash_format", "hash", "snapshot"),
)
LINE_COLUMNS = (
    *("bill_id", "position", "kind", "charge_item_id", "price_version_id", "usage_class_id", "tier", "volume"),
    *("metered_volume", "price", "amount", "tax_rate", "tax_amount", "counts"),
)
LIVE_COLUMNS = ("bill_id", "point_id", "yyyymm", "round_no", "from_date", "to_date")
ENTRY_COLUMNS = (
    *("group_id", "counter", "cycle_start_date", "position", "sequence", "volume", "source", "bill_id", "note"),
)
NULL = "\\N"


def copy_run_items(
    run_id: int,
    chunk_no: int,
    outcomes: Sequence[Outcome],
    notices: Mapping[int, Notice],
    *,
    after: int = 0,
) -> None:
    """The results of what was calculated one by one. `notices` by index: what a person should look at on a calculated one.
    Positions and pricings are numbered on from `after`.
    """
    rows: list[str] = []
    pricings: list[str] = []
    for index, outcome in enumerate(outcomes):
        case = outcome.case
        number = after + index + 1
        result = None if outcome.priced is None else outcome.priced.rated
        code, params = "", NULL
        if outcome.refusal is not None:
            code, params = outcome.refusal.code, _json(outcome.refusal.params)
        elif index in notices:
            code, params = notices[index].code, _json(notices[index].params)
        state = _state(outcome, notices.get(index))
        rows.append(
            f"{run_id}\t{chunk_no}\t{number}\t{escaped(case.natural_key)}\t{state}\t{case.kind}"
            f"\t{_id(case.rows.group_id)}\t{case.rows.account_id}\t{case.rows.point_id}\t{case.rows.reading_item_id}"
            f"\t{_id(None if case.correction is None else case.correction.bill_id)}\t{_id(case.change_id)}"
            f"\t{case.rows.book_id}\t{0 if result is None else result.volume}\t{0 if result is None else result.total}"
            f"\t{code}\t{params}\t{NULL if result is None else number}\t{outcome.hash}\n"
        )
        if result is not None:
            pricings.append(
                f"{run_id}\t{chunk_no}\t{number}\t\t\t\t{escaped(outcome.lines)}\t{result.volume}\t{result.total}"
                f"\t{result.tax}\t[]\t[]\t[]\n"
            )
    copy_text("run_item", RUN_ITEM_COLUMNS, ["".join(rows)])
    copy_text("run_pricing", PRICING_COLUMNS, ["".join(pricings)])


def _state(outcome: Outcome, notice: Notice | None) -> RunItemState:
    if outcome.priced is None:
        return RunItemState.EXCEPTION
    return RunItemState.HELD if notice is not None and notice.held else RunItemState.CALCULATED


class Issue(NamedTuple):
    """What all bills of an issue have in common. `bill_no_of` writes the n-th number of the run's block."""

    company_id: int
    run_id: int
    posting_date: date
    due_date: date
    prices: PriceList
    bill_no_of: Callable[[int], str]


@dataclass(slots=True)
class Rowset:
    """The rows of a chunk's bills, and what the ledger is to post."""

    bills: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    receivables: list[NewReceivable] = field(default_factory=list)
    credits: list[NewCredit] = field(default_factory=list)

    def copy(self) -> None:
        """One COPY per table, parents first."""
        copy_text("bill", BILL_COLUMNS, ["".join(self.bills)])
        copy_text("bill_line", LINE_COLUMNS, ["".join(self.lines)])
        if self.live:
            copy_text("bill_live", LIVE_COLUMNS, ["".join(self.live)])
        if self.entries:
            copy_text("tier_entry", ENTRY_COLUMNS, ["".join(self.entries)])


class BillRows(NamedTuple):
    """What all bills of one priced usage have in common: their lines' columns after the bill's id, amounts by charge item."""

    lines: tuple[str, ...]
    parts: tuple[tuple[int, Decimal], ...]
    entries: tuple[tuple[str, str], ...]


def build_bills(issue: Issue, outcomes: Sequence[tuple[int, int, Outcome]]) -> Rowset:
    """The rows of the bills. Each outcome comes with its bill id and its place in the run's block of numbers."""
    rowset = Rowset()
    for bill_id, place, outcome in outcomes:
        priced = outcome.priced
        assert priced is not None
        rows = priced.rows
        if not isinstance(rows, BillRows):
            rows = priced.rows = _bill_rows(issue.prices, outcome.case, priced.rated)
        bill_no = issue.bill_no_of(place)
        _add_bill(rowset, issue, bill_id, bill_no, place, outcome, priced.rated, rows)
        rowset.lines += [f"{bill_id}\t{line}" for line in rows.lines]
        if priced.rated.total:
            _add_receivable(rowset, issue, bill_id, bill_no, outcome.case, priced.rated.total, rows.parts)
    return rowset


def _add_bill(
    rowset: Rowset,
    issue: Issue,
    bill_id: int,
    bill_no: str,
    place: int,
    outcome: Outcome,
    result: Rated,
    made: BillRows,
) -> None:
    case = outcome.case
    rows, at = case.rows, case.place
    position = at.yyyymm * 100 + at.round_no
    sequence = bill_id if case.sequence == LAST_IN_POSITION else case.sequence
    corrects = None if case.correction is None else case.correction.bill_id
    start, end, months = _span(case)
    rowset.bills.append(
        f"{bill_id}\t{bill_no}\t{issue.company_id}\t{rows.unit_id}\t{issue.run_id}\t{place + 1}"
        f"\t{case.kind}\t{case.basis}\t{rows.account_id}\t{rows.customer_id}\t{rows.point_id}\t{rows.book_id}"
        f"\t{rows.reading_item_id or NULL}\t{_id(rows.group_id)}\t{at.yyyymm}\t{at.round_no}\t{position}\t{sequence}"
        f"\t{start}\t{end}\t{months}\t{result.volume}\t{result.total}\t{result.tax}\t{issue.posting_date}"
        f"\t{issue.due_date}\t{_id(case.replaces_bill_id)}\t{_id(corrects)}\t{_id(case.change_id)}"
        f"\t{result.carry_after}\t{FORMAT}\t{outcome.hash}\t{escaped(outcome.snapshot)}\n"
    )
    if corrects is None and case.kind in LIVE_KINDS:
        rowset.live.append(f"{bill_id}\t{rows.point_id}\t{at.yyyymm}\t{at.round_no}\t{start}\t{end}\n")
    for counter_and_cycle, volume in made.entries:
        rowset.entries.append(
            f"{rows.group_id}\t{counter_and_cycle}\t{position}\t{sequence}\t{volume}\tBILL\t{bill_id}\t\n"
        )


class LineRow(NamedTuple):
    """A line of a bill as its columns, without the bill's id."""

    position: int
    kind: str
    charge_item_id: int
    price_version_id: int | None
    usage_class_id: int | None
    tier: int | None
    volume: Decimal | None
    metered_volume: Decimal | None
    price: Decimal | None
    amount: Decimal
    tax_rate: Decimal | None
    tax_amount: Decimal
    counts: bool


def line_rows(prices: PriceList, class_ids: Sequence[int], result: Rated) -> list[LineRow]:
    """The lines of a bill as rows. `class_ids`: the usage classes' rows by share."""
    counting = bool(result.entries)
    return [
        LineRow(
            position,
            line.kind,
            _charge_item(prices, line, result.lines),
            prices.version_ids.get((line.plan_code, line.version_date)),
            class_ids[line.share] if 0 <= line.share < len(class_ids) else None,
            line.tier,
            stored_volume(line.volume),
            line.metered_volume,
            line.price,
            line.amount,
            line.tax_rate,
            line.tax,
            counting and line.counts,
        )
        for position, line in enumerate(result.lines, 1)
    ]


def parts_of(lines: Sequence[LineRow]) -> tuple[tuple[int, Decimal], ...]:
    """Amounts by charge item, without those that come to nothing."""
    parts: dict[int, Decimal] = {}
    for line in lines:
        parts[line.charge_item_id] = parts.get(line.charge_item_id, Decimal("0.00")) + line.amount
    return tuple(part for part in parts.items() if part[1])


def _bill_rows(prices: PriceList, case: Case, result: Rated) -> BillRows:
    lines = line_rows(prices, () if case.terms is None else case.terms.class_ids, result)
    texts = ["\t".join([_text(value) for value in line]) + "\n" for line in lines]
    entries = tuple((f"{escaped(entry.counter)}\t{entry.cycle_start}", str(entry.volume)) for entry in result.entries)
    return BillRows(tuple(texts), parts_of(lines), entries)


def _charge_item(prices: PriceList, line: RatingLine, lines: Sequence[RatingLine]) -> int:
    """The line's charge item; rounding and minimum belong to the bill's first one where the company has none for them."""
    known = prices.charge_items.get(line.item_code)
    if known is None:
        known = next(prices.charge_items[each.item_code] for each in lines if each.item_code in prices.charge_items)
    return known.id


def _add_receivable(
    rowset: Rowset,
    issue: Issue,
    bill_id: int,
    bill_no: str,
    case: Case,
    total: Decimal,
    parts: tuple[tuple[int, Decimal], ...],
) -> None:
    rows = case.rows
    customer_id = rows.customer_id
    assert customer_id is not None
    if total > 0:
        rowset.receivables.append(
            NewReceivable(
                bill_id,
                bill_no,
                rows.unit_id,
                rows.account_id,
                customer_id,
                case.place.yyyymm,
                issue.due_date,
                total,
                parts,
            )
        )
    else:
        back = net_parts([(charge_item, -amount) for charge_item, amount in parts]).parts
        correction = case.correction
        rowset.credits.append(
            NewCredit(
                bill_id,
                bill_no,
                rows.unit_id,
                rows.account_id,
                customer_id,
                None if correction is None else correction.bill_id,
                -total,
                back,
            )
        )


def _span(case: Case) -> tuple[date, date, int]:
    """From, to and months; a correcting bill has those of the usage it corrects, and no months of its own."""
    terms, correction = case.terms, case.correction
    if terms is not None:
        return terms.from_date, terms.to_date, terms.months
    assert correction is not None
    starts = [piece.start for piece in correction.after.pieces if piece.start is not None]
    ends = [piece.end for piece in correction.after.pieces if piece.end is not None]
    return min(starts), max(ends), 0


def _json(params: Mapping[str, object]) -> str:
    return escaped(canonical_json({name: str(value) for name, value in params.items()}))


def _id(value: int | None) -> str:
    return NULL if value is None else str(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return NULL if value is None else str(value)

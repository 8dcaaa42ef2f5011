"""From reading items to cases (计费对象): all facts of a chunk, read set-wise, in as many statements for one as for thousands."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from json.encoder import encode_basestring as quoted
from operator import itemgetter

from qingyuan.domains.billing.queries import bill_facts
from qingyuan.domains.billing.queries.linked_usage import linked_pieces, linked_refusal, linked_usage
from qingyuan.domains.billing.queries.terms import TermsMaker, terms_maker
from qingyuan.domains.billing.queries.tier_use import counted
from qingyuan.domains.billing.queries.usage_rows import Surroundings, UsageRow, usage_rows
from qingyuan.domains.billing.rules.case import Case, Correction, Place, Refusal, Rows
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.billing.rules.terms import Usage
from qingyuan.domains.billing.rules.tier_use import UseTable
from qingyuan.domains.readings import queries as readings
from qingyuan.domains.readings.queries.consumption import (
    ConsumptionFacts,
    ItemAdjustment,
    UsageChange,
    item_adjustment_of,
)
from qingyuan.domains.tariffs.queries.catalogue import PriceList
from qingyuan.domains.tariffs.rules.request import ItemChange, RatingRequest
from qingyuan.kernel.period import Month

BILLED_STATES = frozenset({"ACTIVE", "CLOSING"})
LOOK_BACK = timedelta(days=400)
"""How far before a usage span tier use may matter: a cycle and a little more."""


def load_cases(
    reading_item_ids: Sequence[int], *, prices: PriceList, business_date: date, kind: BillKind | None = None
) -> list[Case]:
    """The cases of these items: their bills, and the corrections of estimates that they settle.

    What cannot be billed comes as a case with its refusal. `kind` overrides REGULAR (a final bill).
    """
    rows = usage_rows(reading_item_ids)
    if not rows:
        return []
    around = Surroundings(rows, on=business_date)
    maker = terms_maker(prices)
    replaced = bill_facts.replaced_places(list(reading_item_ids))
    linked = _linked(rows, around)
    fees = _account_fees(rows, around) if around.several_points else {}
    cases = []
    for row, usage, changes in _usages(rows):
        facts = linked.get(row.reading_item_id)
        if facts is not None:
            usage = linked_usage(facts, usage, is_main=row.point_id in around.mains)
        cases.append(_case(row, usage, changes, facts, maker, around, fees, kind))
    if replaced:
        for case in cases:
            if case.rows.reading_item_id in replaced:
                case.replaces_bill_id, case.sequence = replaced[case.rows.reading_item_id]
    _set_carries(cases)
    points = sorted({case.rows.point_id for case in cases})
    return [*cases, *_true_ups(points, {case.rows.group_id for case in cases})]


def load_use(cases: Iterable[Case]) -> UseTable:
    """The tier use of the groups of these cases."""
    given = list(cases)
    groups = sorted({case.rows.group_id for case in given if case.rows.group_id is not None})
    if not groups:
        return UseTable()
    earliest = min(_earliest(case) for case in given) - LOOK_BACK
    position = min(case.place.position for case in given)
    return UseTable(counted(groups, cycles_after=earliest, from_position=position))


def _linked(rows: Sequence[UsageRow], around: Surroundings) -> Mapping[int, ConsumptionFacts]:
    """By reading item, of points that hang in a main-and-sub relation: usage with subs and shares."""
    linked = around.mains | around.sharers
    items = [row.reading_item_id for row in rows if row.point_id in linked] if linked else []
    return readings.consumption_facts(items) if items else {}


def _earliest(case: Case) -> date:
    if case.terms is None:
        return Month.from_number(case.place.yyyymm).first_date
    return min(case.terms.period_date, case.terms.from_date)


def _usages(rows: Sequence[UsageRow]) -> Iterator[tuple[UsageRow, Usage, tuple[ItemChange, ...]]]:
    """The rows by item, each with the usage of all its parts, and the charge items that have a volume of their own."""
    for _, parts in groupby(rows, key=itemgetter(0)):
        given = list(parts)
        changes = tuple([_item_change_of(part.evidence) for part in given if part.evidence is not None])
        if changes:
            given = [part for part in given if part.evidence is None] or [given[0]._replace(part_kind=None)]
        if len(given) == 1:
            yield given[0], _usage(given[0]), changes
        else:
            usages = [_usage(part) for part in given]
            text = Usage(",".join(each.key for each in usages), ",".join(each.text for each in usages))
            yield given[0], text, changes


def _item_change_of(evidence: str) -> ItemChange:
    return _item_change(item_adjustment_of(json.loads(evidence)))


def _item_change(adjusted: ItemAdjustment) -> ItemChange:
    return ItemChange(adjusted.item_code, adjusted.change, adjusted.adjustment_no, adjusted.reason)


def item_changes_of(usage: ConsumptionFacts) -> tuple[ItemChange, ...]:
    """The charge items that have a volume of their own in the usage."""
    return tuple(_item_change(adjusted) for adjusted in usage.item_adjustments)


def _usage(row: UsageRow) -> Usage:
    """One part as a piece of canonical JSON, the same text as `snapshot.piece_text`."""
    if row.part_kind is None:
        key = f'"{row.from_date}","{row.to_date}","{row.volume}"'
        return Usage(key, f"[{key},[]]")
    key = f'"{row.part_from}","{row.part_to}","{row.part_volume}"'
    reference = row.meter_no or ""
    if row.register_no is not None:
        reference = f"{reference}/{row.register_no}"
    return Usage(
        key,
        f'[{key},[[{quoted(row.part_kind)},"{row.part_volume}",{quoted(reference)},{_number(row.start_value)},'
        f"{_number(row.end_value)},{_number(row.multiplier)}]]]",
    )


def _number(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def _case(
    row: UsageRow,
    usage: Usage,
    changes: tuple[ItemChange, ...],
    linked: ConsumptionFacts | None,
    maker: TermsMaker,
    around: Surroundings,
    fees: Mapping[int, tuple[bool, bool]],
    kind: BillKind | None,
) -> Case:
    account_id = row.account_id or 0
    group = around.group(account_id, row.point_id, f"{row.yyyymm // 100}-{row.yyyymm % 100:02d}-01")
    holder = around.holders.on(account_id, row.to_date)
    case = Case(
        Place("" if group is None else group.group_no, row.account_no or "", row.point_no, row.yyyymm, row.round_no),
        Rows(
            None if group is None else group.group_id,
            account_id,
            int(holder) if holder else None,
            row.point_id,
            row.book_id,
            row.unit_id,
            row.reading_item_id,
        ),
        kind or (BillKind.ESTIMATED if row.is_estimated else BillKind.REGULAR),
        usage=usage,
        revision=row.revision,
    )
    refusal = _refusal(row, linked, around, case.rows)
    if refusal is None:
        on_bill, used = fees.get(row.reading_item_id, (True, None))
        made = maker.of(row, around, on_bill, used, changes)
        if isinstance(made, Refusal):
            refusal = made
        else:
            case.terms = made
    case.refusal = refusal
    return case


def _refusal(row: UsageRow, linked: ConsumptionFacts | None, around: Surroundings, rows: Rows) -> Refusal | None:
    if row.account_state not in BILLED_STATES:
        return Refusal("billing.account_not_active", {"state": row.account_state or ""})
    if rows.account_id in around.holds:
        return Refusal("billing.on_hold", {"reason": around.holds[rows.account_id]})
    if rows.group_id is None:
        return Refusal("billing.no_tier_group", {})
    if rows.customer_id is None:
        return Refusal("billing.no_holder", {})
    return linked_refusal(linked)


def _account_fees(rows: Sequence[UsageRow], around: Surroundings) -> dict[int, tuple[bool, bool]]:
    """Fees of the account (按户) stand on one bill of a month: the first in the run's order, unless one is billed.

    By reading item of accounts with several points: whether the fees are on this bill, and whether the account used any.
    """
    several = [row for row in rows if row.account_id in around.several_points]
    account_ids = sorted({row.account_id for row in several if row.account_id is not None})
    taken: set[tuple[int | None, int]] = set(
        bill_facts.accounts_billed(account_ids, sorted({row.yyyymm for row in several}))
    )
    used = {(row.account_id, row.yyyymm) for row in several if Decimal(row.volume) > 0}
    fees: dict[int, tuple[bool, bool]] = {}
    for row in several:
        if row.reading_item_id in fees:
            continue
        key = (row.account_id, row.yyyymm)
        fees[row.reading_item_id] = (key not in taken, key in used)
        taken.add(key)
    return fees


def _set_carries(cases: Sequence[Case]) -> None:
    """The remainders that earlier bills left, for plans that carry them."""
    carrying = [case for case in cases if case.terms is not None and case.terms.carries]
    if not carrying:
        return
    points = sorted({case.rows.point_id for case in carrying})
    known = bill_facts.carries(points, before_month=min(case.place.yyyymm for case in carrying))
    for case in carrying:
        case.carry = known.get(case.rows.point_id, case.carry)


def _true_ups(point_ids: Sequence[int], group_ids: set[int | None]) -> list[Case]:
    """Correcting cases for estimates settled since they were billed."""
    changes = readings.unhandled_true_ups(point_ids)
    if not changes:
        return []
    return corrections_of_changes(changes, "TRUE_UP", group_ids)


def fresh_requests(bills: Iterable[bill_facts.LiveBill], *, prices: PriceList) -> dict[int, RatingRequest | Refusal]:
    """By bill: the request by which its reading would be billed on the facts as they stand now; bills without one have none.

    Which of the account's fees stand on the bill and what was carried into it stay as they were billed.
    """
    by_item = {bill.reading_item_id: bill for bill in bills if bill.reading_item_id is not None}
    rows = usage_rows(sorted(by_item))
    if not rows:
        return {}
    around = Surroundings(rows, on=Month.from_number(max(row.yyyymm for row in rows)).first_date)
    maker = terms_maker(prices)
    linked = _linked(rows, around)
    found: dict[int, RatingRequest | Refusal] = {}
    for row, usage, changes in _usages(rows):
        bill, facts = by_item[row.reading_item_id], linked.get(row.reading_item_id)
        before = bill.standing.after
        made = linked_refusal(facts) or maker.of(row, around, before.account_fees, before.account_used, changes)
        if not isinstance(made, Refusal):
            if facts is not None:
                usage = linked_usage(facts, usage, is_main=row.point_id in around.mains)
            request = made.request(usage.text, (), before.carry_before)
            found[bill.bill_id] = replace(request, corrected_volume=before.corrected_volume)
        else:
            found[bill.bill_id] = made
    return found


def corrections_of_changes(
    changes: Sequence[UsageChange], cause: str, group_ids: set[int | None] | None = None
) -> list[Case]:
    """Correcting cases of the live bills whose consumption changed. Changes of unbilled periods have none; a bill of
    another tier group than the given ones is refused.
    """
    newest = {change.reading_item_id: change for change in changes}
    bills = bill_facts.live_bills_of_items(sorted(newest))
    usages = readings.consumption_facts(sorted(bills))
    cases = []
    for reading_item_id, bill in bills.items():
        usage = usages[reading_item_id]
        before = bill.standing.after
        after = replace(before, pieces=linked_pieces(usage), item_changes=item_changes_of(usage))
        case = correction_case(bill, Correction(bill.bill_id, bill.bill_no, before, after, cause), usage.revision)
        case.change_id = newest[reading_item_id].change_id
        if group_ids is not None and bill.group_id not in group_ids:
            case.refusal = Refusal("billing.other_tier_group", {"bill": bill.bill_no})
        else:
            case.refusal = linked_refusal(usage)
        cases.append(case)
    return cases


def correction_case(bill: bill_facts.LiveBill, correction: Correction, revision: int) -> Case:
    """The case of a correcting bill: at the tier position of the bill that it corrects."""
    standing = bill.standing
    return Case(
        Place(standing.group_no, standing.account_no, standing.point_no, bill.yyyymm, bill.round_no),
        Rows(
            bill.group_id,
            bill.account_id,
            bill.customer_id,
            bill.point_id,
            bill.book_id,
            bill.unit_id,
            bill.reading_item_id or 0,
        ),
        BillKind.OTHER,
        revision=revision,
        sequence=bill.tier_sequence,
        correction=correction,
    )

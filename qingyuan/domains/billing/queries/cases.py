"""From reading items to cases (计费对象): all facts of a chunk, read set-wise, in as many statements for one as for thousands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from qingyuan.domains.billing.queries import bill_facts, field_facts
from qingyuan.domains.billing.queries.case_facts import FactsMaker, Sources, piece_of
from qingyuan.domains.billing.queries.tier_use import counted, groups_of
from qingyuan.domains.billing.rules.case import Case, Correction, Place, Refusal, Rows
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.billing.rules.tier_use import UseTable
from qingyuan.domains.readings import queries as readings
from qingyuan.domains.readings.queries.consumption import ConsumptionFacts, UsageChange
from qingyuan.domains.tariffs.queries.catalogue import PriceList
from qingyuan.kernel.period import Month

BILLED_STATES = frozenset({"ACTIVE", "CLOSING"})
LOOK_BACK = timedelta(days=400)
"""How far before a usage span facts and tier use may matter: a cycle and a little more."""


def load_cases(
    reading_item_ids: Sequence[int], *, prices: PriceList, business_date: date, kind: BillKind | None = None
) -> list[Case]:
    """The cases of these items, in no order: their bills, and before them the corrections of estimates that they settle.

    What cannot be billed comes as a case with its refusal. `kind` overrides REGULAR (a final bill).
    """
    usages = readings.consumption_facts(reading_item_ids)
    if not usages:
        return []
    found = list(usages.values())
    accounts = sorted({usage.account_id for usage in found if usage.account_id is not None})
    points = sorted({usage.point_id for usage in found})
    sources = Sources.read(
        account_ids=accounts,
        point_ids=points,
        since=min(usage.from_date for usage in found) - LOOK_BACK,
        business_date=business_date,
    )
    groups = groups_of([(u.point_id, u.account_id, _first_day(u)) for u in found if u.account_id is not None])
    replaced = bill_facts.replaced_places(reading_item_ids)
    maker = FactsMaker(prices, sources)
    cases = [_case(usage, maker, groups, replaced, kind) for usage in found]
    maker.set_account_fees(cases)
    maker.set_carries(cases)
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


def _earliest(case: Case) -> date:
    first = Month.from_number(case.place.yyyymm).first_date
    return first if case.facts is None else min(first, case.facts.from_date)


def _first_day(usage: ConsumptionFacts) -> date:
    return Month.from_number(usage.yyyymm).first_date


def _case(
    usage: ConsumptionFacts,
    maker: FactsMaker,
    groups: Mapping[tuple[int, int, date], tuple[int, str]],
    replaced: Mapping[int, tuple[int, int]],
    kind: BillKind | None,
) -> Case:
    account = maker.sources.accounts[usage.account_id or 0]
    group = groups.get((usage.point_id, account.account_id, _first_day(usage)))
    customer_id = maker.sources.holder(account.account_id, usage.to_date)
    case = Case(
        place=Place(
            group_no="" if group is None else group[1],
            account_no=account.account_no,
            point_no=usage.point_no,
            yyyymm=usage.yyyymm,
            round_no=usage.round_no,
        ),
        rows=Rows(
            None if group is None else group[0],
            account.account_id,
            customer_id,
            usage.point_id,
            usage.book_id,
            usage.unit_id,
            usage.reading_item_id,
        ),
        kind=kind or (BillKind.ESTIMATED if usage.is_estimated else BillKind.REGULAR),
        revision=usage.revision,
    )
    if usage.reading_item_id in replaced:
        case.replaces_bill_id, case.sequence = replaced[usage.reading_item_id]
    case.refusal = _refusal(usage, account, group is None, customer_id is None)
    if case.refusal is None:
        made = maker.facts(usage, account)
        if isinstance(made, Refusal):
            case.refusal = made
        else:
            case.facts = made
    return case


def _refusal(
    usage: ConsumptionFacts, account: field_facts.AccountFacts, no_group: bool, no_holder: bool
) -> Refusal | None:
    if account.state not in BILLED_STATES:
        return Refusal("billing.account_not_active", {"state": account.state})
    if account.hold_reason is not None:
        return Refusal("billing.on_hold", {"reason": account.hold_reason})
    if no_group:
        return Refusal("billing.no_tier_group", {})
    if no_holder:
        return Refusal("billing.no_holder", {})
    if usage.waiting_subs:
        return Refusal("billing.waiting_subs", {"points": "、".join(usage.waiting_subs)})
    if usage.volume < usage.subs_volume:
        return Refusal("billing.negative_net_main", {"volume": str(usage.volume), "subs": str(usage.subs_volume)})
    return None


def _true_ups(point_ids: Sequence[int], group_ids: set[int | None]) -> list[Case]:
    """Correcting cases for estimates settled since they were billed."""
    changes = readings.unhandled_true_ups(point_ids)
    if not changes:
        return []
    return corrections_of_changes(changes, "TRUE_UP", group_ids)


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
        volume = usage.volume - usage.subs_volume
        before = bill.standing.after
        after = replace(before, pieces=tuple(piece_of(part) for part in usage.parts))
        case = correction_case(bill, Correction(bill.bill_id, bill.bill_no, before, after, cause), usage.revision)
        case.change_id = newest[reading_item_id].change_id
        if group_ids is not None and bill.group_id not in group_ids:
            case.refusal = Refusal("billing.other_tier_group", {"bill": bill.bill_no})
        elif volume < Decimal(0):
            case.refusal = Refusal("billing.negative_net_main", {"volume": str(usage.volume)})
        cases.append(case)
    return cases


def correction_case(bill: bill_facts.LiveBill, correction: Correction, revision: int) -> Case:
    """The case of a correcting bill: at the tier position of the bill that it corrects."""
    standing = bill.standing
    return Case(
        place=Place(standing.group_no, standing.account_no, standing.point_no, bill.yyyymm, bill.round_no),
        rows=Rows(
            bill.group_id,
            bill.account_id,
            bill.customer_id,
            bill.point_id,
            bill.book_id,
            bill.unit_id,
            bill.reading_item_id or 0,
        ),
        kind=BillKind.OTHER,
        revision=revision,
        sequence=bill.tier_sequence,
        correction=correction,
    )

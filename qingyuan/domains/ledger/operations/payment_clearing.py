"""Money in (收款入账): payments clear receivables, the rest goes to prepayment, which may then clear more by itself.

Set-wise: a counter payment is a call with one allocation, a bank file one with thousands. Money taken for an account of
another company is booked in both books against 内部往来.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.ledger.operations import balances, offsets
from qingyuan.domains.ledger.operations.desk import add_prepayments, lay_out
from qingyuan.domains.ledger.operations.journals import Draft
from qingyuan.domains.ledger.operations.offsets import Modes, Offset
from qingyuan.domains.ledger.operations.periods import hold_open_periods
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import spread
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.posting import (
    Allocation,
    ClearedAllocation,
    ClearedBill,
    ClearedPayments,
    PostingSource,
)
from qingyuan.domains.ledger.rules.slips import restricted
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.parameters import queries as parameters

_ZERO = Decimal("0.00")


class NotOwed(DomainError):
    """A receivable that was chosen is not owed any more, or not by this account (所选账单已结清或不属于该户)."""

    code = "ledger.not_owed"


class OwedOtherwise(DomainError):
    """The chosen receivables, `label` the first of them, owe `owed` and no longer the `due` that was shown
    (所选账单欠费已变动).
    """

    code = "ledger.owed_otherwise"


def clear_by_payment(
    *,
    actor: Actor,
    company_id: int,
    unit_id: int,
    posting_date: date,
    value_date: date,
    allocations: Sequence[Allocation],
    money: Mapping[ChartRole, Decimal],
    mode: AllocationMode,
    source: PostingSource | None = None,
) -> ClearedPayments:
    """Post payments taken by one counter (`company_id`, `unit_id`) in the caller's transaction (or its own).

    `money`: CASH or BANK → what came in there, change deducted; its sum is that of the allocations. `mode`: whole bills,
    or any amount. `value_date` is the day the money counts from. One journal for the call, two per other company.

    Locks: accounting periods (shared), open items, prepayments, account balances. Raises NotOwed, OwedOtherwise,
    PeriodClosed, PeriodMissing, NoChart; ValueError when the sums differ.
    """
    total = sum((row.amount for row in allocations), _ZERO)
    if total != sum(money.values(), _ZERO) or any(row.amount <= 0 for row in allocations):
        raise ValueError(f"{total} is allocated of {sum(money.values(), _ZERO)}")
    with transaction.atomic():
        companies = {company_id, *(row.company_id for row in allocations)}
        periods = hold_open_periods(companies, posting_date)
        chosen = [key for row in allocations for key in row.open_item_ids or ()]
        desk = lay_out(owed_of={row.account_id for row in allocations}, open_item_ids=chosen)
        posting = Posting(desk, value_date)
        modes = offsets.modes_on(posting_date)
        counter = posting.draft(company_id, unit_id, JournalKind.PAYMENT)
        for role, amount in money.items():
            counter.add(posting.books(company_id).account(role), None, amount)
        drafts = _drafts(posting, counter, allocations)
        cleared = [_clear(posting, row, drafts[row.company_id], mode, modes) for row in allocations]
        rests = [
            row.amount - sum((one.amount for one in bills), _ZERO)
            for row, bills in zip(allocations, cleared, strict=True)
        ]
        _to_prepayment(posting, allocations, rests, drafts)
        followed = _offset(posting, allocations, rests, modes, posting_date)
        posting.write(actor=actor, periods=periods, posting_date=posting_date, source=source)
        balances.refresh_balances(sorted(posting.accounts))
    return ClearedPayments(counter.id, _answers(posting, allocations, cleared, rests, followed))


def _drafts(posting: Posting, counter: Draft, allocations: Sequence[Allocation]) -> dict[int, Draft]:
    """The journal for each company's accounts: the counter's own, and for another company one in its books against
    内部往来, with the opposite entry in the counter's.
    """
    drafts = {counter.company_id: counter}
    sums: defaultdict[int, Decimal] = defaultdict(lambda: _ZERO)
    for row in allocations:
        sums[row.company_id] += row.amount
    for other, amount in sums.items():
        if other != counter.company_id:
            drafts[other] = posting.draft(other, other, JournalKind.PAYMENT)
            settle_between(posting, counter, drafts[other], amount)
    return drafts


def settle_between(posting: Posting, counter: Draft, other: Draft, amount: Decimal) -> None:
    """The counter's company owes the other `amount` (negative: no longer): 内部往来 on both sides."""
    counter.add(posting.books(counter.company_id).account(ChartRole.INTERCOMPANY), None, -amount)
    other.add(posting.books(other.company_id).account(ChartRole.INTERCOMPANY), None, amount)


def _clear(
    posting: Posting, row: Allocation, draft: Draft, mode: AllocationMode, modes: Modes
) -> tuple[ClearedBill, ...]:
    targets = _targets(posting, row)
    payable = [_payable(found, row.charge_item_ids) for found in targets]
    sums = [sum((amount for _, amount in parts), _ZERO) for parts in payable]
    owed = sum(sums, _ZERO)
    if row.due is not None and row.due != owed:
        raise OwedOtherwise(label=targets[0].label if targets else "", due=row.due, owed=owed)
    allocated = allocate(row.amount, sums, mode)
    cleared: list[ClearedBill] = []
    for found, owing, outstanding, amount in zip(targets, payable, sums, allocated.amounts, strict=True):
        if amount:
            whole = amount == outstanding
            parts = owing if whole else spread(amount, owing, modes(found.unit_id)[1])
            posting.clear(found.id, parts, ClearingSource.PAYMENT, row.receivable_part_id, draft)
            cleared.append(ClearedBill(found.id, found.label, found.yyyymm, amount, parts))
    return tuple(cleared)


def _payable(found: OwedItem, charge_item_ids: tuple[int, ...] | None) -> tuple[Part, ...]:
    """What may be cleared of a receivable. Raises NotOwed where the charge items asked for owe nothing of it."""
    if charge_item_ids is None:
        return found.parts
    parts = restricted(found.parts, charge_item_ids)
    if not parts:
        raise NotOwed(open_item=found.id, label=found.label)
    return parts


def _targets(posting: Posting, row: Allocation) -> list[OwedItem]:
    if row.open_item_ids is None:
        return posting.desk.of_account(row.account_id)
    targets: list[OwedItem] = []
    for key in row.open_item_ids:
        found = posting.desk.owed.get(key)
        if found is None or found.account_id != row.account_id or found.outstanding == 0:
            raise NotOwed(open_item=key, label="" if found is None else found.label)
        targets.append(found)
    return targets


def _to_prepayment(
    posting: Posting, allocations: Sequence[Allocation], rests: Sequence[Decimal], drafts: Mapping[int, Draft]
) -> None:
    with_rest = [(row, rest) for row, rest in zip(allocations, rests, strict=True) if rest]
    add_prepayments(
        posting.desk,
        owners=[(row.company_id, row.account_id, row.customer_id) for row, _ in with_rest],
        money_of=[row.account_id for row, _ in with_rest],
    )
    posting.expect_movements(len(with_rest))
    for row, rest in with_rest:
        posting.move(
            posting.desk.owner_ids[row.account_id, row.customer_id],
            MovementKind.TOP_UP,
            rest,
            drafts[row.company_id],
            source_type="PAYMENT_PART",
            source_id=row.prepayment_part_id,
        )


def _offset(
    posting: Posting, allocations: Sequence[Allocation], rests: Sequence[Decimal], modes: Modes, on: date
) -> list[Offset]:
    """The automatic offset of what was topped up, where the parameter says so."""
    switches: dict[int, bool] = {}
    accounts: set[int] = set()
    for row, rest in zip(allocations, rests, strict=True):
        if rest:
            if row.unit_id not in switches:
                switches[row.unit_id] = parameters.boolean("ledger.offset_after_top_up", unit_id=row.unit_id, on=on)
            if switches[row.unit_id]:
                accounts.add(row.account_id)
    return offsets.offset(posting, accounts, modes, on)


def _answers(
    posting: Posting,
    allocations: Sequence[Allocation],
    cleared: Sequence[tuple[ClearedBill, ...]],
    rests: Sequence[Decimal],
    followed: Iterable[Offset],
) -> tuple[ClearedAllocation, ...]:
    desk = posting.desk
    offset: defaultdict[int, list[ClearedBill]] = defaultdict(list)
    for one in followed:
        owed = one.owed
        offset[owed.account_id].append(ClearedBill(owed.id, owed.label, owed.yyyymm, one.amount, one.parts))
    funds: defaultdict[int, Decimal] = defaultdict(lambda: _ZERO)
    for held in desk.prepayments.values():
        funds[held.account_id] += held.balance
    return tuple(
        ClearedAllocation(
            cleared=bills,
            to_prepayment=rest,
            # an account that pays twice in one call has its offset told once
            offset=tuple(offset.pop(row.account_id, ())),
            balance=funds[row.account_id],
            still_owed=sum((found.outstanding for found in desk.of_account(row.account_id)), _ZERO),
        )
        for row, bills, rest in zip(allocations, cleared, rests, strict=True)
    )

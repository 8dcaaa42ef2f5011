"""What the ledger is asked to post, and what it answers (入账请求)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.ledger.rules.netting import Part


class PostingSource(NamedTuple):
    """Where a journal comes from: a chunk of a billing run, or another source named by `kind`."""

    run_id: int
    chunk_no: int
    kind: str = "RUN"


class NewReceivable(NamedTuple):
    """A receivable to be posted (应收). `parts` are the bill's amounts per charge item, summing to `amount` (> 0); negative
    ones are netted by `rules.netting`. `label` is what a person knows it by (the bill number).
    """

    bill_id: int
    label: str
    unit_id: int
    account_id: int
    customer_id: int
    yyyymm: int
    due_date: date
    amount: Decimal
    parts: tuple[Part, ...]


class NewCredit(NamedTuple):
    """A credit to be posted (贷项): `amount` (> 0) and `parts` are what is given back, positive.

    `corrects_bill_id` is the bill that it clears first, None for a credit that corrects no single bill.
    """

    bill_id: int
    label: str
    unit_id: int
    account_id: int
    customer_id: int
    corrects_bill_id: int | None
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PostedReceivables:
    """What `post_receivables` did. `open_item_ids` stand in the order of the input; amounts in yuan."""

    open_item_ids: tuple[int, ...] = ()
    journal_ids: tuple[int, ...] = ()
    offset_amount: Decimal = Decimal("0.00")
    offset_count: int = 0
    credit_note_ids: tuple[int, ...] = ()
    credit_to_prepayment: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ReversedReceivables:
    """What `reverse_receivables` did: amounts in yuan per bill that went back to prepayment, and the reversal's journals
    by bill (a bill's journal is the one of its unit).
    """

    to_prepayment: dict[int, Decimal] = field(default_factory=dict)
    journal_ids: dict[int, int] = field(default_factory=dict)


class Allocation(NamedTuple):
    """Money for one account (缴费分配). `open_item_ids`: the receivables chosen, in the order in which they are cleared;
    None: what the account owes, oldest first; empty: all of it into prepayment. The part ids name the payment's parts
    that clearings (`receivable_part_id`) and movements (`prepayment_part_id`) will point at. `customer_id` owns what goes
    into prepayment. `due`: what the chosen receivables owed when they were shown; None: it is not compared.
    `charge_item_ids`: of the chosen receivables these charge items alone are cleared, None: all of them.
    """

    receivable_part_id: int
    prepayment_part_id: int
    company_id: int
    unit_id: int
    account_id: int
    customer_id: int
    amount: Decimal
    open_item_ids: tuple[int, ...] | None = None
    due: Decimal | None = None
    charge_item_ids: tuple[int, ...] | None = None


class ClearedBill(NamedTuple):
    """What an allocation, or an offset that followed it, cleared of one receivable."""

    open_item_id: int
    label: str
    yyyymm: int
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ClearedAllocation:
    """What became of one allocation: `cleared` per receivable, `to_prepayment` the rest. `offset` is what the prepayment
    then cleared by itself, `balance` what the account still has in it, `still_owed` what the account owes afterwards.
    """

    cleared: tuple[ClearedBill, ...]
    to_prepayment: Decimal
    offset: tuple[ClearedBill, ...]
    balance: Decimal
    still_owed: Decimal


@dataclass(frozen=True, slots=True)
class ClearedPayments:
    """What `clear_by_payment` did: the counter's journal, and one answer per allocation."""

    journal_id: int
    allocations: tuple[ClearedAllocation, ...]


class PaidPart(NamedTuple):
    """A part of a payment that is to be undone: RECEIVABLES when `is_receivables`, else PREPAYMENT."""

    part_id: int
    is_receivables: bool
    company_id: int
    unit_id: int
    account_id: int
    customer_id: int
    amount: Decimal

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

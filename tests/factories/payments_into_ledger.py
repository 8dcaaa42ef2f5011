"""Money into the books without a counter: `pay` clears as the payments domain does, with part ids of its own."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.rules.allocation import AllocationMode
from qingyuan.domains.ledger.rules.posting import Allocation, ClearedAllocation, PaidPart
from qingyuan.domains.ledger.rules.states import ChartRole
from tests.factories.ledger import POSTED, Company, Payer
from tests.factories.platform import SYSTEM

_parts = count(1)


class Paid:
    """A payment of one account: what was cleared, and how to undo it."""

    def __init__(
        self,
        company: Company,
        payer: Payer,
        amount: str,
        *,
        chosen: Sequence[int] | None = None,
        mode: AllocationMode = AllocationMode.WHOLE_BILLS,
        on: date = POSTED,
        counter: Company | None = None,
    ) -> None:
        self.company, self.payer, self.amount, self.counter = company, payer, Decimal(amount), counter or company
        self.part_ids = next(_parts), next(_parts)
        allocation = Allocation(
            *self.part_ids,
            company.id,
            payer.unit_id,
            payer.account_id,
            payer.customer_id,
            self.amount,
            None if chosen is None else tuple(chosen),
        )
        done = ledger.clear_by_payment(
            actor=SYSTEM,
            company_id=self.counter.id,
            unit_id=self.counter.utility.east_id,
            posting_date=on,
            value_date=on,
            allocations=[allocation],
            money={ChartRole.CASH: self.amount},
            mode=mode,
        )
        self.journal_id = done.journal_id
        self.answer: ClearedAllocation = done.allocations[0]

    def undo(self, on: date = POSTED) -> int:
        """Void it; returns the reversing journal."""
        cleared = self.amount - self.answer.to_prepayment
        parts = [
            PaidPart(
                part_id,
                is_receivables,
                self.company.id,
                self.payer.unit_id,
                self.payer.account_id,
                self.payer.customer_id,
                amount,
            )
            for part_id, is_receivables, amount in zip(
                self.part_ids, (True, False), (cleared, self.answer.to_prepayment), strict=True
            )
            if amount
        ]
        return ledger.undo_payment(
            actor=SYSTEM,
            company_id=self.counter.id,
            unit_id=self.counter.utility.east_id,
            posting_date=on,
            parts=parts,
            money={ChartRole.CASH: self.amount},
            reverses_id=self.journal_id,
        )

"""The one door through which journals are posted (入账): balanced, in an open period, proved before it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.ledger.rules.states import JournalKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import money
from qingyuan.platform.copying import copy_rows, reserve_ids

_ZERO = Decimal("0.00")


@dataclass(slots=True)
class Draft:
    """A journal to be posted. `entries`: (chart account, charge item or None) → amount, debit positive.

    `id` may be reserved beforehand, so that bulk rows written earlier can name it.
    """

    company_id: int
    unit_id: int
    kind: JournalKind
    entries: dict[tuple[int, int | None], Decimal] = field(default_factory=dict)
    id: int = 0
    reverses_id: int | None = None
    idempotency_key: str | None = None
    note: str = ""

    def add(self, chart_account_id: int, charge_id: int | None, amount: Decimal) -> None:
        """Add to one entry; entries of one account and charge item are summed."""
        key = (chart_account_id, charge_id)
        self.entries[key] = self.entries.get(key, _ZERO) + amount

    @property
    def amounts(self) -> list[tuple[tuple[int, int | None], Decimal]]:
        """The entries that did not come to 0.00."""
        return [(key, amount) for key, amount in self.entries.items() if amount]


def post_journals(
    drafts: Sequence[Draft],
    *,
    actor: Actor,
    periods: Mapping[int, int],
    posting_date: date,
    source: PostingSource | None,
) -> list[int]:
    """Post journals and prove them at once. `periods`: company → open period, held by the caller.

    Entries that came to 0.00 are left out; a draft all of whose entries did so is not posted (0 in the answer). Raises
    ValueError for an amount with a fraction of a fen, IntegrityError when a journal does not balance (a programming
    error: the transaction is lost).
    """
    posted = [draft for draft in drafts if draft.amounts]
    unnumbered = [draft for draft in posted if not draft.id]
    for draft, journal_id in zip(unnumbered, reserve_ids("journal", len(unnumbered)), strict=True):
        draft.id = journal_id
    kind, source_id, part = (source.kind, source.run_id, source.chunk_no) if source else ("", None, None)
    copy_rows(
        "journal",
        (
            "id", "company_id", "unit_id", "kind", "period_id", "posting_date", "source_type", "source_id",
            "source_part", "reverses_id", "idempotency_key", "note", "actor_id", "actor_name",
        ),
        (
            (
                draft.id, draft.company_id, draft.unit_id, draft.kind.value, periods[draft.company_id], posting_date,
                kind, source_id, part, draft.reverses_id, draft.idempotency_key, draft.note, actor.staff_id, actor.name,
            )
            for draft in posted
        ),
    )  # fmt: skip
    copy_rows(
        "entry",
        ("journal_id", "chart_account_id", "charge_item_id", "amount"),
        (
            (draft.id, account_id, charge_id, money(amount))
            for draft in posted
            for (account_id, charge_id), amount in draft.amounts
        ),
    )
    # Deferred triggers do not fire at savepoints: prove now, then defer again for the transaction's next journal.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS journal_balanced IMMEDIATE")
        cursor.execute("SET CONSTRAINTS journal_balanced DEFERRED")
    return [draft.id if draft.amounts else 0 for draft in drafts]

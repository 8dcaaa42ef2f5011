"""Correction proposals (退补建议) with their bills and accounts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from qingyuan.domains.billing.models import Bill, RerateProposal
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.domains.customers.models import Account
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view_runs"
SORTS = {"bill_no": "b.bill_no", "amount": "p.amount", "created_at": "p.created_at"}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal. `reason`: ROOM_MOVED, USAGE_CHANGED or FACTS_CHANGED; `cause_bill_no` names the bill that started it,
    `changes` the facts that differ, each with its value on the bill and now.
    """

    id: int
    version: int
    bill_no: str
    yyyymm: int
    account_no: str
    customer_name: str
    billed: Decimal
    amount: Decimal
    reason: str
    cause_bill_no: str
    state: ProposalState
    applied_bill_no: str
    decided_by: str
    created_at: datetime
    changes: tuple[tuple[str, str, str], ...]


_FROM = """
    FROM rerate_proposal p JOIN bill b ON b.id = p.bill_id JOIN account a ON a.id = p.account_id
    LEFT JOIN customer c ON c.id = b.customer_id LEFT JOIN bill cause ON cause.id = p.cause_bill_id
    LEFT JOIN bill applied ON applied.id = p.applied_bill_id LEFT JOIN staff s ON s.id = p.decided_by_id
    WHERE (%(all)s OR b.unit_id = ANY(%(units)s)
           OR (b.unit_id = ANY(%(some)s) AND b.book_id = ANY(%(books)s)))
      AND (%(state)s = '' OR p.state = %(state)s) AND (%(q)s = '' OR a.account_no = %(q)s OR b.bill_no = %(q)s)
      AND (p.amount <> 0 OR %(state)s <> '')
"""
_ROWS = """
    SELECT p.id, p.version, b.bill_no, b.yyyymm, a.account_no, COALESCE(c.name, ''), b.amount, p.amount,
           COALESCE(p.detail->>'reason', ''), COALESCE(cause.bill_no, ''), p.state, COALESCE(applied.bill_no, ''),
           COALESCE(s.name, ''), p.created_at, COALESCE(p.detail->'changes', '[]')::text
"""


def proposal_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[ProposalRow, ...], int, Decimal]:
    """Proposals about bills that the person reaches, their number and sum. `filters`: q (account or bill number), state.

    What came to nothing is shown only when its state is asked for.
    """
    reached = reach(actor, VIEW, on=on)
    given: dict[str, Any] = {
        "all": reached.everything,
        "units": sorted(reached.whole_unit_ids),
        "some": sorted(reached.unit_ids),
        "books": sorted(reached.book_ids or ()),
        "state": str(filters.get("state") or ""),
        "q": str(filters.get("q") or "").strip(),
        "offset": offset,
        "limit": limit,
    }
    order = f"ORDER BY {SORTS[sort]} {'DESC' if descending else 'ASC'}, p.id LIMIT %(limit)s OFFSET %(offset)s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), COALESCE(sum(p.amount), 0) {_FROM}", given)
        count, amount = cursor.fetchall()[0]
        cursor.execute(f"{_ROWS} {_FROM} {order}", given)
        rows = tuple(_row(*row) for row in cursor.fetchall())
    return rows, count, amount


def _row(*values: Any) -> ProposalRow:
    given = list(values)
    given[10] = ProposalState(given[10])
    given[14] = _changes(json.loads(given[14]))
    return ProposalRow(*given)


def _changes(given: Any) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(fact), str(before), str(now)) for fact, before, now in given)


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What is to be decided."""

    version: int
    bill_no: str
    account_no: str
    billed: Decimal
    amount: Decimal
    reason: str
    changes: tuple[tuple[str, str, str], ...]


def proposal_within(actor: Actor, proposal_id: int, *, permission: str, on: date) -> ProposalFacts:
    """A proposal about a bill that the permission reaches. Raises NotFound."""
    proposal = RerateProposal.objects.filter(pk=proposal_id).first()
    reached = reach(actor, permission, on=on).condition("unit_id", "book_id")
    bills = Bill.objects.filter(reached, pk=0 if proposal is None else proposal.bill_id).select_related("account")
    bill = bills.defer("snapshot").first()
    if proposal is None or bill is None:
        raise NotFound(proposal=proposal_id)
    return ProposalFacts(
        proposal.version,
        bill.bill_no,
        bill.account.account_no,
        bill.amount,
        proposal.amount,
        str(proposal.detail.get("reason", "")),
        _changes(proposal.detail.get("changes", ())),
    )


def account_to_look_at(actor: Actor, account_no: str, *, permission: str, on: date) -> int | None:
    """The id of the account with this number where the permission reaches it; None for another."""
    reached = reach(actor, permission, on=on).condition("unit_id")
    return Account.objects.filter(reached, account_no=account_no.strip()).values_list("id", flat=True).first()


def reached_proposals(actor: Actor, ids: Sequence[int], *, permission: str, on: date) -> tuple[list[int], Decimal]:
    """Those of the proposals that are open and about bills that the permission reaches, and what they come to."""
    reached = reach(actor, permission, on=on).condition("unit_id", "book_id")
    found = RerateProposal.objects.filter(
        pk__in=ids, state=ProposalState.OPEN, bill_id__in=Bill.objects.filter(reached).values("id")
    )
    rows = list(found.order_by("id").values_list("id", "amount"))
    return [row[0] for row in rows], sum((row[1] for row in rows), Decimal("0.00"))

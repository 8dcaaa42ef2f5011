"""What cancelling bills does, whether one or all of a run (应收冲正): postings, tier use, live rows, readings, proposals."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models.functions import Now

from qingyuan.domains.billing.models import Bill, BillLive, BillReversal, RerateProposal, StandingFeeLive
from qingyuan.domains.billing.operations.telling import withdraw_notices
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.domains.ledger.operations.reversals import reverse_receivables
from qingyuan.domains.readings import operations as readings
from qingyuan.kernel.actor import Actor


def cancel_together(actor: Actor, bills: Sequence[Bill], *, posting_date: date, reason: str) -> None:
    """Cancel live bills of one company; the caller holds the period, tier groups, accounts and readings, and tells the audit.

    What had cleared them goes to prepayment, their tier use is taken back, readings are approved again, open proposals
    about them are dismissed, notices of them that were not sent are withdrawn, a recurring fee's period is free again.
    Raises what the ledger refuses.
    """
    if not bills:
        return
    company_id = bills[0].company_id
    posted = [each.pk for each in bills if each.amount]
    journals: dict[int, int] = {}
    if posted:
        journals = reverse_receivables(
            actor=actor, company_id=company_id, posting_date=posting_date, bill_ids=posted, reason=reason
        ).journal_ids
    BillReversal.objects.bulk_create(
        BillReversal(
            bill_id=each.pk,
            reading_item_id=each.reading_item_id if each.corrects_bill_id is None else None,
            company_id=each.company_id,
            reason=reason[:200],
            posting_date=posting_date,
            journal_id=journals.get(each.pk),
            reversed_by_id=actor.staff_id,
            reversed_at=Now(),
        )
        for each in bills
    )
    ids = [each.pk for each in bills]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"bills": ids})
    BillLive.objects.filter(bill_id__in=ids).delete()
    withdraw_notices(bills)
    StandingFeeLive.objects.filter(bill_id__in=ids).delete()
    own = [each.reading_item_id for each in bills if each.corrects_bill_id is None and each.reading_item_id is not None]
    readings.mark_unbilled(reading_item_ids=own)
    changes = [each.change_id for each in bills if each.change_id is not None]
    if changes:
        readings.mark_change_unhandled(change_ids=changes)
    open_proposals = RerateProposal.objects.filter(bill_id__in=ids, state=ProposalState.OPEN)
    open_proposals.update(state=ProposalState.DISMISSED, decided_by_id=actor.staff_id, decided_at=Now())


_TAKE_BACK = """
    INSERT INTO tier_entry (group_id, counter, cycle_start_date, position, sequence, volume, source, bill_id, note)
    SELECT group_id, counter, cycle_start_date, position, sequence, -volume, source, bill_id, 'REVERSAL'
    FROM tier_entry WHERE bill_id = ANY(%(bills)s) AND group_id IN (SELECT group_id FROM bill WHERE id = ANY(%(bills)s))
    ORDER BY id
"""

"""Bills as they would be made today (复算): correcting cases from the facts as they stand now."""

from collections.abc import Sequence
from typing import NamedTuple

from qingyuan.domains.billing.queries.bill_facts import LiveBill
from qingyuan.domains.billing.queries.cases import correction_case, fresh_requests
from qingyuan.domains.billing.rules.case import Case, Correction, Refusal
from qingyuan.domains.billing.rules.changed_facts import ChangedFact, changed_facts
from qingyuan.domains.readings import queries as readings
from qingyuan.domains.tariffs.queries.catalogue import PriceList

FACTS_CHANGED = "FACTS_CHANGED"


class FactsCase(NamedTuple):
    """A bill, the case that corrects it, and what differs from what it was made by."""

    bill: LiveBill
    case: Case
    changes: tuple[ChangedFact, ...]


def facts_cases(bills: Sequence[LiveBill], prices: PriceList) -> tuple[FactsCase, ...]:
    """A correcting case for each bill of a reading; one that could not be billed today carries its refusal.

    Whether there is something to correct is seen when the case is calculated: no lines, nothing to correct.
    """
    requests = fresh_requests(bills, prices=prices)
    changes = readings.unhandled_changes(point_ids=sorted({bill.point_id for bill in bills}))
    newest = {change.reading_item_id: change for change in changes if change.reason != "TRUE_UP"}
    usages = readings.consumption_facts(sorted(bill.reading_item_id for bill in bills if bill.reading_item_id))
    found = []
    for bill in bills:
        request = requests.get(bill.bill_id)
        if request is None or bill.reading_item_id is None:
            continue
        before = bill.standing.after
        after = before if isinstance(request, Refusal) else request
        revision = usages[bill.reading_item_id].revision
        correction = Correction(bill.bill_id, bill.bill_no, before, after, FACTS_CHANGED)
        case = correction_case(bill, correction, revision)
        if isinstance(request, Refusal):
            case.refusal = request
        if bill.reading_item_id in newest:
            case.change_id = newest[bill.reading_item_id].change_id
        found.append(FactsCase(bill, case, changed_facts(before, after)))
    return tuple(found)

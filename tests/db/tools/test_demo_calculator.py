"""The public calculator comes to the fen of every usual bill of the demo utility."""

from datetime import date

import pytest

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot, parse
from qingyuan.domains.tariffs.queries.calculator import Offer, OfferedClass, offer
from qingyuan.domains.tariffs.rules.calculator import Asked, needs_of
from qingyuan.domains.tariffs.rules.limits import people_at
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.kernel.period import Month
from qingyuan.tools.demo.city import SMALLEST_CITY
from qingyuan.tools.demo.fill import fill

LAST = Month(2026, 3)


@pytest.fixture(scope="module")
def filled(module_db: str) -> None:
    fill(accounts=SMALLEST_CITY, month_count=2, last=LAST, today=date(2026, 3, 28), report=lambda *_: None)


def usual(snapshot: Snapshot) -> bool:
    """One share, one version, one household size, no relief, option or sub-meter, opened before the cycle."""
    request = snapshot.after
    return (
        snapshot.before is None
        and len(request.shares) == len(request.shares[0].versions) == len(request.pieces) == 1
        and not request.relief
        and not request.options
        and not request.quota
        and request.account_fees
        and len(request.tier_use) <= 1
    )


def priced_by(found: Offer, request: RatingRequest) -> OfferedClass | None:
    """The class whose price in force is the bill's."""
    ref = request.shares[0].versions[0]
    for each in found.classes:
        if (each.version.code, each.version.effective_from) == (ref.code, ref.effective_from):
            return each
    return None


def test_usual_bills_of_the_demo_are_what_the_calculator_says(filled: None, db: None) -> None:
    compared: dict[str, int] = {}
    for bill in Bill.objects.filter(kind="REGULAR", yyyymm__in=[202602, 202603]):
        snapshot = parse(bill.snapshot)
        if not usual(snapshot):
            continue
        request = snapshot.after
        found = offer(None, on=Month.from_number(bill.yyyymm).first_date)
        assert isinstance(found, Offer)
        chosen = priced_by(found, request)
        if chosen is None:
            continue
        asked = Asked(
            volume=request.usage,
            people=people_at(request.people, bill.from_date) if needs_of(chosen.version).people else None,
            used=request.tier_use[0].volume if request.tier_use else request.carry_before * 0,
            months=bill.months,
            calibre=request.calibre,
        )

        answer = found.answer(chosen, asked)

        assert answer.result.total == answer.tree.amount == bill.amount, (bill.bill_no, chosen.key, asked)
        compared[chosen.version.code] = compared.get(chosen.version.code, 0) + 1
    assert len(compared) >= 4
    assert sum(compared.values()) > SMALLEST_CITY

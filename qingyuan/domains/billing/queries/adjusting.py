"""What an adjustment of a month comes to in money (增减水量的金额影响): its bill with and without it, on the facts of the day.

The bill is the one that a run would make of the reading, or, where the month is billed, the one that its corrections would
lead to: what was adjusted before counts in both. Nothing is written, and nothing is locked here.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.queries import bill_facts
from qingyuan.domains.billing.queries.cases import (
    correction_case,
    item_changes_of,
    load_cases,
    load_use,
)
from qingyuan.domains.billing.queries.linked_usage import linked_pieces
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.queries.terms import TermsKey, terms_maker
from qingyuan.domains.billing.queries.usage_rows import price_facts
from qingyuan.domains.billing.rules.adjusted import adjustable_items, with_item, with_usage
from qingyuan.domains.billing.rules.case import Case, Correction, Refusal
from qingyuan.domains.readings import queries as readings
from qingyuan.domains.readings.queries import ConsumptionFacts
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.request import RatingRequest, TierUse
from qingyuan.kernel.errors import DomainError, NotFound


@dataclass(frozen=True, slots=True)
class Effect:
    """The month's bill in yuan as it stands (`before`) and with the adjustment (`after`)."""

    before: Decimal
    after: Decimal

    @property
    def amount(self) -> Decimal:
        """By how much the bill moves; negative: less to pay."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class MonthRating:
    """A month's usage, ready to be rated with and without an adjustment."""

    request: RatingRequest
    catalogue: Catalogue

    def effect_of_usage(self, change: Decimal) -> Effect | None:
        """What so many m³ more (negative: less) come to; None where the month cannot be rated with or without them."""
        try:
            return Effect(self._total(self.request), self._total(with_usage(self.request, change)))
        except DomainError:
            return None

    def effect_of_item(self, item_code: str, change: Decimal | None) -> Effect | None:
        """What so many m³ more or less of one charge item come to, or (None) letting it off; None where the month cannot
        be rated as it stands. Raises what the rating raises for the item: ItemNotCharged, ItemNotByVolume,
        ItemChangeTooLarge, MinimumTakesBack.
        """
        try:
            before = self._total(self.request)
        except DomainError:
            return None
        return Effect(before, self._total(with_item(self.request, item_code, change)))

    def _total(self, request: RatingRequest) -> Decimal:
        return rate(request, self.catalogue).total


@dataclass(frozen=True, slots=True)
class AdjustableCharge:
    """A charge item that may be adjusted alone; not `by_volume`: only let off wholly."""

    code: str
    name: str
    name_en: str
    by_volume: bool


def adjustable_charges(usage: ConsumptionFacts) -> tuple[AdjustableCharge, ...]:
    """The charge items that the point's prices have in the month, in the plan's order; none where it has no price.

    A bill that was made by other facts since may have others: the rating decides.
    """
    start, end = usage.from_date.isoformat(), usage.to_date.isoformat()
    prices = price_list(_company_of(usage.reading_item_id))
    shares, options = price_facts(usage.point_id, start)
    key = TermsKey(usage.unit_id, start, end, usage.yyyymm, usage.months, shares, options, "", "", "", 0, "", "", "")
    terms = terms_maker(prices).of_key(key)
    if isinstance(terms, Refusal):
        return ()
    found = adjustable_items(terms.shares, terms.options, prices.catalogue)
    named = ((each, prices.charge_items.get(each.code)) for each in found)
    return tuple(
        AdjustableCharge(each.code, known.name, known.name_en, each.by_volume) for each, known in named if known
    )


def month_rating(reading_item_id: int, *, on: date) -> MonthRating | None:
    """The month of an approved or billed reading; None where it cannot be billed for now (on hold, no price, subs missing).

    The caller has checked that the reading may be seen. Raises NotFound.
    """
    prices = price_list(_company_of(reading_item_id))
    case = _billed(reading_item_id) or _to_be_billed(reading_item_id, prices, on)
    if case is None:
        return None
    if case.correction is not None:
        request = case.correction.after
    else:
        assert case.terms is not None
        request = case.terms.request(case.usage.text, (), case.carry)
    use = load_use([case]).of(case.rows.group_id or 0).before(case.place.position, case.sequence)
    before = tuple(TierUse(counter, start, volume) for (counter, start), volume in use)
    return MonthRating(replace(request, tier_use=before), prices.catalogue)


def _company_of(reading_item_id: int) -> int:
    found = rows_of("SELECT company_id FROM reading_item WHERE id = %s", [reading_item_id])
    if not found:
        raise NotFound(reading_item=reading_item_id)
    return int(found[0][0])


def _billed(reading_item_id: int) -> Case | None:
    """The live bill with the usage as it stands now."""
    bill = bill_facts.live_bills_of_items([reading_item_id]).get(reading_item_id)
    usage = readings.consumption_facts([reading_item_id]).get(reading_item_id)
    if bill is None or usage is None:
        return None
    standing = bill.standing.after
    after = replace(standing, pieces=linked_pieces(usage), item_changes=item_changes_of(usage))
    return correction_case(bill, Correction(bill.bill_id, bill.bill_no, standing, after, ""), usage.revision)


def _to_be_billed(reading_item_id: int, prices: PriceList, on: date) -> Case | None:
    cases = load_cases([reading_item_id], prices=prices, business_date=on)
    own = [case for case in cases if case.correction is None and case.rows.reading_item_id == reading_item_id]
    return own[0] if own and own[0].refusal is None and own[0].terms is not None else None

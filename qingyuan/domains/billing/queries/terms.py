"""Terms of usages from their rows (计费条件的汇集): made once for all points that have the same, and kept in a process as
long as the company's prices stay what they are.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.queries.bulk_facts import FIELDS
from qingyuan.domains.billing.queries.usage_rows import Surroundings, UsageRow
from qingyuan.domains.billing.rules.case import Refusal
from qingyuan.domains.billing.rules.terms import Terms
from qingyuan.domains.tariffs.queries.catalogue import Assigned, PriceList
from qingyuan.domains.tariffs.rules.plan import MonthDay, Tax, Treatment
from qingyuan.domains.tariffs.rules.request import (
    ItemChange,
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    ShareKind,
    UsageShare,
    VersionRef,
)
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

MOST_TERMS = 5000
ONE_DAY = timedelta(days=1)


class TermsKey(NamedTuple):
    """What terms are made of: ids and numbers, dates and dated facts as text. What does not hold is empty."""

    unit_id: int
    from_date: str
    to_date: str
    yyyymm: int
    months: int
    shares: str
    options: str
    people: str
    reliefs: str
    quota: str
    calibre: int
    anchor: str
    opened: str
    closed: str
    account_fees: bool = True
    account_used: bool | None = None
    taxes: str = ""
    item_changes: tuple[ItemChange, ...] = ()


class Pricing(NamedTuple):
    """What a key of usual readings comes to: the lines' canonical text, and the columns of its row as COPY text."""

    lines: str
    columns: str


class TermsMaker:
    """Makes terms by one price list."""

    def __init__(self, prices: PriceList) -> None:
        self.prices = prices
        self._known: dict[TermsKey, Terms | Refusal] = {}
        self.pricings: dict[str, Pricing | None] = {}
        """What was priced by these terms and prices before, for operations/bulk_pricing.py."""
        self._item_codes = {each.id: each.code for each in prices.charge_items.values()}

    def of(
        self,
        row: UsageRow,
        around: Surroundings,
        account_fees: bool = True,
        account_used: bool | None = None,
        item_changes: tuple[ItemChange, ...] = (),
    ) -> Terms | Refusal:
        """The terms of a usage; a refusal when prices for it are missing."""
        account_id, point_id, start = row.account_id or 0, row.point_id, row.from_date
        return self.of_key(
            TermsKey(
                row.unit_id,
                start,
                row.to_date,
                row.yyyymm,
                row.months,
                around.shares.on(point_id, start) or around.shares.first_after(point_id, start),
                around.options.on(point_id, start),
                around.people.lasting(account_id, start),
                around.reliefs.on(account_id, start),
                around.point_quotas.lasting(point_id, start) or around.account_quotas.lasting(account_id, start),
                row.calibre,
                row.tier_anchor or "",
                row.opened_date or "",
                row.closed_date or "",
                account_fees,
                account_used,
                around.taxes.on(account_id, start),
                item_changes,
            )
        )

    def of_text(self, text: str) -> Terms | Refusal:
        """The terms of a usual reading by the first part of its key (bulk_facts.py)."""
        unit_id, start, end, yyyymm, months, *rest, calibre, anchor, opened, closed = text.split(FIELDS)
        shares, options, people, reliefs, quota = rest
        facts = (int(months), shares, options, people, reliefs, quota, int(calibre), anchor, opened, closed)
        return self.of_key(TermsKey(int(unit_id), start, end, int(yyyymm), *facts))

    def of_key(self, key: TermsKey) -> Terms | Refusal:
        """The terms by all that they depend on, made when they are first asked for."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_TERMS:
                self._known.clear()
            known = self._known[key] = self._make(key)
        return known

    def _make(self, key: TermsKey) -> Terms | Refusal:
        start, end = date.fromisoformat(key.from_date), date.fromisoformat(key.to_date)
        if not key.shares:
            return Refusal("billing.no_usage_class", {})
        try:
            shares, class_ids = self._shares(key.unit_id, key.shares, start, end)
            options = self._options(key.options, start, end)
        except DomainError as error:
            return Refusal(error.code, dict(error.params))
        if not shares:
            class_id = int(key.shares.partition("/")[0])
            return Refusal("billing.no_assignment", {"usage_class": self.prices.class_codes.get(class_id, "")})
        last = shares[0].versions[-1]
        return Terms(
            shares=shares,
            class_ids=class_ids,
            from_date=start,
            to_date=end,
            period_date=Month.from_number(key.yyyymm).first_date,
            months=key.months,
            options=options,
            taxes=self.prices.item_taxes,
            own_taxes=self._taxes(key.taxes),
            people=tuple(PeopleFrom(date.fromisoformat(day), int(value)) for day, value in _pairs(key.people)),
            quota=tuple(QuotaFrom(date.fromisoformat(day), Decimal(value)) for day, value in _pairs(key.quota)),
            relief=tuple(key.reliefs.split(",")) if key.reliefs else (),
            calibre=str(key.calibre),
            anchor=_anchor(key.anchor),
            opened=_date(key.opened),
            closed=_date(key.closed),
            account_fees=key.account_fees,
            account_used=key.account_used,
            carries=self.prices.catalogue.version(last.code, last.effective_from).volume.carry,
            item_changes=key.item_changes,
        )

    def _shares(
        self, unit_id: int, shares_text: str, start: date, end: date
    ) -> tuple[tuple[UsageShare, ...], tuple[int, ...]]:
        """The shares with their price versions; none when a class has no plan."""
        shares, class_ids = [], []
        for text in shares_text.split(","):
            class_id, kind, value = text.split("/")
            plans = self.prices.plans_for(unit_id=unit_id, class_id=int(class_id), day=start)
            versions: list[VersionRef] = []
            for plan in plans:
                if plan.from_date < max(end, start + ONE_DAY):
                    versions += self._versions(plan, start, end)
            if not versions:
                return (), ()
            shares.append(UsageShare(tuple(versions), ShareKind(kind.lower()), Decimal(value) if value else None))
            class_ids.append(int(class_id))
        return tuple(shares), tuple(class_ids)

    def _versions(self, plan: Assigned, start: date, end: date) -> list[VersionRef]:
        """The plan's versions in [start, end), each from the day on which it governs: a plan may be assigned to the class
        later than its version came into force.
        """
        refs = self.prices.catalogue.refs(plan.plan_code, max(plan.from_date, start), end)
        return [VersionRef(ref.code, ref.effective_from, max(ref.start, plan.from_date)) for ref in refs]

    def _taxes(self, text: str) -> tuple[ItemTax, ...]:
        """The customer's own taxes, by charge item."""
        made = []
        for charge_item, rest in _pairs(text):
            treatment, rate, included = rest.split("/")
            tax = Tax(Treatment(treatment), Decimal(rate) if rate else None, included == "true")
            made.append(ItemTax(self._item_codes[int(charge_item)], tax))
        return tuple(sorted(made, key=lambda each: each.item_code))

    def _options(self, text: str, start: date, end: date) -> tuple[ItemOption, ...]:
        made = []
        for charge_item, plan in _pairs(text):
            versions: tuple[VersionRef, ...] = ()
            if plan:
                versions = self.prices.catalogue.refs(self.prices.plan_codes[int(plan)], start, end)
            made.append(ItemOption(self._item_codes[int(charge_item)], versions))
        return tuple(sorted(made, key=lambda option: option.item_code))


_makers: OrderedDict[tuple[int, str], TermsMaker] = OrderedDict()
MOST_MAKERS = 4


def terms_maker(prices: PriceList) -> TermsMaker:
    """The maker of these prices, with what it made before in this process."""
    key = (prices.company_id, prices.fingerprint)
    maker = _makers.get(key)
    if maker is None:
        maker = _makers[key] = TermsMaker(prices)
        if len(_makers) > MOST_MAKERS:
            _makers.popitem(last=False)
    return maker


def _pairs(text: str) -> Sequence[tuple[str, str]]:
    if not text:
        return ()
    return [(first, rest) for first, _, rest in (each.partition("/") for each in text.split(","))]


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _anchor(text: str) -> MonthDay | None:
    if not text:
        return None
    month, _, day = text.partition("-")
    return MonthDay(int(month), int(day))

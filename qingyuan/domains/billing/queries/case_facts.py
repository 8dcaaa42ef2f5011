"""The facts of a rating request from rows of the database (计费依据的汇集)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qingyuan.domains.billing.queries import bill_facts, field_facts
from qingyuan.domains.billing.queries.field_facts import AccountFacts, Dated, OptionRow, PointFacts, ShareRow
from qingyuan.domains.billing.rules.case import (
    NO_OPTIONS,
    Case,
    Facts,
    OptionsFact,
    Refusal,
    SharesFact,
    TaxesFact,
)
from qingyuan.domains.billing.rules.snapshot import options_text, shares_text, taxes_text
from qingyuan.domains.readings.queries.consumption import ConsumptionFacts, UsagePart
from qingyuan.domains.tariffs.queries.catalogue import Assigned, PriceList
from qingyuan.domains.tariffs.rules.plan import MonthDay
from qingyuan.domains.tariffs.rules.request import (
    ItemOption,
    PeopleFrom,
    QuotaFrom,
    ShareKind,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

NO_DATED: list[Dated] = []
OPENED_MATTERS = timedelta(days=400)


@dataclass(slots=True)
class Sources:
    """What the database says about the accounts and points of a chunk."""

    accounts: dict[int, AccountFacts]
    points: dict[int, PointFacts]
    holders: dict[int, list[Dated]]
    people: dict[int, list[Dated]]
    reliefs: dict[int, list[Dated]]
    shares: dict[int, list[Dated]]
    options: dict[int, list[Dated]]
    point_quotas: dict[int, list[Dated]]
    account_quotas: dict[int, list[Dated]]
    several_points: set[int]

    @classmethod
    def read(
        cls, *, account_ids: Sequence[int], point_ids: Sequence[int], since: date, business_date: date
    ) -> "Sources":
        """One statement for each kind of fact."""
        point_quotas, account_quotas = field_facts.quotas(point_ids, account_ids)
        return cls(
            accounts=field_facts.accounts(account_ids, on=business_date),
            points=field_facts.points(point_ids),
            holders=field_facts.holders(account_ids, since=since),
            people=field_facts.people(account_ids, since=since),
            reliefs=field_facts.reliefs(account_ids, since=since),
            shares=field_facts.shares(point_ids, since=since),
            options=field_facts.options(point_ids, since=since),
            point_quotas=point_quotas,
            account_quotas=account_quotas,
            several_points=field_facts.accounts_with_several_points(account_ids, on=business_date),
        )

    def holder(self, account_id: int, day: date) -> int | None:
        """Who holds the account on the day."""
        for each in self.holders.get(account_id, NO_DATED):
            if each.covers(day):
                return int(each.value)
        return None


class FactsMaker:
    """Makes the facts of cases; what many points have in common (shares, options) is made once."""

    def __init__(self, prices: PriceList, sources: Sources) -> None:
        self.prices = prices
        self.sources = sources
        taxes = prices.item_taxes
        self._taxes = TaxesFact(taxes, taxes_text(taxes))
        self._shares: dict[tuple[object, ...], SharesFact | Refusal] = {}
        self._options: dict[tuple[object, ...], OptionsFact | Refusal] = {}
        self._item_codes = {each.id: each.code for each in prices.charge_items.values()}

    def facts(self, usage: ConsumptionFacts, account: AccountFacts) -> Facts | Refusal:
        """What the usage is rated by; a refusal when prices for it are missing."""
        sources, start = self.sources, usage.from_date
        shares = self._shares_of(usage)
        if isinstance(shares, Refusal):
            return shares
        options = self._options_of(usage)
        if isinstance(options, Refusal):
            return options
        point = sources.points[usage.point_id]
        opened = account.opened_date
        quota = sources.point_quotas.get(usage.point_id) or sources.account_quotas.get(account.account_id, NO_DATED)
        people = sources.people.get(account.account_id, NO_DATED)
        reliefs = sources.reliefs.get(account.account_id, NO_DATED)
        return Facts(
            pieces=_pieces(usage),
            shares=shares,
            from_date=start,
            to_date=usage.to_date,
            period_date=Month.from_number(usage.yyyymm).first_date,
            months=usage.months,
            options=options,
            taxes=self._taxes,
            people=tuple([PeopleFrom(each.from_date, each.value) for each in people])
            if _lasting(people, start)
            else (),
            quota=tuple([QuotaFrom(each.from_date, each.value) for each in quota]) if _lasting(quota, start) else (),
            relief=tuple([each.value for each in reliefs if each.covers(start)]) if reliefs else (),
            calibre=str(point.calibre),
            anchor=_anchor(account.tier_anchor) if account.tier_anchor else None,
            opened=opened if opened > start - OPENED_MATTERS else None,
            closed=account.closed_date,
        )

    def set_account_fees(self, cases: Sequence[Case]) -> None:
        """Fees of the account (按户) stand on one bill of a month: the first in the run's order, unless one is billed."""
        several = [each for each in cases if each.rows.account_id in self.sources.several_points and each.facts]
        if not several:
            return
        account_ids = sorted({each.rows.account_id for each in several})
        taken = bill_facts.accounts_billed(account_ids, sorted({each.place.yyyymm for each in several}))
        used = {(each.rows.account_id, each.place.yyyymm) for each in several if each.facts and _volume(each.facts) > 0}
        for each in sorted(several, key=lambda case: case.natural_key):
            key = (each.rows.account_id, each.place.yyyymm)
            assert each.facts is not None
            each.facts.account_fees = key not in taken
            each.facts.account_used = key in used
            taken.add(key)

    def set_carries(self, cases: Sequence[Case]) -> None:
        """The remainders that earlier bills left, for plans that carry them."""
        carrying = [each for each in cases if each.facts is not None and self._carries(each.facts)]
        if not carrying:
            return
        point_ids = sorted({each.rows.point_id for each in carrying})
        known = bill_facts.carries(point_ids, before_month=min(each.place.yyyymm for each in carrying))
        for each in carrying:
            assert each.facts is not None
            each.facts.carries = True
            each.facts.carry_before = known.get(each.rows.point_id, each.facts.carry_before)

    def _carries(self, facts: Facts) -> bool:
        last = facts.shares.shares[0].versions[-1]
        return self.prices.catalogue.version(last.code, last.effective_from).volume.carry

    def _shares_of(self, usage: ConsumptionFacts) -> SharesFact | Refusal:
        given = self.sources.shares.get(usage.point_id, NO_DATED)
        rows: list[ShareRow] = [each.value for each in given if each.covers(usage.from_date)]
        if not rows:  # the point is younger than the span's start (a first bill): what it began with
            rows = [each.value for each in given if each.from_date <= usage.to_date][:1]
        key = (usage.unit_id, usage.from_date, usage.to_date, *rows)
        known = self._shares.get(key)
        if known is None:
            known = self._shares[key] = self._make_shares(usage, rows)
        return known

    def _make_shares(self, usage: ConsumptionFacts, rows: Sequence[ShareRow]) -> SharesFact | Refusal:
        if not rows:
            return Refusal("billing.no_usage_class", {})
        made = []
        for row in rows:
            plans = self.prices.plans_for(unit_id=usage.unit_id, class_id=row.class_id, day=usage.from_date)
            if not plans:
                return Refusal("billing.no_assignment", {"usage_class": self.prices.class_codes.get(row.class_id, "")})
            versions: list[VersionRef] = []
            try:
                for plan in plans:
                    if plan.from_date >= max(usage.to_date, usage.from_date + timedelta(days=1)):
                        continue
                    versions += self._versions(plan, usage.from_date, usage.to_date)
            except DomainError as error:
                return Refusal(error.code, dict(error.params))
            made.append(UsageShare(tuple(versions), ShareKind(row.kind.lower()), row.share))
        shares = tuple(made)
        return SharesFact(shares, shares_text(shares), tuple(row.class_id for row in rows))

    def _versions(self, plan: Assigned, start: date, end: date) -> list[VersionRef]:
        """The plan's versions in [start, end), each from the day on which it governs: a plan may be assigned to the class
        later than its version came into force.
        """
        refs = self.prices.catalogue.refs(plan.plan_code, max(plan.from_date, start), end)
        return [VersionRef(ref.code, ref.effective_from, max(ref.start, plan.from_date)) for ref in refs]

    def _options_of(self, usage: ConsumptionFacts) -> OptionsFact | Refusal:
        given = self.sources.options.get(usage.point_id)
        if not given:
            return NO_OPTIONS
        rows: list[OptionRow] = [each.value for each in given if each.covers(usage.from_date)]
        if not rows:
            return NO_OPTIONS
        key = (usage.from_date, usage.to_date, *rows)
        known = self._options.get(key)
        if known is None:
            known = self._options[key] = self._make_options(usage, rows)
        return known

    def _make_options(self, usage: ConsumptionFacts, rows: Sequence[OptionRow]) -> OptionsFact | Refusal:
        made = []
        for row in rows:
            code = self._item_codes[row.charge_item_id]
            versions: tuple[VersionRef, ...] = ()
            if row.plan_id is not None:
                try:
                    plan = self.prices.plan_codes[row.plan_id]
                    versions = self.prices.catalogue.refs(plan, usage.from_date, usage.to_date)
                except DomainError as error:
                    return Refusal(error.code, dict(error.params))
            made.append(ItemOption(code, versions))
        made.sort(key=lambda option: option.item_code)
        return OptionsFact(tuple(made), options_text(made))


def piece_of(part: UsagePart) -> UsagePiece:
    """One part of a consumption as a piece of usage with its evidence."""
    step = UsageStep(
        part.kind,
        part.volume,
        part.meter_no if part.register_no is None else f"{part.meter_no}/{part.register_no}",
        part.start_value,
        part.end_value,
        part.multiplier,
    )
    return UsagePiece(part.volume, part.from_date, part.to_date, (step,))


def _pieces(usage: ConsumptionFacts) -> tuple[UsagePiece, ...]:
    pieces = tuple([piece_of(part) for part in usage.parts])
    if not usage.subs:
        return pieces or (UsagePiece(usage.volume, usage.from_date, usage.to_date),)
    return _less_subs(pieces, usage)


def _less_subs(pieces: Sequence[UsagePiece], usage: ConsumptionFacts) -> tuple[UsagePiece, ...]:
    """A main's usage as one piece: its own parts, less each sub."""
    own = [step for piece in pieces for step in piece.steps]
    subs = [UsageStep("SUBS", -sub.volume, sub.point_no) for sub in usage.subs]
    return (UsagePiece(usage.volume - usage.subs_volume, usage.from_date, usage.to_date, (*own, *subs)),)


def _lasting(spans: Sequence[Dated], day: date) -> bool:
    """Whether something is in force on the day or begins after it; what has expired for good counts no more."""
    return any(each.to_date is None or day < each.to_date for each in spans)


def _anchor(text: str) -> MonthDay:
    month, _, day = text.partition("-")
    return MonthDay(int(month), int(day))


def _volume(facts: Facts) -> Decimal:
    return sum((piece.volume for piece in facts.pieces), Decimal("0.000"))

"""The tabs of an account's page (用户档案各页签). Each is read after `account_header` has checked the reach."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, OuterRef, Q, Subquery, Sum

from qingyuan.domains.billing.models import TierEntry, TierGroupMember
from qingyuan.domains.customers.models import (
    AccountAlias,
    AccountClassification,
    AccountHolder,
    AccountRelief,
    HouseholdSize,
)
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.readings.models import Consumption
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.limits import cycle_limits
from qingyuan.kernel.errors import DomainError
from qingyuan.overviews.account_header import AccountHeader
from qingyuan.overviews.relief_schemes import with_schemes
from qingyuan.platform.audit.models import AuditEntry

PERIODS = 12


@dataclass(frozen=True, slots=True)
class PeriodUsage:
    """What the account used in one reading month, m³; `is_estimated` when a part of it was estimated."""

    yyyymm: int
    volume: Decimal
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class HeldFrom:
    """A customer who held the account in [from_date, to_date)."""

    customer_no: str
    name: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class PeopleFrom:
    """People of the household in [from_date, to_date), with what proves it."""

    people: int
    from_date: date
    to_date: date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class ReliefFrom:
    """A relief scheme in [from_date, to_date); `is_current` on the day; `name` is the code where no scheme has it."""

    scheme: str
    from_date: date
    to_date: date | None
    evidence: str
    is_current: bool
    name: str


@dataclass(frozen=True, slots=True)
class TierBand:
    """One tier of the cycle: [from_volume, to_volume), None for the last; `used` of it, m³."""

    number: int
    from_volume: Decimal
    to_volume: Decimal | None
    used: Decimal


@dataclass(frozen=True, slots=True)
class TierUse:
    """What is counted in one counter of the present cycle. `bands` is empty where the limits depend on more than the
    household (quotas) or the plan has none. `shared_with` counts the other accounts of the group.
    """

    counter: str
    cycle_start_date: date
    used: Decimal
    bands: tuple[TierBand, ...]
    shared_with: int


@dataclass(frozen=True, slots=True)
class OverviewTab:
    """The first tab (概况)."""

    usage: tuple[PeriodUsage, ...]
    holders: tuple[HeldFrom, ...]
    people: tuple[PeopleFrom, ...]
    reliefs: tuple[ReliefFrom, ...]
    tiers: tuple[TierUse, ...]
    old_nos: tuple[str, ...]
    classifications: tuple[tuple[str, str], ...]

    @property
    def people_now(self) -> PeopleFrom | None:
        """The row that has no end, else the last."""
        return self.people[0] if self.people else None


def overview_tab(header: AccountHeader, *, on: date) -> OverviewTab:
    """Usage of the last periods, what holds over time, and tier use of the cycle."""
    people = people_of(header.id)
    return OverviewTab(
        usage=usage_of(header.id),
        holders=_holders(header.id),
        people=people,
        reliefs=reliefs_of(header.id, on),
        tiers=_tier_use(header, people, on),
        old_nos=tuple(
            AccountAlias.objects.filter(account_id=header.id).order_by("id").values_list("old_no", flat=True)
        ),
        classifications=tuple(
            AccountClassification.objects.filter(account_id=header.id)
            .order_by("scheme__position", "scheme__code")
            .values_list("scheme__name", "value__name")
        ),
    )


def usage_of(account_id: int, *, periods: int = PERIODS) -> tuple[PeriodUsage, ...]:
    """The account's use per reading month by the newest revisions, oldest first; at most `periods` months."""
    newest = (
        Consumption.objects.filter(point_id=OuterRef("point_id"), period_id=OuterRef("period_id"))
        .order_by("-revision")
        .values("revision")[:1]
    )
    months = (
        Consumption.objects.filter(account_id=account_id, revision=Subquery(newest))
        .values("period__yyyymm")
        .annotate(total=Sum("volume"), guesses=Max("revision", filter=Q(is_estimated=True)))
        .order_by("-period__yyyymm")
    )
    found = [PeriodUsage(row["period__yyyymm"], row["total"], bool(row["guesses"])) for row in months[:periods]]
    return tuple(reversed(found))


def _holders(account_id: int) -> tuple[HeldFrom, ...]:
    rows = AccountHolder.objects.filter(account_id=account_id).order_by("-from_date", "-id")
    return tuple(
        HeldFrom(*row)
        for row in rows.values_list("customer__customer_no", "customer__name", "from_date", "to_date")[:50]
        if row[3] != row[2]
    )


def people_of(account_id: int) -> tuple[PeopleFrom, ...]:
    """Household sizes, newest first; rows that never were in force are left out. One query."""
    rows = HouseholdSize.objects.filter(account_id=account_id).order_by("-from_date", "-id")
    return tuple(
        PeopleFrom(*row)
        for row in rows.values_list("people", "from_date", "to_date", "evidence")[:50]
        if row[2] != row[1]
    )


def reliefs_of(account_id: int, on: date) -> tuple[ReliefFrom, ...]:
    """Reliefs, newest first; rows that never were in force are left out. One query."""
    rows = with_schemes(AccountRelief.objects.filter(account_id=account_id)).order_by("-from_date", "-id")
    return tuple(
        ReliefFrom(
            row.scheme,
            row.from_date,
            row.to_date,
            row.evidence,
            row.from_date <= on and (row.to_date is None or on < row.to_date),
            row.scheme_name,  # type: ignore[attr-defined]  # annotated by with_schemes
        )
        for row in rows[:50]
        if row.to_date != row.from_date
    )


def _tier_use(header: AccountHeader, people: tuple[PeopleFrom, ...], on: date) -> tuple[TierUse, ...]:
    """The newest cycle of each counter of the account's group, against the limits of the plans of its classes."""
    group_id = (
        TierGroupMember.objects.filter(in_force(on), account_id=header.id, point__isnull=True)
        .values_list("group_id", flat=True)
        .first()
    )
    if group_id is None:
        return ()
    entries = (
        TierEntry.objects.filter(group_id=group_id, cycle_start_date__lte=on)
        .values("counter", "cycle_start_date")
        .annotate(used=Sum("volume"))
        .order_by("counter", "cycle_start_date")
    )
    newest = {row["counter"]: (row["cycle_start_date"], row["used"]) for row in entries}
    if not newest:
        return ()
    others = TierGroupMember.objects.filter(in_force(on), group_id=group_id).exclude(account_id=header.id).count()
    limits = _limits(header, people, on)
    return tuple(
        TierUse(counter, start, used, _bands(limits.get(counter, ()), used), others)
        for counter, (start, used) in newest.items()
    )


def _limits(header: AccountHeader, people: tuple[PeopleFrom, ...], on: date) -> dict[str, tuple[Decimal, ...]]:
    """By counter, the limits of a whole cycle for the people of the day; plans by quota are left out."""
    classes = list(
        UsageShare.objects.filter(in_force(on), point_id__any=[point.point_id for point in header.points])
        .order_by("usage_class_id")
        .values_list("usage_class_id", flat=True)
        .distinct()
    )
    prices = price_list(header.company_id)
    now = next(
        (row.people for row in people if row.from_date <= on and (row.to_date is None or on < row.to_date)), None
    )
    found: dict[str, tuple[Decimal, ...]] = {}
    for class_id in classes:
        counter, limits = _plan_limits(prices, header.unit_id, class_id, now, on)
        if limits:
            found[counter] = limits
    return found


def _plan_limits(
    prices: PriceList, unit_id: int, class_id: int, people: int | None, on: date
) -> tuple[str, tuple[Decimal, ...]]:
    plan = next((one for one in prices.plans_for(unit_id=unit_id, class_id=class_id, day=on) if one.covers(on)), None)
    if plan is None:
        return "", ()
    for version in prices.catalogue.versions_of(plan.plan_code):
        if version.effective_from <= on and (version.effective_to is None or on < version.effective_to):
            try:
                return version.counter, cycle_limits(version, people, None)
            except DomainError:
                return version.counter, ()  # limits by quota: the quota stands with the point
    return "", ()


def _bands(limits: tuple[Decimal, ...], used: Decimal) -> tuple[TierBand, ...]:
    if not limits:
        return ()
    starts = (Decimal(0), *limits)
    ends: tuple[Decimal | None, ...] = (*limits, None)
    bands = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        inside = used - start if end is None else min(used, end) - start
        bands.append(TierBand(number, start, end, max(inside, Decimal(0))))
    return tuple(bands)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What was done to the account, its holder or its points (办理日志)."""

    at: datetime
    who: str
    action: str
    object_type: str
    object_key: str
    before: dict[str, object]
    after: dict[str, object]
    reason: str


def log_tab(header: AccountHeader, *, limit: int = 100) -> tuple[LogEntry, ...]:
    """The newest entries first. One query."""
    wanted = Q(object_type="account", object_key=header.account_no)
    if header.holder is not None:
        wanted |= Q(object_type="customer", object_key=header.holder.customer_no)
    numbers = [point.point_no for point in header.points]
    if numbers:
        wanted |= Q(object_type="service_point", object_key__in=numbers)
    return tuple(
        LogEntry(
            row.at,
            row.actor_name,
            row.action,
            row.object_type,
            row.object_key,
            dict(row.before or {}),
            dict(row.after or {}),
            row.reason,
        )
        for row in AuditEntry.objects.filter(wanted).order_by("-id")[:limit]
    )

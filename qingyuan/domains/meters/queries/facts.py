"""What decides how a point is rated (计费所需的用水点档案), for thousands of points at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q

from qingyuan.domains.meters.models import ItemOption, MeterLink, PointAccount, Quota, ServicePoint, UsageShare
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.meters.rules.states import LinkKind, PointKind, ShareKind


@dataclass(frozen=True, slots=True)
class ShareFact:
    """One part of a point's usage in [from_date, to_date); see UsageShare."""

    class_id: int
    class_code: str
    kind: ShareKind
    value: Decimal | None
    position: int
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class OptionFact:
    """The point's choice for a charge item in [from_date, to_date): an item plan, or exempt (plan_code None)."""

    item_code: str
    plan_code: str | None
    document_no: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class QuotaFact:
    """The quota for one cycle in [from_date, to_date), of the point itself or of its account."""

    volume: Decimal
    of_account: bool
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class PointFacts:
    """A point with everything that was in force at some time of the window asked for, each list in date order."""

    id: int
    point_no: str
    company_id: int
    unit_id: int
    kind: PointKind
    calibre: int
    never_billed: bool
    fixed_volume: Decimal | None
    is_reversed: bool
    is_waiting: bool
    opened_date: date
    closed_date: date | None
    shares: tuple[ShareFact, ...] = ()
    options: tuple[OptionFact, ...] = ()
    quotas: tuple[QuotaFact, ...] = ()

    def shares_on(self, day: date) -> tuple[ShareFact, ...]:
        """The shares in force on the day, in their order."""
        found = [one for one in self.shares if one.from_date <= day and (one.to_date is None or day < one.to_date)]
        return tuple(sorted(found, key=lambda one: one.position))


@dataclass(frozen=True, slots=True)
class LinkFact:
    """Main → sub in [from_date, to_date)."""

    main_id: int
    main_point_no: str
    sub_id: int
    sub_point_no: str
    kind: LinkKind
    from_date: date
    to_date: date | None


def rating_facts(point_ids: Iterable[int], *, from_date: date, to_date: date) -> Mapping[int, PointFacts]:
    """By point id; unknown ids are left out. The window [from_date, to_date) is one for all. At most six queries."""
    ids = sorted(set(point_ids))
    window = _overlapping(from_date, to_date)
    shares = _shares(ids, window)
    options = _options(ids, window)
    quotas = _quotas(ids, window)
    rows = ServicePoint.objects.filter(id__any=ids).values_list(
        "id", "point_no", "company_id", "unit_id", "kind", "calibre", "never_billed", "fixed_volume", "is_reversed",
        "is_waiting", "opened_date", "closed_date",
    )  # fmt: skip
    return {
        id_: PointFacts(
            id=id_,
            point_no=point_no,
            company_id=company_id,
            unit_id=unit_id,
            kind=PointKind(kind),
            calibre=calibre,
            never_billed=never_billed,
            fixed_volume=fixed_volume,
            is_reversed=is_reversed,
            is_waiting=is_waiting,
            opened_date=opened,
            closed_date=closed,
            shares=tuple(shares.get(id_, ())),
            options=tuple(options.get(id_, ())),
            quotas=tuple(quotas.get(id_, ())),
        )
        for (
            id_, point_no, company_id, unit_id, kind, calibre, never_billed, fixed_volume, is_reversed, is_waiting,
            opened, closed,
        ) in rows
    }  # fmt: skip


def links(
    *,
    main_ids: Iterable[int] | None = None,
    sub_ids: Iterable[int] | None = None,
    on: date,
    kind: LinkKind | None = None,
) -> tuple[LinkFact, ...]:
    """The links in force on the day of these mains, or of these subs, or (given both) between them; by main and sub."""
    wanted = in_force(on)
    if main_ids is not None:
        wanted &= Q(main_id__any=list(main_ids))
    if sub_ids is not None:
        wanted &= Q(sub_id__any=list(sub_ids))
    if kind is not None:
        wanted &= Q(kind=kind.value)
    rows = MeterLink.objects.filter(wanted).order_by("main_id", "sub_id", "id")
    return tuple(
        LinkFact(main, main_no, sub, sub_no, LinkKind(found), from_date, to_date)
        for main, main_no, sub, sub_no, found, from_date, to_date in rows.values_list(
            "main_id", "main__point_no", "sub_id", "sub__point_no", "kind", "from_date", "to_date"
        )
    )


def _overlapping(from_date: date, to_date: date) -> Q:
    """Rows in force on some day of the window; rows that never were in force (empty spans) are left out."""
    starts_in_time = Q(from_date__lt=to_date) | Q(from_date=from_date)
    return starts_in_time & (Q(to_date__isnull=True) | (Q(to_date__gt=from_date) & Q(to_date__gt=F("from_date"))))


def _shares(ids: list[int], window: Q) -> dict[int, list[ShareFact]]:
    found: dict[int, list[ShareFact]] = {}
    rows = UsageShare.objects.filter(window, point_id__any=ids).order_by("point_id", "from_date", "position")
    for point, class_id, class_code, kind, value, position, from_date, to_date in rows.values_list(
        "point_id", "usage_class_id", "usage_class__code", "kind", "value", "position", "from_date", "to_date"
    ):
        share = ShareFact(class_id, class_code, ShareKind(kind), value, position, from_date, to_date)
        found.setdefault(point, []).append(share)
    return found


def _options(ids: list[int], window: Q) -> dict[int, list[OptionFact]]:
    found: dict[int, list[OptionFact]] = {}
    rows = ItemOption.objects.filter(window, point_id__any=ids).order_by("point_id", "charge_item__code", "from_date")
    for point, item_code, plan_code, document_no, from_date, to_date in rows.values_list(
        "point_id", "charge_item__code", "plan__code", "document_no", "from_date", "to_date"
    ):
        found.setdefault(point, []).append(OptionFact(item_code, plan_code, document_no, from_date, to_date))
    return found


def _quotas(ids: list[int], window: Q) -> dict[int, list[QuotaFact]]:
    """The points' own quotas; for points without any in the window, their accounts'."""
    found: dict[int, list[QuotaFact]] = {}
    own = Quota.objects.filter(window, point_id__any=ids).order_by("point_id", "from_date")
    for point, volume, from_date, to_date in own.values_list("point_id", "volume", "from_date", "to_date"):
        found.setdefault(point, []).append(QuotaFact(volume, False, from_date, to_date))
    owners = PointAccount.objects.filter(window, point_id__any=ids)
    shared: dict[int, list[QuotaFact]] = {}
    rows = Quota.objects.filter(window, account_id__in=owners.values("account_id")).order_by("account_id", "from_date")
    for account, volume, from_date, to_date in rows.values_list("account_id", "volume", "from_date", "to_date"):
        shared.setdefault(account, []).append(QuotaFact(volume, True, from_date, to_date))
    if shared:
        for point, account in owners.order_by("point_id", "from_date").values_list("point_id", "account_id"):
            if account in shared and not any(not quota.of_account for quota in found.get(point, ())):
                found[point] = [*found.get(point, ()), *shared[account]]
    return found

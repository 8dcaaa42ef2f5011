"""The points of an account with everything that decides their price (用户水表页签). The header has checked the reach."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from qingyuan.domains.meters.models import Installation, ItemOption, MeterLink, Quota, ServicePoint, UsageShare
from qingyuan.domains.meters.queries import InstallationFact, installations_between
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.meters.rules.states import PointKind, ShareKind


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One part of a point's usage in [from_date, to_date); `value` m³ a month or a part of 1."""

    class_code: str
    class_name: str
    kind: ShareKind
    value: Decimal | None
    position: int
    evidence: str
    from_date: date
    to_date: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class OptionRow:
    """The point's own price for a charge item; `plan` empty: exempt."""

    charge_name: str
    plan: str
    document_no: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """The quota for one cycle, m³."""

    volume: Decimal
    document_no: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A main or sub of the point on the day; `sharing`, `share` and `cap` where the main's difference is shared."""

    is_main: bool
    point_no: str
    kind: str
    from_date: date
    sharing: str = ""
    share: Decimal | None = None
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PointDetail:
    """A point with its meters over time (newest first), shares, options, quotas and links."""

    id: int
    point_no: str
    unit_id: int
    company_id: int
    kind: PointKind
    location: str
    calibre: int
    flags: tuple[str, ...]
    fixed_volume: Decimal | None
    opened_date: date
    closed_date: date | None
    version: int
    installations: tuple[InstallationFact, ...]
    shares: tuple[ShareRow, ...]
    options: tuple[OptionRow, ...]
    quotas: tuple[QuotaRow, ...]
    links: tuple[LinkRow, ...]

    @property
    def hanging(self) -> InstallationFact | None:
        """The installation of the meter that hangs there now."""
        return next((one for one in self.installations if one.removed_at is None), None)

    @property
    def shares_now(self) -> tuple[ShareRow, ...]:
        """The shares in force on the day, in their order."""
        return tuple(sorted((one for one in self.shares if one.is_current), key=lambda one: one.position))


_FLAGS = ("never_billed", "never_cut", "is_reversed", "is_waiting")


def point_details(point_ids: list[int], *, on: date, english: bool = False) -> tuple[PointDetail, ...]:
    """By point number. Seven queries."""
    installed = installations_between(point_ids)
    shares = _shares(point_ids, on, english)
    options = _options(point_ids, english)
    quotas = _quotas(point_ids)
    links = _links(point_ids, on)
    return tuple(
        PointDetail(
            id=row.pk,
            point_no=row.point_no,
            unit_id=row.unit_id,
            company_id=row.company_id,
            kind=PointKind(row.kind),
            location=row.location,
            calibre=row.calibre,
            flags=tuple(flag for flag in _FLAGS if getattr(row, flag)),
            fixed_volume=row.fixed_volume,
            opened_date=row.opened_date,
            closed_date=row.closed_date,
            version=row.version,
            installations=tuple(reversed(installed.get(row.pk, ()))),
            shares=tuple(shares.get(row.pk, ())),
            options=tuple(options.get(row.pk, ())),
            quotas=tuple(quotas.get(row.pk, ())),
            links=tuple(links.get(row.pk, ())),
        )
        for row in ServicePoint.objects.filter(id__any=point_ids).order_by("point_no")
    )


def point_of_number(point_no: str) -> int | None:
    """The id of the point with this number; None when there is none. The caller checks the reach."""
    return ServicePoint.objects.filter(point_no=point_no).values_list("id", flat=True).first()


def points_of_meter(meter_id: int) -> list[int]:
    """The points at which the meter ever hung, newest first."""
    rows = Installation.objects.filter(meter_id=meter_id).order_by("-installed_at", "-id")
    return list(dict.fromkeys(rows.values_list("point_id", flat=True)))


def _shares(point_ids: list[int], on: date, english: bool) -> dict[int, list[ShareRow]]:
    found: dict[int, list[ShareRow]] = {}
    rows = UsageShare.objects.filter(point_id__any=point_ids).order_by("point_id", "-from_date", "position")
    for point, code, name, name_en, kind, value, position, evidence, start, end in rows.values_list(
        "point_id", "usage_class__code", "usage_class__name", "usage_class__name_en", "kind", "value", "position",
        "evidence", "from_date", "to_date",
    ):  # fmt: skip
        if end == start:
            continue
        shown = name_en if english and name_en else name
        current = start <= on and (end is None or on < end)
        share = ShareRow(code, shown, ShareKind(kind), value, position, evidence, start, end, current)
        found.setdefault(point, []).append(share)
    return found


def _options(point_ids: list[int], english: bool) -> dict[int, list[OptionRow]]:
    found: dict[int, list[OptionRow]] = {}
    rows = ItemOption.objects.filter(point_id__any=point_ids).order_by("point_id", "-from_date", "id")
    for point, name, name_en, plan, document, start, end in rows.values_list(
        "point_id", "charge_item__name", "charge_item__name_en", "plan__name", "document_no", "from_date", "to_date"
    ):
        shown = name_en if english and name_en else name
        found.setdefault(point, []).append(OptionRow(shown, plan or "", document, start, end))
    return found


def _quotas(point_ids: list[int]) -> dict[int, list[QuotaRow]]:
    found: dict[int, list[QuotaRow]] = {}
    rows = Quota.objects.filter(point_id__any=point_ids).order_by("point_id", "-from_date", "id")
    for point, volume, document, start, end in rows.values_list(
        "point_id", "volume", "document_no", "from_date", "to_date"
    ):
        found.setdefault(point, []).append(QuotaRow(volume, document, start, end))
    return found


def _links(point_ids: list[int], on: date) -> dict[int, list[LinkRow]]:
    found: dict[int, list[LinkRow]] = {}
    wanted = set(point_ids)
    rows = MeterLink.objects.filter(in_force(on), Q(main_id__any=point_ids) | Q(sub_id__any=point_ids))
    for main, main_no, sub, sub_no, kind, start, sharing, share, cap in rows.order_by(
        "main__point_no", "sub__point_no"
    ).values_list(
        "main_id", "main__point_no", "sub_id", "sub__point_no", "kind", "from_date", "sharing", "share", "cap"
    )[:200]:
        if sub in wanted:
            found.setdefault(sub, []).append(LinkRow(True, main_no, kind, start, sharing, share, cap))
        if main in wanted:
            found.setdefault(main, []).append(LinkRow(False, sub_no, kind, start, sharing, share, cap))
    return found

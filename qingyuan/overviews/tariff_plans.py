"""The price plans of the companies that a person may see (价格方案): the list, and one plan with its versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q

from qingyuan.domains.tariffs.models import PlanAssignment, PricePlan, PriceVersion, UsageClass, VersionState
from qingyuan.domains.tariffs.rules.plan import PlanKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.staff.queries import reach

VIEW = "tariffs.view"
MOST = 2000


class PlanState(StrEnum):
    """Where a plan stands on a day: IN_FORCE 生效中, COMING 待生效, DRAFT 草稿 only, ENDED 已失效."""

    IN_FORCE = "in_force"
    COMING = "coming"
    DRAFT = "draft"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as it stands on a day. `class_names`: the usage classes charged by it on that day. `effective_from` and `document_no` are of the version that `state` is about."""

    company_id: int
    code: str
    name: str
    kind: PlanKind
    class_names: tuple[str, ...]
    class_names_en: tuple[str, ...]
    versions: int
    drafts: int
    effective_from: date | None
    document_no: str
    state: PlanState


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a plan; `source` is its tariff file, `cases` its test cases, `changed_by` who last changed the draft."""

    id: int
    effective_from: date
    effective_to: date | None
    is_published: bool
    in_force: bool
    document_no: str
    note: str
    source: str
    content_hash: str
    published_at: datetime | None
    published_by: str
    version: int
    cases: str
    changed_by: str
    changed_by_id: int | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Usage class × unit × [from_date, to_date)."""

    class_code: str
    class_name: str
    class_name_en: str
    unit_name: str
    from_date: date
    to_date: date | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan with its versions, newest first, and where it is used."""

    row: PlanRow
    company_name: str
    versions: tuple[VersionRow, ...]
    assignments: tuple[AssignmentRow, ...]


def companies_within(actor: Actor, permission: str, *, on: date) -> tuple[int, ...]:
    """The companies that lie at, above or below what the permission reaches; the person's own first."""
    reached = reach(actor, permission, on=on)
    units = OrgUnit.objects.filter(company__isnull=False).filter(reached.condition("id"))
    found = units.values_list("company_id", flat=True).distinct()
    return tuple(sorted(found, key=lambda one: (one != actor.company_id, one)))


def company_within(actor: Actor, permission: str, *, on: date) -> int:
    """The person's own company, else the first that the permission reaches. Raises NotPermitted."""
    companies = companies_within(actor, permission, on=on)
    if not companies:
        raise NotPermitted(permission=permission)
    return companies[0]


def plan_list(actor: Actor, *, on: date) -> tuple[PlanRow, ...]:
    """All plans that the person may see, by code. Companies have tens of plans; at most 2000 are read."""
    companies = companies_within(actor, VIEW, on=on)
    plans = list(PricePlan.objects.filter(company_id__in=companies).order_by("code")[:MOST])
    versions: dict[int, list[PriceVersion]] = {}
    rows = PriceVersion.objects.filter(plan__in=[plan.pk for plan in plans]).defer("source", "note")
    for version in rows.order_by("plan_id", "effective_from"):
        versions.setdefault(version.plan_id, []).append(version)
    classes = _classes([plan.pk for plan in plans], on)
    return tuple(_row(plan, versions.get(plan.pk, []), classes.get(plan.pk, {}), on) for plan in plans)


def plan_page(actor: Actor, code: str, *, on: date) -> PlanPage:
    """One plan by its code. Raises NotFound for one of a company that the person may not see."""
    companies = companies_within(actor, VIEW, on=on)
    found = list(PricePlan.objects.filter(company_id__in=companies, code=code).select_related("company"))
    if not found:
        raise NotFound(plan=code)
    plan = min(found, key=lambda one: companies.index(one.company_id))
    versions = list(plan.versions.select_related("published_by", "changed_by").order_by("effective_from"))
    assignments = PlanAssignment.objects.filter(plan=plan).select_related("usage_class", "unit")
    return PlanPage(
        row=_row(plan, versions, _classes([plan.pk], on).get(plan.pk, {}), on),
        company_name=plan.company.name,
        versions=tuple(_version(each, on) for each in reversed(versions)),
        assignments=tuple(
            AssignmentRow(
                each.usage_class.code,
                each.usage_class.name,
                each.usage_class.name_en,
                each.unit.name,
                each.from_date,
                each.to_date,
                _covers(each.from_date, each.to_date, on),
            )
            for each in assignments.order_by("-from_date", "usage_class__position", "unit__path")[:MOST]
        ),
    )


def class_choices(company_id: int) -> tuple[tuple[str, str, str], ...]:
    """Usage classes in use: code, Chinese name, English name."""
    rows = UsageClass.objects.filter(company_id=company_id, is_active=True).order_by("position", "code")
    return tuple(rows.values_list("code", "name", "name_en"))


def _version(row: PriceVersion, on: date) -> VersionRow:
    published = row.state == VersionState.PUBLISHED
    return VersionRow(
        row.pk,
        row.effective_from,
        row.effective_to,
        published,
        published and _covers(row.effective_from, row.effective_to, on),
        row.document_no,
        row.note,
        row.source,
        row.content_hash,
        row.published_at,
        "" if row.published_by is None else row.published_by.name,
        row.version,
        row.cases,
        "" if row.changed_by is None else row.changed_by.name,
        row.changed_by_id,
    )


def _classes(plan_ids: list[int], on: date) -> dict[int, dict[str, str]]:
    """By plan: the classes that are charged by it on the day, Chinese name → English name."""
    rows = PlanAssignment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on), plan__in=plan_ids, from_date__lte=on
    ).order_by("usage_class__position", "usage_class__code")
    found: dict[int, dict[str, str]] = {}
    for plan_id, name, name_en in rows.values_list("plan_id", "usage_class__name", "usage_class__name_en"):
        found.setdefault(plan_id, {})[name] = name_en or name
    return found


def _row(plan: PricePlan, versions: Iterable[PriceVersion], classes: dict[str, str], on: date) -> PlanRow:
    known = list(versions)
    published = [each for each in known if each.state == VersionState.PUBLISHED]
    current = next((each for each in published if _covers(each.effective_from, each.effective_to, on)), None)
    coming = next((each for each in published if each.effective_from > on), None)
    shown: PriceVersion | None
    if current is not None:
        state, shown = PlanState.IN_FORCE, current
    elif coming is not None:
        state, shown = PlanState.COMING, coming
    elif published:
        state, shown = PlanState.ENDED, published[-1]
    else:
        state, shown = PlanState.DRAFT, known[-1] if known else None
    return PlanRow(
        company_id=plan.company_id,
        code=plan.code,
        name=plan.name,
        kind=PlanKind(plan.kind),
        class_names=tuple(classes),
        class_names_en=tuple(classes.values()),
        versions=len(known),
        drafts=len(known) - len(published),
        effective_from=None if shown is None else shown.effective_from,
        document_no="" if shown is None else shown.document_no,
        state=state,
    )


def _covers(start: date, end: date | None, on: date) -> bool:
    return start <= on and (end is None or on < end)

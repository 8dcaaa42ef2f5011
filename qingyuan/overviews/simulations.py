"""Price simulations as their pages show them (调价测算): the list, one with its results, the choices of a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers.models import Account
from qingyuan.domains.routes.models import ReadingArea
from qingyuan.domains.simulations.models import Simulation, SimulationAccount, SimulationChunk
from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.domains.tariffs.models import ChargeItem, PricePlan, PriceVersion, UsageClass, VersionState
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import companies_within
from qingyuan.platform.jobs.models import Job

VIEW, RUN = "tariffs.view", "tariffs.edit"


@dataclass(frozen=True, slots=True)
class SimulationRow:
    """A simulation in the list. Money in fen, None until it is done."""

    id: int
    title: str
    plan_code: str
    plan_name: str
    version_from: date
    is_draft: bool
    first_month: int
    last_month: int
    state: SimulationState
    base_fen: int | None
    new_fen: int | None
    bills: int | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what results name by id or code: (Chinese, English)."""

    classes: Mapping[str, tuple[str, str]]
    areas: Mapping[str, tuple[str, str]]
    items: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of the examples. Money in fen, volume in litres."""

    account_no: str
    class_id: str
    people: int | None
    bills: int
    litres: int
    base_fen: int
    new_fen: int


@dataclass(frozen=True, slots=True)
class SimulationPage:
    """A simulation with its results (rules.sums.merged and what the end added), empty until it is done."""

    row: SimulationRow
    company_id: int
    company_name: str
    replaces: str
    document_no: str
    lead_month: int
    content_hash: str
    version: PlanVersion
    old_version: PlanVersion | None
    results: Mapping[str, Any]
    names: Names
    accounts: Mapping[str, tuple[AccountLine, ...]]
    done: int
    total: int
    failures: tuple[tuple[int, str, str], ...]
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version that can be simulated."""

    id: int
    company_id: int
    plan_code: str
    plan_name: str
    effective_from: date
    is_draft: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a new simulation can be made of: versions, drafts first; plans with a published version; billed months."""

    versions: tuple[VersionChoice, ...]
    plans: tuple[tuple[str, str], ...]
    months: tuple[int, ...]


def simulation_list(
    actor: Actor, *, on: date, sort: str, descending: bool, offset: int, limit: int, text: str = ""
) -> tuple[tuple[SimulationRow, ...], int]:
    """The simulations of the companies that the person may see, and how many there are."""
    rows = Simulation.objects.filter(company_id__in=companies_within(actor, VIEW, on=on))
    if text:
        rows = rows.filter(title__icontains=text)
    column = F(sort).desc() if descending else F(sort).asc()
    shown = rows.select_related("plan", "created_by").defer("source").order_by(column, "-id")
    return tuple(_row(each) for each in shown[offset : offset + limit]), rows.count()


def simulation_page(actor: Actor, simulation_id: int, *, on: date, permission: str = VIEW) -> SimulationPage:
    """One simulation. Raises NotFound for one of a company that the person may not see."""
    companies = companies_within(actor, permission, on=on)
    row = (
        Simulation.objects.filter(pk=simulation_id, company_id__in=companies)
        .select_related("plan", "created_by", "company")
        .first()
    )
    if row is None:
        raise NotFound(simulation=simulation_id)
    job = Job.objects.filter(pk=row.job_id or 0).values_list("done_count", "total_count").first() or (
        0,
        row.account_count,
    )
    failed = SimulationChunk.objects.filter(simulation=row, state=ChunkState.FAILED).order_by("chunk_no")
    return SimulationPage(
        row=_row(row),
        company_id=row.company_id,
        company_name=row.company.name,
        replaces=row.replaces,
        document_no=row.document_no,
        lead_month=row.lead_month,
        content_hash=row.content_hash,
        version=parse_version(row.source),
        old_version=_old_version(row),
        results=row.results,
        names=_names(row.company_id),
        accounts=_accounts(row),
        done=job[0],
        total=job[1],
        failures=tuple(failed.values_list("chunk_no", "error_code", "error_detail")[:5]),
        finished_at=row.finished_at,
    )


def choices(actor: Actor, *, on: date) -> Choices:
    """What the person may simulate."""
    companies = companies_within(actor, RUN, on=on)
    versions = (
        PriceVersion.objects.filter(plan__company_id__in=companies, plan__kind=PlanKind.PLAN)
        .select_related("plan")
        .defer("source", "note")
        .order_by("plan__code", "-effective_from")
    )
    made = [
        VersionChoice(
            each.pk,
            each.plan.company_id,
            each.plan.code,
            each.plan.name,
            each.effective_from,
            each.state != VersionState.PUBLISHED,
        )
        for each in versions[:500]
    ]
    published = PricePlan.objects.filter(company_id__in=companies, versions__state=VersionState.PUBLISHED)
    months = Bill.objects.filter(company_id__in=companies).order_by("-yyyymm").values_list("yyyymm", flat=True)
    return Choices(
        versions=tuple(sorted(made, key=lambda each: not each.is_draft)),
        plans=tuple(published.distinct().order_by("code").values_list("code", "name")),
        months=tuple(months[:1]),
    )


def _row(row: Simulation) -> SimulationRow:
    total = row.results.get("total")
    return SimulationRow(
        id=row.pk,
        title=row.title,
        plan_code=row.plan.code,
        plan_name=row.plan.name,
        version_from=row.version_from,
        is_draft=row.is_draft,
        first_month=row.first_month,
        last_month=row.last_month,
        state=SimulationState(row.state),
        base_fen=total["base"] if total else None,
        new_fen=total["new"] if total else None,
        bills=total["bills"] if total else None,
        created_by=row.created_by.name if row.created_by else "",
        created_at=row.created_at,
    )


def _old_version(row: Simulation) -> PlanVersion | None:
    """The version that gave way, as it stood at the window's end."""
    found = PriceVersion.objects.filter(
        plan__company_id=row.company_id, plan__code=row.replaces, state=VersionState.PUBLISHED
    ).order_by("effective_from")
    end = date(row.last_month // 100, row.last_month % 100, 28)
    begun = [each for each in found if each.effective_from <= end] or list(found[:1])
    return parse_version(begun[-1].source) if begun else None


def _names(company_id: int) -> Names:
    classes = UsageClass.objects.filter(company_id=company_id).values_list("id", "name", "name_en")
    areas = ReadingArea.objects.filter(company_id=company_id).values_list("id", "name")
    items = ChargeItem.objects.filter(company_id=company_id).values_list("code", "name", "name_en")
    return Names(
        classes={str(key): (name, name_en or name) for key, name, name_en in classes},
        areas={str(key): (name, name) for key, name in areas},
        items={code: (name, name_en or name) for code, name, name_en in items},
    )


def _accounts(row: Simulation) -> dict[str, tuple[AccountLine, ...]]:
    """The accounts that the results name, by list."""
    kinds = ("examples", "dearest", "cheapest")
    ids: Sequence[int] = [account for kind in kinds for account in row.results.get(kind, ())]
    numbers = dict(Account.objects.filter(pk__in=ids).values_list("id", "account_no"))
    lines = {
        each.account_id: AccountLine(
            numbers.get(each.account_id, ""),
            "" if each.usage_class_id is None else str(each.usage_class_id),
            each.people,
            each.bills,
            each.litres,
            each.base_fen,
            each.new_fen,
        )
        for each in SimulationAccount.objects.filter(simulation=row, account_id__in=ids)
    }
    return {kind: tuple(lines[each] for each in row.results.get(kind, ()) if each in lines) for kind in kinds}

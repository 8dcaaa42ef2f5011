"""Relief schemes (减免方案) of a company: what they are called, who pays, how many accounts hold them, what plans know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from qingyuan.domains.customers.models import AccountRelief, ReliefScheme
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.overviews.account_choices import Choice, relief_schemes

MOST = 2000


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """One scheme; `accounts` hold it on the day, `in_plans`: a published price plan says what it gives."""

    id: int
    code: str
    name: str
    funder: str
    evidence: str
    default_months: int | None
    is_active: bool
    version: int
    accounts: int
    in_plans: bool


def scheme_rows(company_id: int, *, on: date) -> tuple[SchemeRow, ...]:
    """The company's schemes by code, retired ones too; at most 2000."""
    held = AccountRelief.objects.filter(in_force(on), company_id=company_id).order_by("scheme").values("scheme")
    counts = dict(held.annotate(number=Count("account_id")).values_list("scheme", "number"))
    known = set(relief_schemes(company_id))
    rows = ReliefScheme.objects.filter(company_id=company_id).order_by("code")[:MOST]
    return tuple(
        SchemeRow(
            row.pk,
            row.code,
            row.name,
            row.funder,
            row.evidence,
            row.default_months,
            row.is_active,
            row.version,
            counts.get(row.code, 0),
            row.code in known,
        )
        for row in rows
    )


def scheme_names(company_id: int) -> Mapping[str, str]:
    """Code → name of the company's schemes, retired ones too."""
    return dict(ReliefScheme.objects.filter(company_id=company_id).order_by("code").values_list("code", "name")[:MOST])


def offered_schemes(company_id: int, held: Sequence[str] = ()) -> tuple[tuple[Choice, ...], Mapping[str, int]]:
    """(code, name) of what may be granted, and the usual months of those that have some.

    Schemes in use by name; then, by their bare codes, those without a scheme that published plans know or `held` names.
    """
    rows = list(ReliefScheme.objects.filter(company_id=company_id).order_by("code")[:MOST])
    named = [(row.code, row.name) for row in rows if row.is_active]
    bare = {*relief_schemes(company_id), *held} - {row.code for row in rows}
    months = {row.code: row.default_months for row in rows if row.default_months is not None}
    return (*named, *((code, code) for code in sorted(bare))), months


def held_schemes(company_ids: Sequence[int]) -> tuple[Choice, ...]:
    """(code, name) of all schemes of the companies and of the codes that accounts hold or held without a scheme."""
    named = ReliefScheme.objects.filter(company_id__in=company_ids).order_by("code").values_list("code", "name")
    found = dict(named[:MOST])
    held = AccountRelief.objects.filter(company_id__in=company_ids).order_by("scheme").values_list("scheme", flat=True)
    for code in held.distinct()[:MOST]:
        found.setdefault(code, code)
    return tuple(found.items())


def with_schemes(reliefs: QuerySet[AccountRelief]) -> QuerySet[AccountRelief]:
    """The reliefs, each with `scheme_name` (its code where there is no scheme) and `funder`, in the same query."""
    scheme = ReliefScheme.objects.filter(company_id=OuterRef("company_id"), code=OuterRef("scheme"))
    return reliefs.annotate(
        scheme_name=Coalesce(Subquery(scheme.values("name")), F("scheme"), output_field=CharField()),
        funder=Coalesce(Subquery(scheme.values("funder")), Value(""), output_field=CharField()),
    )

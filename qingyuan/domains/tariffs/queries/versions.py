"""One version of a plan by its id, draft or published (价格版本)."""

from dataclasses import dataclass
from datetime import date

from qingyuan.domains.tariffs.models import PricePlan, PriceVersion, VersionState
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class VersionText:
    """A version with its tariff file."""

    id: int
    plan_id: int
    plan_code: str
    plan_name: str
    company_id: int
    effective_from: date
    document_no: str
    content_hash: str
    is_published: bool
    source: str


def version_text(version_id: int) -> VersionText:
    """Raises NotFound."""
    row = PriceVersion.objects.select_related("plan").filter(pk=version_id).first()
    if row is None:
        raise NotFound(price_version=version_id)
    return VersionText(
        row.pk,
        row.plan_id,
        row.plan.code,
        row.plan.name,
        row.plan.company_id,
        row.effective_from,
        row.document_no,
        row.content_hash,
        row.state == VersionState.PUBLISHED,
        row.source,
    )


def plan_codes(company_id: int) -> tuple[str, ...]:
    """The codes of the company's plans that have a published version, in order."""
    rows = PricePlan.objects.filter(company_id=company_id, versions__state=VersionState.PUBLISHED)
    return tuple(rows.distinct().order_by("code").values_list("code", flat=True))

"""A draft as its pages need it (草稿): the plan, the version, what it is compared with, its tabs and its header."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.tariffs.operations import PublishedVersion
from qingyuan.domains.tariffs.queries import charge_items
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanVersion
from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Tab
from qingyuan.interfaces.office.shell.formats import date_text
from qingyuan.interfaces.office.tariffs.designer.forms import Choices
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import PlanPage, VersionRow, class_choices, plan_page


@dataclass(frozen=True, slots=True)
class Record:
    """A draft. `before` is the published version that it takes over from, None for a plan's first."""

    plan: PlanPage
    draft: VersionRow
    parsed: PlanVersion
    before: PlanVersion | None

    @property
    def code(self) -> str:
        return self.plan.row.code

    @property
    def company_id(self) -> int:
        return self.plan.row.company_id

    def address(self, name: str) -> str:
        return reverse(f"tariffs:{name}", args=[self.code, self.draft.id])


def draft_record(request: OfficeRequest, code: str, version_id: int) -> Record:
    """The draft. Raises NotFound, and PublishedVersion for a version that nobody changes any more."""
    found = plan_page(request.actor, code, on=timezone.localdate())
    shown = next((version for version in found.versions if version.id == version_id), None)
    if shown is None:
        raise NotFound(price_version=version_id)
    if shown.is_published:
        raise PublishedVersion(plan=code, effective_from=shown.effective_from)
    return Record(found, shown, parse_version(shown.source), version_before(found, shown))


def version_before(found: PlanPage, shown: VersionRow) -> PlanVersion | None:
    """The published version in force until the shown one begins."""
    earlier = [
        version for version in found.versions if version.is_published and version.effective_from < shown.effective_from
    ]
    newest = max(earlier, key=lambda version: version.effective_from, default=None)
    return None if newest is None else parse_version(newest.source)


def item_choices(record: Record) -> Choices:
    """The company's charge items in use, code and name."""
    english = get_language() == "en"
    return [
        (row.code, (row.name_en or row.name) if english else row.name)
        for row in charge_items(record.company_id)
        if row.is_active
    ]


def usage_class_choices(record: Record) -> Choices:
    english = get_language() == "en"
    return [(code, (name_en or name) if english else name) for code, name, name_en in class_choices(record.company_id)]


def draft_tabs(found: PlanPage, draft: VersionRow) -> tuple[Tab, ...]:
    """The tabs of a draft's pages."""
    names = (
        ("version", gettext_lazy("Overview")),
        ("edit", gettext_lazy("Form")),
        ("edit-text", gettext_lazy("Text")),
        ("cases", gettext_lazy("Test cases")),
        ("documents", gettext_lazy("Price document")),
    )
    return tuple(Tab(key, label, reverse(f"tariffs:{key}", args=[found.row.code, draft.id])) for key, label in names)


def draft_page(record: Record, current: str) -> DetailPage:
    """The header over the tabs."""
    draft = record.draft
    return DetailPage(
        title=record.parsed.name,
        number=record.code,
        chips=(Chip(gettext_lazy("draft"), Tone.AMBER),),
        facts=(
            Fact(gettext_lazy("In force from"), date_text(draft.effective_from)),
            Fact(gettext_lazy("Price document no."), draft.document_no),
            Fact(gettext_lazy("Takes over from"), _takes_over(record)),
            Fact(gettext_lazy("Changed last by"), draft.changed_by),
        ),
        tabs=draft_tabs(record.plan, draft),
        current_tab=current,
        back_url=reverse("tariffs:detail", args=[record.code]),
    )


def _takes_over(record: Record) -> str:
    if record.before is None:
        return _("no version: it is the plan's first")
    return _("the version of %(day)s") % {"day": date_text(record.before.effective_from)}

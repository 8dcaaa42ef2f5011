"""Pages of the price plans: the list, a plan with its versions, the live example."""

from collections.abc import Mapping
from datetime import date

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.tariffs.queries.trials import least_cases
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.domains.tariffs.rules.publishing import publishing_warnings
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Confirm, DetailPage, Fact, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, instant_text
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.tariffs.designer.case_views import CaseRow, case_rows, case_table
from qingyuan.interfaces.office.tariffs.designer.differences import (
    bill_table,
    change_table,
    changes,
    months_of,
    typical_bills,
)
from qingyuan.interfaces.office.tariffs.designer.document_views import document_table
from qingyuan.interfaces.office.tariffs.designer.record import draft_tabs, version_before
from qingyuan.interfaces.office.tariffs.designer.working import slider_end
from qingyuan.interfaces.office.tariffs.example import example_of
from qingyuan.interfaces.office.tariffs.forms import STATE_WORDS, ExampleForm, PlanFilter
from qingyuan.interfaces.office.tariffs.words import price_table, rule_words, tier_words
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import (
    AssignmentRow,
    PlanPage,
    PlanRow,
    PlanState,
    VersionRow,
    plan_list,
    plan_page,
)

TONES = {
    PlanState.IN_FORCE: Tone.GREEN,
    PlanState.COMING: Tone.BLUE,
    PlanState.DRAFT: Tone.AMBER,
    PlanState.ENDED: Tone.GREY,
}
KINDS: Mapping[PlanKind, str | Promise] = {
    PlanKind.PLAN: gettext_lazy("price plan"),
    PlanKind.ITEM: gettext_lazy("single charge item"),
}


def _class_names(row: PlanRow) -> str:
    return ", ".join(row.class_names_en) if get_language() == "en" else "、".join(row.class_names)


def _class_name(row: AssignmentRow) -> str:
    return row.class_name_en or row.class_name if get_language() == "en" else row.class_name


PLANS: ListSpec[PlanRow] = ListSpec(
    key="tariffs",
    title=gettext_lazy("Price plans"),
    unit=gettext_lazy("plans"),
    sort="code",
    page_size=50,
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("tariffs:detail", args=[row.code]),
        ),
        Column("name", gettext_lazy("Name"), sortable=True),
        Column("class_names", gettext_lazy("Usage class"), value=_class_names),
        Column("kind", gettext_lazy("Kind"), value=lambda row: KINDS[row.kind]),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: _chip(row.state)),
        Column("effective_from", gettext_lazy("In force since"), ColumnKind.DATE, sortable=True),
        Column("document_no", gettext_lazy("Price document no.")),
        Column("versions", gettext_lazy("Versions"), ColumnKind.INTEGER),
        Column("drafts", gettext_lazy("Drafts"), ColumnKind.INTEGER),
    ),
    actions=(
        Action(
            gettext_lazy("New price plan"),
            "/tariffs/new/",
            permission="tariffs.edit",
            icon="plus",
            key="new",
            primary=True,
        ),
        Action(gettext_lazy("Import a tariff file"), "/tariffs/import/", permission="tariffs.edit", icon="file-upload"),
    ),
    empty=EmptyState(
        gettext_lazy("There are no price plans yet. A plan is begun here or comes in as a tariff file."),
        Action(gettext_lazy("New price plan"), "/tariffs/new/", icon="plus"),
    ),
)


def _chip(state: PlanState) -> Chip:
    return Chip(STATE_WORDS[state], TONES[state])


def _load(actor: Actor, query: ListQuery) -> ListResult[PlanRow]:
    wanted = str(query.filters.get("q") or "").strip().lower()
    state = query.filters.get("state")
    rows = [
        row
        for row in plan_list(actor, on=timezone.localdate())
        if (not wanted or any(wanted in text.lower() for text in (row.code, row.name, row.document_no)))
        and (not state or row.state == state)
    ]
    rows.sort(key=lambda row: _order(row, query.sort), reverse=query.descending)
    return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows))


def _order(row: PlanRow, key: str) -> str:
    value = getattr(row, key)
    return date_text(value) if isinstance(value, date) or value is None else str(value)


@requires("tariffs.view")
def plans(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, PLANS, PlanFilter, _load)


@requires("tariffs.view")
def plan(request: OfficeRequest, code: str, version_id: int | None = None) -> HttpResponse:
    """A plan's page, on the version that is named, else the one in force, else the newest."""
    found = plan_page(request.actor, code, on=timezone.localdate())
    shown = _shown(found, version_id)
    parsed = parse_version(shown.source)
    form = ExampleForm(parsed, {"volume": "20", "months": "1"})
    cases = case_rows(found.row.company_id, parsed, shown.cases)
    least = 0 if shown.is_published else least_cases(found.row.company_id, parsed, on=timezone.localdate())
    blocked = _blocked(request, shown, cases, least)
    context = {
        "plan": found,
        "version": shown,
        "tiers": tier_words(parsed),
        "rules": rule_words(parsed),
        "prices": price_table(parsed),
        "versions": _versions(found),
        "assignments": _assignments(found),
        "warnings": [] if shown.is_published else _warnings(parsed),
        "form": form,
        "example": example_of(parsed, form),
        "slider_end": slider_end(parsed),
        "publish": _publish(request, found, shown, blocked),
        "blocked": blocked,
        "discard": _discard(request, found, shown),
        "cases": case_table(cases) if cases or not shown.is_published else None,
        "documents": document_table(code, shown.id),
        **(_differences(found, shown, parsed) if not shown.is_published else {}),
    }
    return detail_response(request, _page(request, found, shown), "tariffs/plan.html", context=context)


def _differences(found: PlanPage, shown: VersionRow, parsed: PlanVersion) -> dict[str, object]:
    """What the draft changes, for the person who publishes it; nothing for a plan's first version."""
    before = version_before(found, shown)
    if before is None:
        return {}
    bills = bill_table(typical_bills(before, parsed, {})) if parsed.kind is PlanKind.PLAN else None
    return {
        "before_day": date_text(before.effective_from),
        "changes": change_table(changes(before, parsed)),
        "bills": bills,
        "bill_months": months_of(parsed),
    }


def _blocked(request: OfficeRequest, shown: VersionRow, cases: tuple[CaseRow, ...], least: int) -> str:
    """Why the person cannot publish the draft now; empty when nothing is in the way."""
    if shown.is_published:
        return ""
    if len(cases) < least:
        return code_sentence("tariffs.cases_missing", {"count": len(cases), "least": least})
    failed = [row.name for row in cases if not row.passed]
    if failed:
        return code_sentence("tariffs.cases_fail", {"count": len(failed), "cases": failed})
    if shown.changed_by_id is not None and shown.changed_by_id == request.actor.staff_id:
        return _("You changed this draft last: another person publishes it.")
    return ""


@requires("tariffs.view")
def example(request: OfficeRequest, code: str) -> HttpResponse:
    """The live example's answer, for htmx."""
    found = plan_page(request.actor, code, on=timezone.localdate())
    wanted = request.GET.get("version", "")
    parsed = parse_version(_shown(found, int(wanted) if wanted.isdigit() else None).source)
    form = ExampleForm(parsed, request.GET)
    return render(request, "tariffs/example.html", {"example": example_of(parsed, form)})


def _shown(found: PlanPage, version_id: int | None) -> VersionRow:
    if version_id is not None:
        for version in found.versions:
            if version.id == version_id:
                return version
        raise NotFound(price_version=version_id)
    if not found.versions:
        raise Http404
    return next((version for version in found.versions if version.in_force), found.versions[0])


def _page(request: OfficeRequest, found: PlanPage, shown: VersionRow) -> DetailPage:
    row = found.row
    actions = [
        Action(_("Export the file"), reverse("tariffs:export", args=[row.code, shown.id]), icon="download"),
    ]
    may_edit = "tariffs.edit" in request.permissions
    if may_edit and shown.is_published:
        url = reverse("tariffs:new-version", args=[row.code, shown.id])
        actions.append(Action(_("New version"), url, icon="plus", key="new"))
    if may_edit and row.kind is PlanKind.PLAN:
        actions.append(Action(_("Simulate"), f"{reverse('simulations:new')}?version={shown.id}", icon="chart-bar"))
    if (
        "tariffs.publish" in request.permissions
        and row.kind is PlanKind.PLAN
        and any(version.is_published for version in found.versions)
    ):
        actions.append(Action(_("Assign to a class"), reverse("tariffs:assign", args=[row.code]), icon="hierarchy"))
    return DetailPage(
        title=row.name,
        number=row.code,
        chips=(
            _chip(row.state) if shown.is_published else Chip(gettext_lazy("draft"), Tone.AMBER),
            Chip(KINDS[row.kind], Tone.GREY),
        ),
        facts=(
            Fact(gettext_lazy("Usage class"), _class_names(row)),
            Fact(gettext_lazy("Version shown"), date_text(shown.effective_from)),
            Fact(gettext_lazy("Price document no."), shown.document_no),
            Fact(gettext_lazy("Company"), found.company_name),
            Fact(gettext_lazy("Remark"), shown.note),
            *(() if shown.is_published else (Fact(gettext_lazy("Changed last by"), shown.changed_by),)),
        ),
        figures=(Figure(gettext_lazy("Versions"), str(row.versions)),),
        actions=tuple(actions),
        notice=""
        if shown.is_published
        else _("This version is a draft: nobody is charged by it before it is published."),
        back_url=reverse("tariffs:list"),
        tabs=draft_tabs(found, shown) if may_edit and not shown.is_published else (),
        current_tab="version",
    )


def _publish(request: OfficeRequest, found: PlanPage, shown: VersionRow, blocked: str) -> Confirm | None:
    if shown.is_published or blocked or "tariffs.publish" not in request.permissions:
        return None
    return Confirm(
        key="publish",
        title=_("Publish the version of %(day)s?") % {"day": date_text(shown.effective_from)},
        consequence=_("A published version never changes. The version in force before it ends on %(day)s.")
        % {"day": date_text(shown.effective_from)},
        url=reverse("tariffs:publish", args=[found.row.code, shown.id]),
        submit=gettext_lazy("Publish"),
        expected=found.row.code,
        expected_label=gettext_lazy("Type the plan's code to confirm:"),
        danger=False,
    )


def _discard(request: OfficeRequest, found: PlanPage, shown: VersionRow) -> Confirm | None:
    if shown.is_published or "tariffs.edit" not in request.permissions:
        return None
    return Confirm(
        key="discard",
        title=_("Discard the draft of %(day)s?") % {"day": date_text(shown.effective_from)},
        consequence=_("The draft and its test cases are gone; published versions stay."),
        url=reverse("tariffs:discard", args=[found.row.code, shown.id]),
        submit=gettext_lazy("Discard"),
        expected=found.row.code,
        expected_label=gettext_lazy("Type the plan's code to confirm:"),
    )


def _versions(found: PlanPage) -> object:
    columns: tuple[Column[VersionRow], ...] = (
        Column(
            "effective_from",
            gettext_lazy("In force from"),
            ColumnKind.DATE,
            link=lambda row: reverse("tariffs:version", args=[found.row.code, row.id]),
        ),
        Column("effective_to", gettext_lazy("until (not included)"), ColumnKind.DATE),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_version_chip),
        Column("document_no", gettext_lazy("Price document no.")),
        Column("published_by", gettext_lazy("Published by")),
        Column("published_at", gettext_lazy("Published at"), value=lambda row: instant_text(row.published_at)),
        Column("content_hash", gettext_lazy("Fingerprint"), value=lambda row: row.content_hash[:12]),
    )
    return sub_table(gettext_lazy("Versions"), columns, found.versions)


def _version_chip(row: VersionRow) -> Chip:
    if not row.is_published:
        return Chip(gettext_lazy("draft"), Tone.AMBER)
    if row.in_force:
        return Chip(gettext_lazy("now in force"), Tone.GREEN)
    return Chip(gettext_lazy("published"), Tone.BLUE if row.effective_from > timezone.localdate() else Tone.GREY)


def _assignments(found: PlanPage) -> object:
    columns: tuple[Column[AssignmentRow], ...] = (
        Column("class_name", gettext_lazy("Usage class"), value=_class_name),
        Column("unit_name", gettext_lazy("Organisation unit")),
        Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
        Column("to_date", gettext_lazy("until (not included)"), ColumnKind.DATE),
        Column(
            "in_force",
            gettext_lazy("State"),
            ColumnKind.CHIP,
            value=lambda row: Chip(gettext_lazy("now in force"), Tone.GREEN) if row.in_force else None,
        ),
    )
    empty = gettext_lazy("The plan is not assigned to any usage class: nobody is charged by it.")
    return sub_table(gettext_lazy("Assignments"), columns, found.assignments, empty=empty)


def _warnings(parsed: PlanVersion) -> list[str]:
    return [code_sentence(warning.code, warning.params) for warning in publishing_warnings(parsed)]

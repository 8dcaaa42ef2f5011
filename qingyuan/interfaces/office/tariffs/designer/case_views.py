"""Saved cases of a draft (试算用例): the table with expected and actual, one more, one less, as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.queries.trials import run_saved_cases
from qingyuan.domains.tariffs.rules.cases import Outcome
from qingyuan.domains.tariffs.rules.parse_cases import CASES_FORMAT, Case, parse_cases
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import SubTable, detail_response, sub_table
from qingyuan.interfaces.office.shell.fields import MoneyField
from qingyuan.interfaces.office.shell.form_pages import done, told
from qingyuan.interfaces.office.shell.formats import money_text, volume_text
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import code_sentence, error_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.interfaces.office.tariffs.designer.case_text import with_case, without_case
from qingyuan.interfaces.office.tariffs.designer.record import Record, draft_page, draft_record
from qingyuan.interfaces.office.tariffs.designer.sheet import place_of
from qingyuan.interfaces.office.tariffs.designer.views import EDIT, text_page, text_refusals
from qingyuan.interfaces.office.tariffs.forms import ExampleForm
from qingyuan.kernel.errors import StaleEdit

PASSED = Chip(gettext_lazy("passed"), Tone.GREEN)
FAILED = Chip(gettext_lazy("failed"), Tone.RED)
_FIELDS: Mapping[str, Label] = {
    "total": gettext_lazy("total"),
    "billed_volume": gettext_lazy("billed volume"),
    "carry_after": gettext_lazy("remainder carried on"),
    "tier_use_after": gettext_lazy("tier use after"),
    "tier_volumes": gettext_lazy("volumes by tier"),
    "lines": gettext_lazy("number of lines"),
    "error": gettext_lazy("refusal"),
}
_VOLUME = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．／，；", "0123456789./,;")
_KEYS = {"volume": "usage", "used": "used_before"}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A saved case with how it came out. `number` is its place, from zero."""

    number: int
    name: str
    asks: str
    expected: str
    actual: str
    passed: bool


def case_rows(company_id: int, draft: PlanVersion, text: str) -> tuple[CaseRow, ...]:
    """Every saved case run against the draft."""
    if not text.strip():
        return ()
    outcomes = run_saved_cases(company_id, draft, text)
    pairs = zip(parse_cases(text), outcomes, strict=True)
    return tuple(_row(number, case, outcome) for number, (case, outcome) in enumerate(pairs))


def _row(number: int, case: Case, outcome: Outcome) -> CaseRow:
    expected = [_said(name, f"{value:f}") for name, value in case.expect.numbers]
    if case.expect.tier_volumes is not None:
        expected.append(_said("tier_volumes", "/".join(volume_text(each) for each in case.expect.tier_volumes)))
    if case.expect.lines is not None:
        expected.append(_said("lines", str(len(case.expect.lines))))
    if case.expect.error:
        expected.append(_said("error", case.expect.error))
    if outcome.refusal is not None:
        actual = error_sentence(outcome.refusal)
    elif outcome.problems:
        actual = "；".join(code_sentence(each.code, each.params) for each in outcome.problems)
    else:
        found = [_said(each.field, each.actual) for each in outcome.differences]
        total = outcome.result.total if outcome.result is not None else None
        actual = "；".join(found) or _said("total", money_text(total))
    return CaseRow(number, case.case_id, _asks(case), "；".join(expected), actual, outcome.passed)


def _said(name: str, value: str) -> str:
    return f"{_FIELDS.get(name, name)} {value}"


def _asks(case: Case) -> str:
    facts = case.facts
    parts = [_("%(volume)s m³") % {"volume": volume_text(facts.usage)}]
    if facts.pieces:
        parts = [_("%(volume)s m³") % {"volume": volume_text(sum((each.volume for each in facts.pieces), Decimal(0)))}]
    if facts.used_before:
        parts.append(_("used before %(volume)s m³") % {"volume": volume_text(facts.used_before)})
    if facts.people is not None:
        parts.append(_("%(people)s people") % {"people": facts.people})
    if facts.months != 1:
        parts.append(_("%(months)s months") % {"months": facts.months})
    if facts.quota is not None:
        parts.append(_("quota %(volume)s m³") % {"volume": volume_text(facts.quota)})
    if facts.calibre:
        parts.append(f"DN{facts.calibre}")
    if facts.start is not None:
        parts.append(f"{facts.start} – {facts.end}")
    return _(", ").join((*parts, *facts.relief))


def case_table(rows: tuple[CaseRow, ...]) -> SubTable:
    columns: tuple[Column[CaseRow], ...] = (
        Column("name", gettext_lazy("Case")),
        Column("asks", gettext_lazy("Asks for"), ColumnKind.LONG_TEXT),
        Column("expected", gettext_lazy("Expected"), ColumnKind.LONG_TEXT),
        Column("actual", gettext_lazy("Actual"), ColumnKind.LONG_TEXT),
        Column("passed", gettext_lazy("Result"), ColumnKind.CHIP, value=lambda row: PASSED if row.passed else FAILED),
    )
    empty = gettext_lazy("There is no saved case yet: save one before the draft is published.")
    return sub_table(gettext_lazy("Test cases"), columns, rows, empty=empty)


class CaseForm(ExampleForm):
    """One more case: its question as in the live example, and the total that must come out."""

    def __init__(self, version: PlanVersion, *args: object, **kwargs: object) -> None:
        super().__init__(version, *args, **kwargs)
        self.tier_count = 0 if version.tiers is None else len(version.tiers.limits) + 1
        if not self.tier_count:
            del self.fields["tier_volumes"]
        self.order_fields(["name", *self.fields])

    name = forms.CharField(label=gettext_lazy("Name of the case"), max_length=60)
    total = MoneyField(label=gettext_lazy("Expected total (yuan)"))
    tier_volumes = forms.CharField(
        label=gettext_lazy("Expected volumes by tier (m³)"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("From the first tier on, divided by slashes: 220/80. Empty: not looked at."),
    )

    def clean_tier_volumes(self) -> list[str]:
        """The volumes as they were typed, full-width digits and dividers forgiven."""
        typed = str(self.cleaned_data["tier_volumes"]).translate(_FULL_WIDTH)
        parts = [part for part in re.split(r"[\s/,、;]+", typed) if part]
        if any(not _VOLUME.fullmatch(part) for part in parts):
            raise forms.ValidationError(_("Write volumes in digits, divided by slashes: 220/80"))
        if len(parts) > self.tier_count:
            raise forms.ValidationError(_("The price has %(count)s tiers.") % {"count": self.tier_count})
        return parts


class CasesTextForm(OfficeForm):
    """The cases as text."""

    version_field = True
    wide = frozenset(("cases",))
    cases = forms.CharField(
        label=gettext_lazy("File of cases (qingyuan-rating-cases/1)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "file-text", "wrap": "off"}),
        help_text=gettext_lazy("Dates, pieces, tier volumes and lines can be expected here too. Empty: no cases."),
        strip=False,
    )


@requires(EDIT)
def cases(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """The saved cases, run; a POST adds one."""
    record = draft_record(request, code, version_id)
    is_plan = record.parsed.kind is PlanKind.PLAN
    form = CaseForm(record.parsed, request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and is_plan and form.is_valid():
        try:
            with form.refusals_as_messages():
                _save(request, record, with_case(record.draft.cases, _case_of(record, form)))
        except StaleEdit:
            form.add_error(None, _("Another person changed the draft in this moment. Save again."))
        if not form.problems:
            return done(request, _("The case was saved."), record.address("cases"))
    rows = case_rows(record.company_id, record.parsed, record.draft.cases)
    context = {
        "record": record,
        "table": case_table(rows),
        "rows": rows,
        "failed": sum(not row.passed for row in rows),
        "form": form if is_plan else None,
        "page_form": FormPage(title="", submit=gettext_lazy("Save the case")),
    }
    status = 422 if form.is_bound and form.problems else 200
    page = draft_page(record, "cases")
    return detail_response(request, page, "tariffs/designer/cases.html", context=context, status=status)


def _case_of(record: Record, form: CaseForm) -> dict[str, object]:
    given = form.cleaned_data
    case: dict[str, object] = {"id": given["name"], "tariff": record.code}
    for name, value in given.items():
        if name in ("name", "total", "tier_volumes", "version") or value in (None, ""):
            continue
        case[_KEYS.get(name, name)] = f"{value:f}" if isinstance(value, Decimal) else str(value)
    case.setdefault("usage", "0")
    expected: dict[str, object] = {"total": f"{given['total']:f}"}
    if given.get("tier_volumes"):
        expected["tier_volumes"] = given["tier_volumes"]
    return case | {"expect": expected}


def _save(request: OfficeRequest, record: Record, text: str) -> None:
    tariffs.save_cases(
        actor=request.actor,
        version_id=record.draft.id,
        version=record.draft.version,
        text=text,
        on=timezone.localdate(),
    )


@requires(EDIT)
@require_POST
def remove_case(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    record = draft_record(request, code, version_id)
    number = place_of(request.POST.get("number", ""))
    with told(request, _("The case was removed.")):
        _save(request, record, without_case(record.draft.cases, -1 if number is None else number))
    return redirect(record.address("cases"))


@requires(EDIT)
def cases_text(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """The cases as text; each complaint names its line."""
    record = draft_record(request, code, version_id)
    known = record.draft.cases or f"format: {CASES_FORMAT}\ncases:\n"
    form = CasesTextForm(request.POST or None, initial={"cases": known, "version": record.draft.version})
    if request.method == "POST" and form.is_valid():
        with text_refusals(form, "cases", record.draft.cases, record.draft.version):
            tariffs.save_cases(
                actor=request.actor,
                version_id=record.draft.id,
                version=form.version,
                text=form.cleaned_data["cases"],
                on=timezone.localdate(),
            )
        if not form.problems:
            return done(request, _("The cases were saved."), record.address("cases"))
    return text_page(request, record, form, "cases")

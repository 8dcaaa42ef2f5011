"""Pages of parameters (参数)."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.parameters.forms import (
    WHOLE_INSTALLATION,
    WithdrawForm,
    parameter_filter,
    set_form,
)
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import date_text
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.register_words import area_label, area_order, parameter_text
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews import parameter_pages
from qingyuan.overviews.parameter_pages import ParameterPage
from qingyuan.platform.parameters import operations
from qingyuan.platform.parameters.queries import Change, Line

EDIT = "parameters.edit"


def _source(line: Line) -> str:
    if line.in_force.is_default:
        return _("default")
    return line.from_unit_name or _("The whole installation")


def _following(line: Line) -> str:
    if line.following is None:
        return ""
    value = parameter_text(line.parameter, line.following.value)
    return _("%(day)s: %(value)s") % {"day": line.following.from_date.isoformat(), "value": value}


@requires("parameters.view")
def register(request: OfficeRequest) -> HttpResponseBase:
    """Every parameter with its value in force at a unit, where it comes from, and what comes next."""
    on = timezone.localdate()
    here = parameter_pages.place(request.actor, request.GET.get("unit", ""), on=on)
    lines = parameter_pages.register(request.actor, here.unit, on=on)

    def load(_actor: Actor, query: ListQuery) -> ListResult[Line]:
        found = [line for line in lines if _fits(line, query)]
        found.sort(key=lambda line: (area_order(line.area), line.parameter.code), reverse=query.descending)
        return ListResult(rows=found[query.offset : query.offset + query.limit], count=len(found))

    offered = parameter_filter(here.units, [line.area for line in lines])
    context = {"place": here.unit.name}
    return list_response(
        request, _register_spec(here.unit.code), offered, load, context=context, template="parameters/list.html"
    )


def _register_spec(unit_code: str) -> ListSpec[Line]:
    return ListSpec(
        key="parameters",
        title=gettext_lazy("Parameters"),
        unit=gettext_lazy("parameters"),
        sort="area",
        page_size=100,
        columns=(
            Column(
                "label",
                gettext_lazy("Parameter"),
                value=lambda row: _(row.parameter.label),
                link=lambda row: address(row.parameter.code, unit_code),
                fixed=True,
            ),
            Column("area", pgettext_lazy("settings", "Area"), value=lambda row: area_label(row.area), sortable=True),
            Column(
                "value",
                gettext_lazy("Value in force"),
                value=lambda row: parameter_text(row.parameter, row.in_force.value),
            ),
            Column("source", gettext_lazy("Set at"), ColumnKind.CHIP, value=_source_chip),
            Column("since", gettext_lazy("Since"), ColumnKind.DATE, value=lambda row: row.in_force.from_date),
            Column("following", gettext_lazy("Next change"), value=_following),
            Column(
                "help",
                gettext_lazy("Meaning"),
                ColumnKind.LONG_TEXT,
                value=lambda row: _(row.parameter.help),
                shown=False,
            ),
            Column(
                "code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, value=lambda row: row.parameter.code, shown=False
            ),
        ),
    )


def _source_chip(line: Line) -> Chip:
    return Chip(_source(line), Tone.GREY if line.in_force.is_default else Tone.BLUE)


def _fits(line: Line, query: ListQuery) -> bool:
    asked = query.filters
    text = (asked.get("q") or "").strip().lower()
    return (
        (not text or text in line.parameter.code or text in _(line.parameter.label).lower())
        and (not asked.get("area") or asked["area"] == line.area)
        and (not asked.get("changed") or not line.in_force.is_default or line.following is not None)
    )


@requires("parameters.view")
def parameter(request: OfficeRequest, code: str) -> HttpResponse:
    found = parameter_pages.parameter(request.actor, code, request.GET.get("unit", ""), on=timezone.localdate())
    declared, line = found.line.parameter, found.line
    may_change = bool(found.editable or found.may_edit_all)
    unit_code = found.place.unit.code
    change_url = f"{reverse('parameters:set', args=[code])}?{urlencode({'unit': unit_code})}"
    page = DetailPage(
        title=_(declared.label),
        number=found.place.unit.name,
        facts=(
            Fact(_("Meaning"), _(declared.help)),
            Fact(_("Set at"), _source(line)),
            Fact(_("Since"), date_text(line.in_force.from_date)),
            Fact(_("Next change"), _following(line)),
            Fact(_("Default"), parameter_text(declared, declared.default)),
            Fact(_("Code"), code),
        ),
        figures=(Figure(_("Value in force"), parameter_text(declared, line.in_force.value)),),
        actions=(Action(_("Change"), change_url, icon="edit", key="edit", primary=True),) if may_change else (),
        back_url=f"{reverse('parameters:list')}?{urlencode({'unit': unit_code})}",
    )
    table = sub_table(
        _("History"),
        _history_columns(declared, found),
        found.history,
        empty=_("It was never changed: the default holds."),
    )
    return detail_response(request, page, "parameters/parameter.html", context={"history": table})


def _history_columns(declared: Parameter, found: ParameterPage) -> tuple[Column[Change], ...]:
    on, editable = timezone.localdate(), {one.id for one in found.editable}

    def may_withdraw(row: Change) -> bool:
        return row.from_date > on and (found.may_edit_all if row.unit_id is None else row.unit_id in editable)

    def link(row: Change) -> str | None:
        if not may_withdraw(row):
            return None
        there = reverse("parameters:withdraw", args=[declared.code, row.row_id])
        return f"{there}?{urlencode({'unit': found.place.unit.code})}"

    columns: tuple[Column[Change], ...] = (
        Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
        Column("value", gettext_lazy("Value"), value=lambda row: parameter_text(declared, row.value)),
        Column("unit", gettext_lazy("Set at"), value=lambda row: row.unit_name or _("The whole installation")),
        Column("reason", gettext_lazy("Reason"), ColumnKind.LONG_TEXT),
        Column(
            "state",
            gettext_lazy("State"),
            ColumnKind.CHIP,
            value=lambda row: Chip(_("to come"), Tone.BLUE) if row.from_date > on else Chip(_("begun"), Tone.GREY),
        ),
    )
    if not any(may_withdraw(row) for row in found.history):
        return columns
    withdrawing: Column[Change] = Column(
        "withdraw",
        gettext_lazy("Action"),
        value=lambda row: _("Withdraw") if may_withdraw(row) else "",
        link=link,
    )
    return (*columns, withdrawing)


@requires(EDIT)
def change(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    unit_code = request.GET.get("unit", "")
    found = parameter_pages.parameter(request.actor, code, unit_code, on=on)
    declared = found.line.parameter
    here = found.place.unit
    form = set_form(declared)(
        request.POST or None,
        units=found.editable,
        for_all=found.may_edit_all,
        initial={
            "value": _typed(declared, found.line.in_force.value),
            "from_date": on,
            "unit": here.id if here in found.editable else WHOLE_INSTALLATION,
        },
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"parameters.reason_missing": "reason"}, otherwise="value"):
            operations.set_value(
                actor=request.actor,
                code=code,
                unit_id=form.unit_id,
                from_date=form.cleaned_data["from_date"],
                value=form.typed,
                reason=form.cleaned_data["reason"],
                on=on,
            )
            return done(request, _("The parameter was changed."), address(code, unit_code))
    page = FormPage(
        title=with_name(_("Change parameter"), _(declared.label)),
        cancel_url=address(code, unit_code),
        intro=_(declared.help),
    )
    return form_response(request, form, page)


@requires(EDIT)
def withdraw(request: OfficeRequest, code: str, row_id: int) -> HttpResponse:
    on = timezone.localdate()
    unit_code = request.GET.get("unit", "")
    found = parameter_pages.parameter(request.actor, code, unit_code, on=on)
    row = next((one for one in found.history if one.row_id == row_id), None)
    if row is None:
        raise NotFound(parameter_value=row_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            operations.withdraw_value(actor=request.actor, row_id=row_id, reason=form.cleaned_data["reason"], on=on)
            return done(request, _("The coming value was withdrawn."), address(code, unit_code))
    page = FormPage(
        title=with_name(_("Withdraw a coming value"), _(found.line.parameter.label)),
        cancel_url=address(code, unit_code),
        intro=_("%(day)s: %(value)s")
        % {"day": row.from_date.isoformat(), "value": parameter_text(found.line.parameter, row.value)},
        danger=True,
    )
    return form_response(request, form, page)


def address(code: str, unit_code: str) -> str:
    """A parameter's page at a unit; empty: the reader's company."""
    there = reverse("parameters:detail", args=[code])
    return f"{there}?{urlencode({'unit': unit_code})}" if unit_code else there


def _typed(declared: Parameter, value: ParameterValue) -> str:
    """The value as the form's field takes it."""
    if declared.type is ParameterType.BOOLEAN:
        return "true" if value else "false"
    return parameter_text(declared, value) if declared.type is not ParameterType.CHOICE else str(value)

"""Relief schemes (减免方案): the list and its forms."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.rules.relief_schemes import MOST_MONTHS, ReliefSchemeValues
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage, OfficeForm, with_name
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
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews.relief_schemes import SchemeRow, scheme_rows
from qingyuan.overviews.tariff_plans import company_within

EDIT = "customers.change"
LIST_NAME = "accounts:relief-schemes"


def _state(row: SchemeRow) -> Chip:
    return Chip(_("in use"), Tone.GREEN) if row.is_active else Chip(_("retired"), Tone.GREY)


def _in_plans(row: SchemeRow) -> Chip:
    return Chip(_("yes"), Tone.GREEN) if row.in_plans else Chip(_("no, it gives nothing"), Tone.AMBER)


SCHEMES: ListSpec[SchemeRow] = ListSpec(
    key="relief-schemes",
    title=gettext_lazy("Relief schemes"),
    unit=gettext_lazy("relief schemes"),
    sort="code",
    page_size=50,
    columns=(
        Column("code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, sortable=True, fixed=True),
        Column("name", gettext_lazy("Name"), link=lambda row: reverse("accounts:relief-scheme", args=[row.code])),
        Column("funder", gettext_lazy("Funder")),
        Column("evidence", gettext_lazy("Evidence needed"), ColumnKind.LONG_TEXT),
        Column("default_months", gettext_lazy("Usual term (months)"), ColumnKind.INTEGER),
        Column("accounts", gettext_lazy("Accounts now"), ColumnKind.INTEGER),
        Column("in_plans", gettext_lazy("Known to price plans"), ColumnKind.CHIP, value=_in_plans),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_state),
    ),
    row_tone=lambda row: "" if row.is_active else "muted",
    actions=(
        Action(
            gettext_lazy("New relief scheme"),
            "/relief-schemes/new/",
            permission=EDIT,
            icon="plus",
            key="new",
            primary=True,
        ),
    ),
    empty=EmptyState(gettext_lazy("There are no relief schemes yet. Until then reliefs are shown by their codes.")),
)


class SchemeFilter(FilterForm):
    q = forms.CharField(
        label=gettext_lazy("Quick find"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Code, name or funder")}),
    )
    retired = forms.BooleanField(label=gettext_lazy("With retired ones"))


class SchemeForm(OfficeForm):
    """What may be changed of a scheme."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    funder = forms.CharField(
        label=gettext_lazy("Funder"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Who bears what is let off: civil affairs, the water company …"),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence needed"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("What an applicant has to bring."),
    )
    default_months = forms.IntegerField(
        label=gettext_lazy("Usual term (months)"),
        min_value=1,
        max_value=MOST_MONTHS,
        required=False,
        help_text=gettext_lazy("A relief without an end of its own ends after so many months; empty: it has no end."),
    )
    wide = frozenset({"evidence"})

    def values(self, *, is_active: bool) -> ReliefSchemeValues:
        """As the operation takes it."""
        clean = self.cleaned_data
        return ReliefSchemeValues(clean["name"], clean["funder"], clean["evidence"], clean["default_months"], is_active)


class NewSchemeForm(SchemeForm):
    code = forms.RegexField(
        label=gettext_lazy("Code"),
        regex=r"^[0-9A-Za-z_-]{1,32}$",
        error_messages={"invalid": gettext_lazy("Only letters, digits, - and _, at most 32")},
        help_text=gettext_lazy("The code that price plans use. It stays for ever."),
    )
    field_order = ("code", "name", "funder", "default_months", "evidence")


class EditSchemeForm(SchemeForm):
    is_active = forms.BooleanField(
        label=gettext_lazy("May be granted"),
        required=False,
        help_text=gettext_lazy("Reliefs that accounts hold stay as they are."),
    )
    version_field = True
    field_order = ("name", "funder", "default_months", "is_active", "evidence")


@requires(EDIT)
def schemes(request: OfficeRequest) -> HttpResponseBase:
    """The company's relief schemes."""

    def load(actor: Actor, query: ListQuery) -> ListResult[SchemeRow]:
        text = str(query.filters.get("q") or "").strip().lower()
        found = [
            row
            for row in scheme_rows(company_within(actor, EDIT, on=timezone.localdate()), on=timezone.localdate())
            if (row.is_active or query.filters.get("retired"))
            and text in f"{row.code}\n{row.name}\n{row.funder}".lower()
        ]
        if query.descending:
            found.reverse()
        return ListResult(found[query.offset : query.offset + query.limit], len(found))

    return list_response(request, SCHEMES, SchemeFilter, load)


@requires(EDIT)
def create_scheme(request: OfficeRequest) -> HttpResponse:
    company_id = company_within(request.actor, EDIT, on=timezone.localdate())
    form = NewSchemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"customers.relief_scheme_taken": "code"}):
            operations.create_relief_scheme(
                actor=request.actor,
                company_id=company_id,
                code=form.cleaned_data["code"],
                values=form.values(is_active=True),
                on=timezone.localdate(),
            )
            return done(request, _("The relief scheme was added."), reverse(LIST_NAME))
    return form_response(request, form, FormPage(title=_("New relief scheme"), cancel_url=reverse(LIST_NAME)))


@requires(EDIT)
def edit_scheme(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    row = next(
        (
            one
            for one in scheme_rows(company_within(request.actor, EDIT, on=timezone.localdate()), on=on)
            if one.code == code
        ),
        None,
    )
    if row is None:
        raise NotFound(relief_scheme=code)
    stored: dict[str, Any] = {
        "name": row.name,
        "funder": row.funder,
        "evidence": row.evidence,
        "default_months": row.default_months,
        "is_active": row.is_active,
        "version": row.version,
    }
    form = EditSchemeForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"customers.relief_scheme_taken": "name"}):
            try:
                operations.update_relief_scheme(
                    actor=request.actor,
                    scheme_id=row.id,
                    version=form.version,
                    values=form.values(is_active=form.cleaned_data["is_active"]),
                    on=on,
                )
            except StaleEdit:
                form.show_conflict(stored, version=row.version)
            else:
                return done(
                    request, _("The relief scheme was changed."), reverse("accounts:relief-scheme", args=[code])
                )
    page = FormPage(
        title=with_name(_("Change relief scheme"), code), cancel_url=reverse("accounts:relief-scheme", args=[code])
    )
    return form_response(request, form, page)

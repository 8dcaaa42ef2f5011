"""Drafts begun and discarded (起草与丢弃): a new plan, a new version of a plan."""

from datetime import date

import yaml
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.queries import charge_items
from qingyuan.domains.tariffs.rules.parse import FORMAT
from qingyuan.domains.tariffs.rules.plan import PlanKind
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.choices import offer
from qingyuan.interfaces.office.shell.confirmations import check_typed
from qingyuan.interfaces.office.shell.fields import PriceField
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.formats import date_text
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm, with_name
from qingyuan.interfaces.office.tariffs.designer.record import draft_record
from qingyuan.interfaces.office.tariffs.designer.views import EDIT
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import class_choices, company_within, plan_page

BEGUN = gettext_lazy("The draft was begun.")


class VersionForm(OfficeForm):
    """When the new version begins."""

    effective_from = forms.DateField(label=gettext_lazy("In force from"))


class PlanForm(OfficeForm):
    """A new plan with its first charge item; everything else is done in the designer."""

    code = forms.RegexField(
        label=gettext_lazy("Code"),
        regex=r"^[A-Za-z0-9_.-]{1,60}$",
        help_text=gettext_lazy("Letters, digits, - _ . ; it never changes."),
        error_messages={"invalid": gettext_lazy("Letters, digits, - _ . only, at most 60.")},
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (PlanKind.PLAN.value, gettext_lazy("price plan")),
            (PlanKind.ITEM.value, gettext_lazy("single charge item")),
        ],
    )
    usage_class = forms.ChoiceField(label=gettext_lazy("Usage class"), required=False)
    effective_from = forms.DateField(label=gettext_lazy("In force from"))
    charge_item = forms.ChoiceField(label=gettext_lazy("First charge item"))
    price = PriceField(label=gettext_lazy("Its price (yuan/m³)"))


@requires(EDIT)
def new_version(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """A draft from a version of the plan."""
    found = plan_page(request.actor, code, on=timezone.localdate())
    source = next((version for version in found.versions if version.id == version_id), None)
    if source is None:
        raise NotFound(price_version=version_id)
    form = VersionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"tariffs.date_taken": "effective_from"}):
            made = tariffs.begin_draft(
                actor=request.actor, from_version_id=source.id, on=timezone.localdate(), **form.cleaned_data
            )
            return done(request, BEGUN, reverse("tariffs:edit", args=[code, made]))
    page = FormPage(
        title=with_name(_("New version of"), found.row.name),
        submit=gettext_lazy("Begin the draft"),
        cancel_url=reverse("tariffs:version", args=[code, source.id]),
        intro=_("The draft says at first what the version of %(day)s says, its test cases too.")
        % {"day": date_text(source.effective_from)},
    )
    return form_response(request, form, page)


@requires(EDIT)
def new_plan(request: OfficeRequest) -> HttpResponse:
    company_id = company_within(request.actor, EDIT, on=timezone.localdate())
    english = get_language() == "en"
    form = PlanForm(request.POST or None, initial={"kind": PlanKind.PLAN.value})
    items = [row for row in charge_items(company_id) if row.is_active]
    offer(form, "charge_item", [(row.code, (row.name_en or row.name) if english else row.name) for row in items])
    classes = [(key, (name_en or name) if english else name) for key, name, name_en in class_choices(company_id)]
    field = form.fields["usage_class"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", gettext_lazy("not for one class")), *classes]
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"tariffs.plan_taken": "code"}):
            made = tariffs.begin_plan(
                actor=request.actor, company_id=company_id, text=_first_text(form), on=timezone.localdate()
            )
            return done(request, BEGUN, reverse("tariffs:edit", args=[form.cleaned_data["code"], made]))
    page = FormPage(
        title=_("New price plan"), submit=gettext_lazy("Begin the draft"), cancel_url=reverse("tariffs:list")
    )
    return form_response(request, form, page)


def _first_text(form: PlanForm) -> str:
    given = form.cleaned_data
    start: date = given["effective_from"]
    document: dict[str, object] = {"format": FORMAT, "kind": given["kind"], "code": given["code"]}
    document["name"] = given["name"]
    if given["usage_class"]:
        document["usage_class"] = given["usage_class"]
    document["effective"] = {"from": start.isoformat()}
    document["charges"] = [{"item": given["charge_item"], "price": f"{given['price']:f}"}]
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


@requires(EDIT)
@require_POST
def discard(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    record = draft_record(request, code, version_id)
    gone = False
    with told(request, _("The draft was discarded.")):
        check_typed(request, code)
        tariffs.discard_draft(
            actor=request.actor, version_id=version_id, version=record.draft.version, on=timezone.localdate()
        )
        gone = True
    if not gone:
        return redirect("tariffs:version", code=code, version_id=version_id)
    return redirect("tariffs:list") if len(record.plan.versions) == 1 else redirect("tariffs:detail", code=code)

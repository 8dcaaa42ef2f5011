"""Forms of a payer group: set up, add accounts by their numbers, take one out (合收户)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.rules.payer_groups import member_numbers
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm, with_name
from qingyuan.kernel.errors import StaleEdit
from qingyuan.overviews import account_choices
from qingyuan.overviews.account_choices import Choice
from qingyuan.overviews.payer_groups import payer_group

CHANGE = "customers.change"
FIELD_OF = {
    "customers.group_code_invalid": "code",
    "customers.group_code_taken": "code",
    "customers.name_missing": "name",
    "customers.nothing_changes": "name",
    "customers.payer_unknown": "payer_no",
}
DATES = {"customers.change_before_current": "from_date", "customers.change_too_far_back": "from_date"}


class NewGroupForm(OfficeForm):
    """Code, name, the unit that keeps the group, the customer who pays."""

    unit = forms.ChoiceField(label=_("Unit"))
    code = forms.CharField(label=_("Group code"), max_length=32, help_text=_("Letters, digits, - and _."))
    name = forms.CharField(label=_("Group name"), max_length=60)
    payer_no = forms.CharField(
        label=_("Customer no. of who pays"), max_length=32, help_text=_("As C00000001; it stands in the customer file.")
    )

    def __init__(self, *args: Any, units: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", gettext("Please choose")), *units]  # type: ignore[attr-defined]


class EditForm(OfficeForm):
    """What may be changed of a group: the code stays for ever."""

    name = forms.CharField(label=_("Group name"), max_length=60)
    payer_no = forms.CharField(
        label=_("Customer no. of who pays"), max_length=32, help_text=_("As C00000001; it stands in the customer file.")
    )
    version_field = True


class AddForm(OfficeForm):
    """Account numbers, and from when they are in the group."""

    numbers = forms.CharField(
        label=_("Account numbers"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control"}),
        help_text=_("One under another, or with commas between."),
    )
    from_date = forms.DateField(label=_("In the group from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = timezone.localdate()


class RemoveForm(OfficeForm):
    """When the account leaves, and why."""

    to_date = forms.DateField(label=_("No longer in the group from"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_date"].initial = timezone.localdate()


@requires(CHANGE)
def new_group(request: OfficeRequest) -> HttpResponse:
    on = timezone.localdate()
    form = NewGroupForm(request.POST or None, units=account_choices.unit_choices(request.actor, CHANGE, on=on))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        with form.refusals_as_messages(FIELD_OF):
            operations.create_payer_group(
                actor=request.actor,
                unit_id=int(typed["unit"]),
                code=typed["code"],
                name=typed["name"],
                payer_no=typed["payer_no"],
                on=on,
            )
            return done(
                request,
                gettext("The payer group was created. Add its accounts."),
                reverse("payer_groups:detail", args=[typed["code"].strip()]),
            )
    intro = gettext("One customer pays for all accounts of the group; each account goes on owing its own bills.")
    page = FormPage(
        title=gettext("New payer group"),
        submit=_("Create the payer group"),
        cancel_url=reverse("payer_groups:list"),
        intro=intro,
    )
    return form_response(request, form, page)


@requires(CHANGE)
def edit(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = payer_group(request.actor, code, on=on, permission=CHANGE)
    back = reverse("payer_groups:detail", args=[code])
    stored: dict[str, Any] = {"name": found.name, "payer_no": found.payer_no, "version": found.version}
    form = EditForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF):
            try:
                operations.change_payer_group(
                    actor=request.actor,
                    group_id=found.id,
                    version=form.version,
                    name=form.cleaned_data["name"],
                    payer_no=form.cleaned_data["payer_no"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict(stored, version=found.version)
            else:
                return done(request, gettext("The payer group was changed."), back)
    page = FormPage(
        title=with_name(gettext("Change payer group"), f"{found.name} {code}"),
        cancel_url=back,
        intro=gettext("The customer pays from now on; receipts and statements that were made stay as they are."),
    )
    return form_response(request, form, page)


@requires(CHANGE)
def add(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = payer_group(request.actor, code, on=on, permission=CHANGE)
    back = reverse("payer_groups:detail", args=[code])
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(DATES, otherwise="numbers"):
            count = operations.add_members(
                actor=request.actor,
                group_id=found.id,
                account_nos=member_numbers(form.cleaned_data["numbers"]),
                from_date=form.cleaned_data["from_date"],
                on=on,
            )
            said = ngettext(
                "%(count)s account was added to the group.", "%(count)s accounts were added to the group.", count
            )
            return done(request, said % {"count": count}, back)
    title = gettext("Add accounts · %(name)s %(code)s") % {"name": found.name, "code": code}
    page = FormPage(
        title=title,
        submit=_("Add accounts"),
        cancel_url=back,
        intro=gettext("An account is in one group at most. If one number is wrong, none is added."),
    )
    return form_response(request, form, page)


@requires(CHANGE)
def remove(request: OfficeRequest, code: str, account_no: str) -> HttpResponse:
    on = timezone.localdate()
    found = payer_group(request.actor, code, on=on, permission=CHANGE)
    back = reverse("payer_groups:detail", args=[code])
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        dates = {
            "customers.change_before_current": "to_date",
            "customers.change_too_far_back": "to_date",
            "customers.evidence_missing": "reason",
        }
        with form.refusals_as_messages(dates):
            operations.remove_member(
                actor=request.actor,
                group_id=found.id,
                account_no=account_no,
                to_date=form.cleaned_data["to_date"],
                reason=form.cleaned_data["reason"],
                on=on,
            )
            return done(request, gettext("The account was taken out of the group."), back)
    title = gettext("Take account %(number)s out of %(name)s") % {"number": account_no, "name": found.name}
    intro = gettext("What the account owes stays with the account.")
    return form_response(
        request, form, FormPage(title=title, submit=_("Take out"), cancel_url=back, intro=intro, danger=True)
    )

"""Opening an account with its point and meter (立户装表) in one form, with a warning of accounts that look the same."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.customers.operations import NewAccount
from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.domains.meters.operations import NewInstallation, NewShare
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.accounts.forms import OpeningForm
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.overviews import account_choices
from qingyuan.overviews.account_choices import Choice, Lookalike
from qingyuan.platform.dictionary import queries as dictionary
from qingyuan.platform.organisation import queries as organisation
from qingyuan.workflows.open_accounts import NewConnection, open_accounts

OPEN = "customers.open"
FIELD_OF = {
    "customers.account_no_taken": "account_no",
    "customers.number_invalid": "account_no",
    "customers.customer_unknown": "customer_no",
    "customers.name_missing": "name",
    "customers.phone_invalid": "phone",
    "customers.document_invalid": "document_no",
    "customers.address_incomplete": "street_no",
    "customers.people_invalid": "people",
    "customers.evidence_missing": "evidence",
    "customers.opened_in_future": "opened_date",
    "customers.unit_unknown": "unit_code",
    "customers.region_unknown": "region_code",
    "customers.community_unknown": "community_code",
    "meters.meter_missing": "meter_no",
    "meters.meter_not_in_stock": "meter_no",
    "meters.number_invalid": "meter_no",
    "meters.model_unknown": "model_code",
    "meters.book_unknown": "book_no",
    "meters.usage_class_unknown": "class_code",
    "meters.register_value_invalid": "start_value",
    "meters.registers_incomplete": "start_value",
    "meters.installed_in_future": "opened_date",
}


@requires(OPEN)
def new_account(request: OfficeRequest) -> HttpResponse:
    form = opening_form(request)
    alike: tuple[Lookalike, ...] = ()
    if request.method == "POST" and form.is_valid():
        alike = _lookalikes(form.cleaned_data)
        if alike and not form.cleaned_data["checked"]:
            form.add_error("checked", _("There are accounts that look the same. Check them, then tick here."))
        else:
            opened = open_accounts(
                actor=request.actor, rows=[connection(form.cleaned_data)], on=timezone.localdate(), strict=True
            )
            for issue in opened.failed:
                field = FIELD_OF.get(issue.code)
                form.add_error(field if field in form.fields else None, code_sentence(issue.code, issue.params))
            if not opened.failed:
                return _opened(request, opened.account_ids[0])
    page = FormPage(
        title=_("Open an account"),
        submit=_("Open the account"),
        submit_next=_("Save and next"),
        cancel_url=reverse("accounts:list"),
    )
    return form_response(request, form, page, context={"alike": alike_rows(alike)}, template="accounts/opening.html")


def _opened(request: OfficeRequest, account_id: int) -> HttpResponse:
    number = account_choices.account_no_of(account_id)
    following = reverse("accounts:new") if "next" in request.POST else reverse("accounts:detail", args=[number])
    return done(request, _("Account %(number)s was opened.") % {"number": number}, following)


@requires(OPEN)
def lookalikes(request: OfficeRequest) -> HttpResponse:
    """The warning while the form is filled in: the part that htmx puts above it."""
    typed = {name: request.GET.get(name, "") for name in OpeningForm.base_fields}
    found = _lookalikes(typed) if typed["unit_code"] else ()
    return render(request, "accounts/lookalikes.html", {"alike": alike_rows(found)})


def opening_form(request: OfficeRequest) -> OpeningForm:
    """The form with what this person may choose from; today and the only choices filled in."""
    offered = account_choices.opening_choices(
        request.actor, on=timezone.localdate(), language=get_language() or "zh-hans"
    )
    form = OpeningForm(request.POST or None)
    locations = tuple(dictionary.labels("install_location", get_language() or "zh-hans").items())
    for name, choices in (
        ("unit_code", offered.units),
        ("region_code", offered.regions),
        ("community_code", offered.communities),
        ("book_no", offered.books),
        ("class_code", offered.classes),
        ("model_code", offered.models),
        ("location", locations),
    ):
        _offer(form, name, choices)
    form.fields["opened_date"].initial = timezone.localdate()
    return form


def _offer(form: OpeningForm, name: str, choices: tuple[Choice, ...]) -> None:
    only = len(choices) == 1 and form.fields[name].required
    blank = [] if only else [("", _("Please choose") if form.fields[name].required else "—")]
    form.fields[name].choices = [*blank, *choices]  # type: ignore[attr-defined]


def connection(typed: dict[str, object]) -> NewConnection:
    """What the workflow opens, from the form's cleaned values."""
    text = {name: str(value or "").strip() for name, value in typed.items()}
    opened = typed["opened_date"]
    opened_date = opened if isinstance(opened, date) else timezone.localdate()
    people, start = typed["people"], typed["start_value"]
    account = NewAccount(
        place=text["account_no"] or text["name"],
        unit_code=text["unit_code"],
        region_code=text["region_code"],
        name=text["name"],
        account_no=text["account_no"],
        customer_no=text["customer_no"],
        kind=CustomerKind(text["kind"]),
        community_code=text["community_code"],
        street_no=text["street_no"],
        building=text["building"],
        entrance=text["entrance"],
        room=text["room"],
        phone=text["phone"],
        document_type=text["document_type"],
        document_no=text["document_no"],
        tax_no=text["tax_no"],
        opened_date=opened_date,
        people=people if isinstance(people, int) else None,
        evidence=text["evidence"],
    )
    point = NewInstallation(
        place=account.place,
        account_no="",
        book_no=text["book_no"],
        shares=(NewShare(text["class_code"]),),
        installed_at=_installed_at(opened_date),
        meter_no=text["meter_no"],
        model_code=text["model_code"],
        start_value=start,  # type: ignore[arg-type]
        location=text["location"],
    )
    return NewConnection(account=account, points=(point,))


def _installed_at(day: date) -> datetime:
    """Now for an opening of today, else the middle of the day, so that it lies on the day whatever the zone."""
    return timezone.now() if day == timezone.localdate() else timezone.make_aware(datetime.combine(day, time(12)))


def _lookalikes(typed: Mapping[str, object]) -> tuple[Lookalike, ...]:
    unit_code = str(typed.get("unit_code") or "")
    company_id = organisation.unit_by_code(unit_code).company_id
    if company_id is None:
        return ()
    return account_choices.lookalikes(
        company_id=company_id,
        region_code=str(typed.get("region_code") or ""),
        community_code=str(typed.get("community_code") or ""),
        parts=(
            str(typed.get("street_no") or ""),
            str(typed.get("building") or ""),
            str(typed.get("entrance") or ""),
            str(typed.get("room") or ""),
        ),
        phone=str(typed.get("phone") or ""),
    )


def alike_rows(found: tuple[Lookalike, ...]) -> list[dict[str, object]]:
    """The warning's lines."""
    reasons = {"address": _("same address"), "phone": _("same phone")}
    return [
        {
            "number": one.account_no,
            "url": reverse("accounts:detail", args=[one.account_no]),
            "address": one.address,
            "state": words.ACCOUNT_STATES[one.state],
            "reason": reasons[one.reason],
        }
        for one in found
    ]

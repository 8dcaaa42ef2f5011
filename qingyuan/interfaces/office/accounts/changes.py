"""Forms about what holds for an account (人口、减免、锁定、户档修改)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.rules.states import CollectionKind, HoldActivity
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import tabs, words
from qingyuan.interfaces.office.accounts.forms import (
    HoldForm,
    HouseholdForm,
    LiftForm,
    ParticularsForm,
    ReliefEndForm,
    ReliefForm,
)
from qingyuan.interfaces.office.accounts.record import address_of, header_for
from qingyuan.interfaces.office.shell.details import Fact, FactList, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews import account_page
from qingyuan.overviews.account_header import AccountHeader
from qingyuan.overviews.relief_schemes import offered_schemes

CHANGE, HOLD = "customers.change", "customers.hold"
DATES = {
    "customers.change_before_current": "from_date",
    "customers.change_too_far_back": "from_date",
    "customers.span_invalid": "to_date",
    "customers.evidence_missing": "evidence",
    "customers.people_invalid": "people",
    "customers.relief_invalid": "scheme",
    "customers.relief_scheme_retired": "scheme",
    "customers.nothing_changes": "people",
}


@requires(CHANGE)
def household(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    form = HouseholdForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(DATES):
            operations.set_household_size(
                actor=request.actor, account_id=header.id, on=timezone.localdate(), **form.cleaned_data
            )
            return done(request, _("The household size was changed."), address_of(header))
    rows = account_page.people_of(header.id)
    page = _page(
        header, _("Household size"), _("It moves the tier limits from the day it takes effect, as the tariff says.")
    )
    table = sub_table(
        _("Household size so far"),
        tabs.PEOPLE_COLUMNS,
        rows,
        caption_shown=True,
        empty=_("No household size is registered: the tariff's base counts."),
    )
    return form_response(request, form, page, context={"tables": [table]}, template="accounts/change.html")


@requires(CHANGE)
def relief(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    held = [row.scheme for row in account_page.reliefs_of(header.id, timezone.localdate())]
    schemes, months = offered_schemes(header.company_id, held)
    form = ReliefForm(request.POST or None, schemes=schemes, months=months)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({**DATES, "customers.nothing_changes": "scheme"}):
            operations.set_relief(
                actor=request.actor, account_id=header.id, on=timezone.localdate(), **form.cleaned_data
            )
            return done(request, _("The relief was registered."), address_of(header))
    page = _page(header, _("Relief"), _("After its expiry the normal price counts again by itself."))
    return _with_reliefs(request, header, form, page)


@requires(CHANGE)
def end_relief(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    on = timezone.localdate()
    current = [
        (row.scheme, row.name)
        for row in account_page.reliefs_of(header.id, on)
        if row.to_date is None or row.to_date > on
    ]
    form = ReliefEndForm(request.POST or None, schemes=current)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({**DATES, "customers.change_before_current": "to_date"}, otherwise="to_date"):
            operations.end_relief(actor=request.actor, account_id=header.id, on=on, **form.cleaned_data)
            return done(request, _("The relief was ended."), address_of(header))
    return _with_reliefs(request, header, form, _page(header, _("End a relief")))


@requires(HOLD)
def place_hold(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, HOLD)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        with form.refusals_as_messages({"customers.span_invalid": "to_date", "customers.evidence_missing": "reason"}):
            operations.place_hold(
                actor=request.actor,
                account_id=header.id,
                activity=HoldActivity(typed["activity"]),
                reason=typed["reason"],
                from_date=typed["from_date"],
                to_date=typed["to_date"],
                on=timezone.localdate(),
            )
            return done(request, _("The hold was placed."), address_of(header))
    page = _page(header, _("Hold"), _("What is on hold does not happen to the account until the hold ends."))
    return form_response(request, form, page)


@requires(HOLD)
def lift_hold(request: OfficeRequest, account_no: str, hold_id: int) -> HttpResponse:
    header = header_for(request, account_no, HOLD)
    held = next((hold for hold in header.holds if hold.id == hold_id), None)
    if held is None:
        raise NotFound(hold_id=hold_id)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="to_date"):
            operations.lift_hold(actor=request.actor, hold_id=hold_id, on=timezone.localdate(), **form.cleaned_data)
            return done(request, _("The hold was lifted."), address_of(header))
    facts = FactList(
        (
            Fact(_("What is on hold"), words.word(words.HOLD_ACTIVITIES, held.activity)),
            Fact(_("Reason of the hold"), held.reason),
            Fact(_("In effect"), words.span(held.from_date, held.to_date)),
        )
    )
    page = _page(header, _("Lift the hold"))
    return form_response(request, form, page, context={"now": facts}, template="accounts/change.html")


@requires(CHANGE)
def particulars(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    stored = {"collection_kind": header.collection_kind.value, "user_type": header.user_type, "note": header.note}
    form = ParticularsForm(request.POST or None, initial={**stored, "version": header.version})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            with form.refusals_as_messages():
                operations.update_account(
                    actor=request.actor,
                    account_id=header.id,
                    version=form.version,
                    collection_kind=CollectionKind(typed["collection_kind"]),
                    user_type=typed["user_type"],
                    note=typed["note"],
                    on=timezone.localdate(),
                )
                return done(request, _("The account was saved."), address_of(header))
        except StaleEdit:
            form.show_conflict(stored, header.version)
    return form_response(request, form, _page(header, _("Change the account")))


def _with_reliefs(
    request: OfficeRequest, header: AccountHeader, form: ReliefForm | ReliefEndForm, page: FormPage
) -> HttpResponse:
    table = sub_table(
        _("Relief so far"),
        tabs.RELIEF_COLUMNS,
        account_page.reliefs_of(header.id, timezone.localdate()),
        caption_shown=True,
        empty=_("No relief is registered."),
    )
    return form_response(request, form, page, context={"tables": [table]}, template="accounts/change.html")


def _page(header: AccountHeader, title: str, intro: str = "") -> FormPage:
    name = header.holder.name if header.holder else ""
    return FormPage(title=f"{title} · {name} {header.account_no}", cancel_url=address_of(header), intro=intro)

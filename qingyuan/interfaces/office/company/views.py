"""Pages of company profiles (公司资料)."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.company.forms import BankAccountForm, CloseAccountForm, LogoForm, ProfileForm
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, FactList, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.trail import trail
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews import company_page
from qingyuan.overviews.company_page import CompanyPage
from qingyuan.platform.files import operations as files
from qingyuan.platform.files import queries as stored
from qingyuan.platform.files.operations import TypeRefused
from qingyuan.platform.organisation import operations
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.organisation.queries import BankAccount, Unit

EDIT = "company.edit"
PICTURES = frozenset({"image/png", "image/jpeg"})

COMPANIES: ListSpec[Unit] = ListSpec(
    key="companies",
    title=gettext_lazy("Company profile"),
    unit=gettext_lazy("companies"),
    sort="code",
    columns=(
        Column("name", gettext_lazy("Water company"), link=lambda row: reverse("company:detail", args=[row.code])),
        Column("code", gettext_lazy("Unit code"), ColumnKind.IDENTIFIER, sortable=True),
        Column("phone", gettext_lazy("Telephone"), ColumnKind.IDENTIFIER),
        Column("address", gettext_lazy("Office address"), ColumnKind.LONG_TEXT),
    ),
)


class NoFilter(FilterForm):
    pass


@requires("organisation.view")
def companies(request: OfficeRequest) -> HttpResponseBase:
    """The one company within reach at once; a list where there are several."""
    found = company_page.companies(request.actor, on=timezone.localdate())
    if len(found) == 1:
        return redirect("company:detail", found[0].code)

    def load(actor: Actor, query: ListQuery) -> ListResult[Unit]:
        rows = tuple(reversed(found)) if query.descending else found
        return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows))

    return list_response(request, COMPANIES, NoFilter, load)


@requires("organisation.view")
def profile(request: OfficeRequest, code: str) -> HttpResponse:
    found = company_page.company(request.actor, code, on=timezone.localdate())
    context = {
        "printed": FactList(_printed(found), heading=_("As it is printed on receipts and letters")),
        "accounts": sub_table(
            _("Bank accounts"),
            _account_columns(code, may_edit=found.may_edit),
            found.accounts,
            empty=_("No bank account is entered."),
        ),
        "logo_url": reverse("company:logo-file", args=[code]) if found.profile and found.profile.logo_hash else "",
        "may_edit": found.may_edit,
        "has_profile": found.profile is not None,
        "add_account": Action(_("Add a bank account"), reverse("company:add-account", args=[code]), icon="plus"),
        "change_logo": Action(_("Change the logo"), reverse("company:logo", args=[code]), icon="photo"),
        "trail": trail(found.history),
    }
    edit_action = Action(_("Change"), reverse("company:edit", args=[code]), icon="edit", key="edit", primary=True)
    page = DetailPage(
        title=found.unit.name,
        number=found.unit.code,
        facts=(
            Fact(
                pgettext("settings", "Unit"),
                found.unit.name,
                url=reverse("organisation:detail", args=[code]) if found.sees_unit else "",
            ),
        ),
        actions=(edit_action,) if found.may_edit else (),
        notice="" if found.profile else _("The profile is not filled in yet: receipts show the unit's name alone."),
    )
    return detail_response(request, page, "company/profile.html", context=context)


def _printed(found: CompanyPage) -> tuple[Fact, ...]:
    one = found.profile
    return (
        Fact(_("Legal name"), one.legal_name if one else ""),
        Fact(_("Tax number"), one.tax_no if one else ""),
        Fact(_("Office address"), one.address if one else ""),
        Fact(_("Telephone"), one.phone if one else ""),
        Fact(_("Service hotline"), one.service_hotline if one else ""),
        Fact(_("Time zone"), one.time_zone if one else organisation.DEFAULT_TIME_ZONE),
    )


def _account_columns(code: str, *, may_edit: bool) -> tuple[Column[BankAccount], ...]:
    def close_link(row: BankAccount) -> str | None:
        return reverse("company:close-account", args=[code, row.id]) if row.closed_date is None else None

    columns: tuple[Column[BankAccount], ...] = (
        Column("account_no", gettext_lazy("Bank account no."), ColumnKind.IDENTIFIER),
        Column("bank_name", gettext_lazy("Bank")),
        Column("bank_line_no", gettext_lazy("Bank line no."), ColumnKind.IDENTIFIER),
        Column("account_name", gettext_lazy("Account name at the bank")),
        Column("unit_name", pgettext_lazy("settings", "Unit")),
        Column("purpose", gettext_lazy("Purpose")),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_account_state),
    )
    if not may_edit:
        return columns
    closing: Column[BankAccount] = Column(
        "close",
        gettext_lazy("Action"),
        value=lambda row: _("Stop using it") if row.closed_date is None else "",
        link=close_link,
    )
    return (*columns, closing)


def _account_state(row: BankAccount) -> Chip:
    if row.closed_date is None:
        return Chip(_("in use"), Tone.GREEN)
    return Chip(_("not used from %(day)s") % {"day": row.closed_date.isoformat()}, Tone.GREY)


@requires(EDIT)
def edit(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = company_page.company(request.actor, code, on=on)
    form = ProfileForm(request.POST or None, initial=_stored(found))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages(
            {"organisation.tax_number_refused": "tax_no", "organisation.time_zone_unknown": "time_zone"}
        ):
            try:
                operations.set_profile(
                    actor=request.actor,
                    company_id=found.unit.id,
                    version=form.version,
                    legal_name=data["legal_name"],
                    tax_no=data["tax_no"],
                    address=data["address"],
                    phone=data["phone"],
                    service_hotline=data["service_hotline"],
                    time_zone=data["time_zone"],
                    reason=data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict(_stored(found), version=found.version)
            else:
                return done(request, _("The profile was saved."), _link(code))
    return form_response(request, form, FormPage(title=_("Change company profile"), cancel_url=_link(code)))


@requires(EDIT)
def logo(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = company_page.company(request.actor, code, on=on)
    if found.profile is None:
        raise NotFound(company=code)
    form = LogoForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="logo"):
            try:
                operations.set_logo(
                    actor=request.actor,
                    company_id=found.unit.id,
                    version=form.version,
                    logo_hash=_stored_picture(request, form),
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({}, version=found.version)
            else:
                return done(request, _("The logo was changed."), _link(code))
    page = FormPage(title=_("Change the logo"), cancel_url=_link(code), multipart=True)
    return form_response(request, form, page)


def _stored_picture(request: OfficeRequest, form: LogoForm) -> str:
    """The hash of the picture sent, empty where it is to be taken away. Raises TypeRefused for what is no picture."""
    given = form.cleaned_data["logo"]
    if given is None:
        return ""
    name, content = str(given.name), given.read()
    if not given.content_type or given.content_type not in PICTURES:
        raise TypeRefused(file=name)
    info = files.store(
        actor=request.actor, name=name, media_type=given.content_type, content=content, on=timezone.localdate()
    )
    if info.media_type not in PICTURES:
        raise TypeRefused(file=name)
    return info.sha256


@requires("organisation.view")
def logo_file(request: OfficeRequest, code: str) -> HttpResponse:
    found = company_page.company(request.actor, code, on=timezone.localdate())
    if found.profile is None or not found.profile.logo_hash:
        raise NotFound(company=code)
    info = stored.by_hash(found.profile.logo_hash)
    if info.media_type not in PICTURES:
        raise NotFound(company=code)
    return HttpResponse(stored.content_of(info.sha256), content_type=info.media_type)


@requires(EDIT)
def add_account(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = company_page.company(request.actor, code, on=on)
    form = BankAccountForm(request.POST or None, units=found.units, initial={"unit": found.unit.id})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages({"organisation.bank_account_taken": "account_no"}):
            operations.add_bank_account(
                actor=request.actor,
                unit_id=data["unit"],
                bank_name=data["bank_name"],
                bank_line_no=data["bank_line_no"],
                account_name=data["account_name"],
                account_no=data["account_no"],
                purpose=data["purpose"],
                on=on,
            )
            return done(request, _("The bank account was added."), _link(code))
    return form_response(request, form, FormPage(title=_("Add a bank account"), cancel_url=_link(code)))


@requires(EDIT)
def close_account(request: OfficeRequest, code: str, account_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = company_page.company(request.actor, code, on=on)
    account = next((one for one in found.accounts if one.id == account_id), None)
    if account is None:
        raise NotFound(bank_account=account_id)
    form = CloseAccountForm(request.POST or None, initial={"closed_date": on})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            operations.close_bank_account(
                actor=request.actor,
                bank_account_id=account_id,
                closed_date=form.cleaned_data["closed_date"],
                reason=form.cleaned_data["reason"],
                on=on,
            )
            return done(request, _("The bank account is no longer used."), _link(code))
    page = FormPage(
        title=_("Stop using a bank account"),
        intro=f"{account.bank_name} {account.account_no}",
        cancel_url=_link(code),
        danger=True,
    )
    return form_response(request, form, page)


def _stored(found: CompanyPage) -> dict[str, Any]:
    one = found.profile
    if one is None:
        return {"legal_name": found.unit.name, "time_zone": organisation.DEFAULT_TIME_ZONE, "version": 0}
    return {
        "legal_name": one.legal_name,
        "tax_no": one.tax_no,
        "address": one.address,
        "phone": one.phone,
        "service_hotline": one.service_hotline,
        "time_zone": one.time_zone,
        "version": one.version,
    }


def _link(code: str) -> str:
    return reverse("company:detail", args=[code])

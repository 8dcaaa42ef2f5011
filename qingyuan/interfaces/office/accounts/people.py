"""Forms about the holder of an account (过户、联系方式、客户资料、证件)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.accounts.forms import ContactForm, CustomerForm, DocumentForm, HolderForm
from qingyuan.interfaces.office.accounts.record import address_of, header_for
from qingyuan.interfaces.office.shell.details import Fact, FactList, MaskedValue
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews.account_header import AccountHeader, Holder
from qingyuan.platform.audit.operations import record_reveal
from qingyuan.workflows.transfer_account import NewHolder, transfer_account

CHANGE = "customers.change"
FIELD_OF = {
    "customers.phone_invalid": "phone",
    "customers.name_missing": "name",
    "customers.document_invalid": "document_no",
    "customers.customer_unknown": "customer_no",
    "customers.customer_of_other_company": "customer_no",
    "customers.nothing_changes": "customer_no",
    "customers.change_before_current": "from_date",
    "customers.change_too_far_back": "from_date",
    "customers.evidence_missing": "evidence",
}


@requires(CHANGE)
def holder(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    form = HolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        with form.refusals_as_messages(FIELD_OF):
            transfer_account(
                actor=request.actor,
                account_no=header.account_no,
                holder=NewHolder(
                    customer_no=typed["customer_no"].strip(),
                    kind=CustomerKind(typed["kind"]),
                    name=typed["name"].strip(),
                    phone=typed["phone"],
                    document_type=typed["document_type"],
                    document_no=typed["document_no"],
                    tax_no=typed["tax_no"],
                ),
                from_date=typed["from_date"],
                evidence=typed["evidence"],
                on=timezone.localdate(),
            )
            return done(request, _("The holder was changed."), address_of(header))
    page = _page(
        header,
        _("Change holder"),
        _(
            "Open bills, the balance and the history of the present holder stay as they are. An account in a payer group"
            " leaves it, unless the new holder is who pays for the group."
        ),
    )
    return form_response(request, form, page, context={"now": _holder_now(header)}, template="accounts/change.html")


@requires(CHANGE)
def contact(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    held = _held(header)
    form = ContactForm(
        request.POST or None,
        initial={
            "phone": held.phone,
            "name": held.contact_name,
            "email": held.email,
            "may_message": held.may_message,
        },
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF):
            operations.set_contact(
                actor=request.actor,
                customer_id=held.customer_id,
                contact_id=held.contact_id,
                is_primary=True,
                on=timezone.localdate(),
                **form.cleaned_data,
            )
            return done(request, _("The contact was saved."), address_of(header))
    page = _page(header, _("Contact"), _("Messages and arrears notices go to this number."))
    return form_response(request, form, page)


@requires(CHANGE)
def customer(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    held = _held(header)
    stored = {"name": held.name, "tax_no": held.tax_no, "note": held.note, "document_type": held.document_type}
    form = CustomerForm(request.POST or None, initial={**stored, "version": held.version})
    if request.method == "POST" and form.is_valid():
        try:
            with form.refusals_as_messages(FIELD_OF):
                operations.update_customer(
                    actor=request.actor,
                    customer_id=held.customer_id,
                    version=form.version,
                    name=form.cleaned_data["name"],
                    tax_no=form.cleaned_data["tax_no"],
                    note=form.cleaned_data["note"],
                    document_type=form.cleaned_data["document_type"],
                    document_no=form.cleaned_data["document_no"],
                    on=timezone.localdate(),
                )
                return done(request, _("The customer was saved."), address_of(header))
        except StaleEdit:
            form.show_conflict(stored, held.version)
    page = _page(
        header,
        _("Customer's particulars"),
        _("This corrects the present holder. When the account goes to somebody else, use “Change holder”."),
    )
    return form_response(request, form, page)


@requires("customers.view")
def reveal_phone(request: OfficeRequest, account_no: str) -> HttpResponse:
    """The whole phone number in place of the masked one; who looked goes on record."""
    header = header_for(request, account_no)
    held = _held(header)
    record_reveal(actor=request.actor, object_type="account", object_key=header.account_no, field="phone")
    return render(request, "office/components/masked.html", {"masked": MaskedValue(held.phone)})


@requires("customers.see_document")
def document(request: OfficeRequest, account_no: str) -> HttpResponse:
    """The whole document number, against a reason that goes on record."""
    header = header_for(request, account_no, "customers.see_document")
    held = _held(header)
    form = DocumentForm(request.POST or None)
    number = ""
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="reason"):
            number = operations.reveal_document(
                actor=request.actor,
                customer_id=held.customer_id,
                on=timezone.localdate(),
                reason=form.cleaned_data["reason"],
            )
    facts = [Fact(_("Account name"), held.name), Fact(_("Identity document"), number or held.document_mask)]
    page = FormPage(
        title=_("See the identity document"),
        submit=_("Show the number"),
        cancel_url=address_of(header),
        intro=_("Who looked, when and why goes on record."),
    )
    return form_response(request, form, page, context={"now": FactList(tuple(facts))}, template="accounts/change.html")


def _held(header: AccountHeader) -> Holder:
    """The holder. Raises NotFound for an account that nobody holds."""
    if header.holder is None:
        raise NotFound(account_no=header.account_no)
    return header.holder


def _page(header: AccountHeader, title: str, intro: str = "") -> FormPage:
    return FormPage(title=f"{title} · {header.account_no}", cancel_url=address_of(header), intro=intro)


def _holder_now(header: AccountHeader) -> FactList:
    held = header.holder
    facts = [
        Fact(_("Present holder"), f"{held.name} {held.customer_no}" if held else ""),
        Fact(_("Kind of customer"), words.word(words.CUSTOMER_KINDS, held.kind) if held else ""),
        Fact(_("Address"), header.address),
        Fact(_("Owed (yuan)"), money_text(header.owed), tone="owed" if header.owed else ""),
        Fact(_("Balance (yuan)"), money_text(header.prepaid)),
    ]
    return FactList(tuple(facts), heading=_("Before the change"))

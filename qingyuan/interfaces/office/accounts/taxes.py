"""The account's own tax rates (客户税率): one for a charge item from a date, with its document; and their end."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers import operations
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.accounts.forms import FromDateForm
from qingyuan.interfaces.office.accounts.record import address_of, header_for
from qingyuan.interfaces.office.bulk_changes.kinds import CellRefused, tax_of, tax_text
from qingyuan.interfaces.office.shell.details import sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.overviews import account_choices
from qingyuan.overviews.account_choices import Choice
from qingyuan.overviews.account_taxes import TaxFrom, taxes_of

CHANGE = "customers.change"
FIELD_OF = {
    "customers.change_before_current": "from_date",
    "customers.change_too_far_back": "from_date",
    "customers.span_invalid": "to_date",
    "customers.evidence_missing": "document_no",
    "customers.tax_invalid": "tax",
    "customers.nothing_changes": "tax",
    "customers.charge_item_unknown": "item_code",
}
COLUMNS: tuple[Column[TaxFrom], ...] = (
    Column("charge_name", _("Charge item")),
    Column("tax", _("Tax rate"), value=lambda row: tax_text(row.value)),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
    Column("document_no", _("Document"), ColumnKind.LONG_TEXT),
)


class TaxForm(FromDateForm):
    """One charge item's tax for this account."""

    item_code = forms.ChoiceField(label=_("Charge item"))
    tax = forms.CharField(
        label=_("Tax rate"),
        max_length=20,
        required=False,
        help_text=_("3%, 免税 (exempt) or 不征税 (not taxable). Empty: from the day on the tariff's own counts again."),
    )
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(label=_("Ends on"), required=False)
    document_no = forms.CharField(label=_("Document"), max_length=200)
    wide = frozenset({"document_no"})

    def __init__(self, *args: Any, charges: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_code"].choices = [("", gettext("Please choose a charge item")), *charges]  # type: ignore[attr-defined]

    def clean_tax(self) -> str:
        typed = str(self.cleaned_data["tax"]).strip()
        if typed:
            try:
                tax_of("", typed)
            except CellRefused as refused:
                raise forms.ValidationError(f"{typed} {refused.remedy}") from refused
        return typed


@requires(CHANGE)
def tax(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, CHANGE)
    charges, _plans = account_choices.option_choices(header.company_id, language=get_language() or "")
    form = TaxForm(request.POST or None, charges=charges)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF):
            _change(request, header.id, form.cleaned_data)
            return done(request, _("The tax rate was changed."), address_of(header))
    name = header.holder.name if header.holder else ""
    page = FormPage(
        title=f"{gettext('Customer tax rate')} · {name} {header.account_no}",
        cancel_url=address_of(header),
        intro=gettext(
            "It goes before the tariff's tax and the charge item's, for usage that begins on that day or later."
        ),
    )
    table = sub_table(
        _("Tax rates so far"),
        COLUMNS,
        taxes_of(header.id, english=words.english()),
        caption_shown=True,
        empty=_("The account has no tax rate of its own."),
    )
    return form_response(request, form, page, context={"tables": [table]}, template="accounts/change.html")


def _change(request: OfficeRequest, account_id: int, typed: dict[str, Any]) -> None:
    on = timezone.localdate()
    if typed["tax"]:
        operations.set_tax(
            actor=request.actor,
            account_id=account_id,
            value=tax_of(typed["item_code"], typed["tax"]),
            from_date=typed["from_date"],
            to_date=typed["to_date"],
            document_no=typed["document_no"],
            on=on,
        )
    else:
        operations.end_tax(
            actor=request.actor,
            account_id=account_id,
            item_code=typed["item_code"],
            to_date=typed["from_date"],
            reason=typed["document_no"],
            on=on,
        )

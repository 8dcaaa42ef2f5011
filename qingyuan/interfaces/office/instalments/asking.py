"""Asking for an instalment agreement (分次收费申请): which bills, in how many instalments, from when, and why."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.operations import NewPlan
from qingyuan.domains.ledger.rules.instalments import FEWEST, MOST, Instalment, even_schedule
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text, month_text
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm, with_name
from qingyuan.overviews.account_header import account_header
from qingyuan.overviews.instalments import OpenBill, open_bills

AGREE = "ledger.agree_instalments"
FIELDS = {
    "ledger.schedule_refused": "typed",
    "ledger.in_instalments": "bills",
    "ledger.instalments_not_owed": "bills",
}
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,，:：]+(\d{1,9}(?:\.\d{1,2})?)")


class PlanForm(OfficeForm):
    """The agreement. `typed` goes before number and first date."""

    bills = forms.TypedMultipleChoiceField(label=gettext_lazy("Bills"), coerce=int, widget=forms.CheckboxSelectMultiple)
    count = forms.IntegerField(
        label=gettext_lazy("Number of instalments"),
        min_value=FEWEST,
        max_value=MOST,
        initial=6,
        help_text=gettext_lazy("Equal to the fen; what is left over stands in the first."),
    )
    first_due = forms.DateField(label=gettext_lazy("First one due on"))
    every_months = forms.IntegerField(
        label=gettext_lazy("Months from one to the next"), min_value=1, max_value=12, initial=1
    )
    typed = forms.CharField(
        label=gettext_lazy("Or each one by hand"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One line each, date and amount: 2026-12-10 200.00. Their sum is what the bills owe. Empty: equal instalments."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    document_no = forms.CharField(
        label=gettext_lazy("Evidence document"),
        max_length=80,
        help_text=gettext_lazy(
            "The customer's request or the signed agreement; scans go to the account's attachments."
        ),
    )
    wide = frozenset({"bills", "typed", "reason"})

    def __init__(self, bills: tuple[OpenBill, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bills"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(str(one.open_item_id), _words(one)) for one in bills if not one.plan_no]

    def clean_typed(self) -> tuple[Instalment, ...]:
        """The instalments typed, none when the field is empty."""
        lines = [line.strip() for line in str(self.cleaned_data["typed"]).splitlines() if line.strip()]
        found = []
        for number, line in enumerate(lines, start=1):
            match = _LINE.fullmatch(line)
            try:
                if match is None:
                    raise ValueError(line)
                found.append(
                    Instalment(number, date.fromisoformat(match[1]), Decimal(match[2]).quantize(Decimal("0.01")))
                )
            except ValueError as error:
                text = _("Line %(number)s is no date and amount: %(line)s") % {"number": number, "line": line}
                raise forms.ValidationError(text) from error
        return tuple(found)


@requires(AGREE)
def ask(request: OfficeRequest, account_no: str) -> HttpResponse:
    """The form; sent, the agreement waits for another person."""
    on = timezone.localdate()
    header = account_header(request.actor, account_no, on=on, permissions=("customers.view", AGREE))
    bills = open_bills(header.id)
    free = [str(one.open_item_id) for one in bills if not one.plan_no]
    form = PlanForm(bills, request.POST or None, initial={"bills": free, "first_due": on})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            plan_no = ledger.request_plan(actor=request.actor, plan=_plan(form, header.id, bills), on=on)
            return done(request, _("The agreement waits for approval."), reverse("instalments:detail", args=[plan_no]))
    name = header.holder.name if header.holder else ""
    page = FormPage(
        title=with_name(_("Instalments"), account_no, name),
        submit=_("Ask for approval"),
        cancel_url=reverse("accounts:detail", args=[account_no]),
        intro=_(
            "The bills stay owed as they are. While the agreement is kept, each instalment's date counts as due date."
        )
        if free
        else _("Nothing is owed that does not stand in an agreement already."),
    )
    return form_response(request, form, page)


def _plan(form: PlanForm, account_id: int, bills: tuple[OpenBill, ...]) -> NewPlan:
    clean = form.cleaned_data
    chosen = set(clean["bills"])
    total = sum((one.outstanding for one in bills if one.open_item_id in chosen), Decimal("0.00"))
    schedule = clean["typed"] or even_schedule(total, clean["count"], clean["first_due"], clean["every_months"])
    return NewPlan(account_id, tuple(sorted(chosen)), schedule, clean["reason"], clean["document_no"])


def _words(one: OpenBill) -> str:
    return _("%(month)s · %(bill)s · due %(due)s · %(amount)s yuan") % {
        "month": month_text(one.yyyymm),
        "bill": one.label,
        "due": one.due_date.isoformat(),
        "amount": money_text(one.outstanding),
    }

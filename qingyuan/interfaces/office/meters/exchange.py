"""Exchanging the meter of a point (换表)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.meters.queries import InstallationFact
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.shell.details import Fact, FactList
from qingyuan.interfaces.office.shell.fields import PriceField, VolumeField
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import instant_text, volume_text
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.overviews.point_page import PointForForm, point_for_form, stock_meter
from qingyuan.platform.dictionary import queries as dictionary
from qingyuan.workflows.exchange_meter import exchange_meter

INSTALL = "meters.install"
FIELD_OF = {
    "meters.meter_not_in_stock": "meter_no",
    "meters.before_installed": "day",
    "meters.installed_in_future": "day",
    "meters.multiplier_invalid": "multiplier",
    "customers.evidence_missing": "reason",
}


class ExchangeForm(OfficeForm):
    """Old meter off, new meter on, at one instant. Final values by register of the hanging meter."""

    day = forms.DateField(label=_("Exchanged on"))
    at_time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"placeholder": "09:30"}),
        error_messages={"invalid": _("Write the time as 09:30")},
    )
    meter_no = forms.CharField(label=_("New meter no."), max_length=32, help_text=_("A meter in stock."))
    start_value = VolumeField(label=_("Start value of the new meter"), minimum=Decimal(0), initial=0)
    multiplier = PriceField(label=_("Multiplier"), minimum=Decimal("0.000001"), initial=1)
    reason = forms.ChoiceField(label=_("Reason of the exchange"))
    sections = ((_("New meter"), ("meter_no", "start_value", "multiplier")),)

    def __init__(self, *args: Any, hanging: InstallationFact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        self.fields["day"].initial, self.fields["at_time"].initial = now.date(), now.strftime("%H:%M")
        reasons = dictionary.labels("replace_reason", get_language() or "zh-hans")
        self.fields["reason"].choices = [("", gettext("Please choose a reason")), *reasons.items()]  # type: ignore[attr-defined]
        self.register_nos = tuple(one.register_no for one in hanging.registers)
        several = len(self.register_nos) > 1
        for number in self.register_nos:
            label = (
                gettext("Final value, register %(number)s") % {"number": number}
                if several
                else gettext("Final value of the old meter")
            )
            self.fields[f"final_{number}"] = VolumeField(label=label, minimum=Decimal(0))
            self.fields[f"final_{number}"].error_messages["required"] = gettext(
                "Enter the final value of the old meter"
            )
            self.fields[f"final_{number}"].widget.attrs["class"] = "form-control number"

    @property
    def final_values(self) -> dict[int, Decimal]:
        """By register number."""
        return {number: self.cleaned_data[f"final_{number}"] for number in self.register_nos}

    @property
    def at(self) -> datetime:
        """The instant of the exchange."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["at_time"]))


@requires(INSTALL)
def exchange(request: OfficeRequest, point_no: str) -> HttpResponse:
    point = point_for_form(
        request.actor, point_no, permission=INSTALL, on=timezone.localdate(), english=words.english()
    )
    hanging = point.detail.hanging
    back = reverse("accounts:meters", args=[point.account_no]) if point.account_no else reverse("meters:list")
    if hanging is None:
        return done(request, _("No meter hangs at this point."), back)
    form = ExchangeForm(request.POST or None, hanging=hanging)
    if request.method == "POST" and form.is_valid():
        new = stock_meter(point.detail.company_id, form.cleaned_data["meter_no"].strip())
        if new is None:
            form.add_error("meter_no", gettext("No such meter hangs nowhere: check its number and its state."))
        else:
            with form.refusals_as_messages(FIELD_OF, otherwise=f"final_{form.register_nos[0]}"):
                exchange_meter(
                    actor=request.actor,
                    point_id=point.detail.id,
                    at=form.at,
                    final_values=form.final_values,
                    new_meter_id=new.id,
                    start_values=dict.fromkeys(new.register_nos, form.cleaned_data["start_value"]),
                    reason=form.cleaned_data["reason"],
                    on=timezone.localdate(),
                    multiplier=form.cleaned_data["multiplier"],
                )
                return done(request, _("The meter was exchanged."), back)
    page = FormPage(
        title=gettext("Exchange meter · %(account)s") % {"account": f"{point.holder_name} {point.account_no}".strip()},
        submit=_("Exchange the meter"),
        cancel_url=back,
        intro=gettext("What was used on the old meter is billed with the next reading."),
    )
    return form_response(
        request, form, page, context={"now": _old_meter(point, hanging)}, template="accounts/change.html"
    )


def _old_meter(point: PointForForm, hanging: InstallationFact) -> FactList:
    values = " / ".join(volume_text(one.start_value) for one in hanging.registers)
    return FactList(
        (
            Fact(_("Meter no."), hanging.meter_no),
            Fact(_("Installed at"), instant_text(hanging.installed_at)),
            Fact(_("Start value"), values),
            Fact(_("Calibre"), f"DN{point.detail.calibre}"),
            Fact(_("Address"), point.address),
        ),
        heading=_("Old meter"),
    )

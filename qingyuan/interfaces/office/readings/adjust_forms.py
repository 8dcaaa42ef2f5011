"""Forms about adjustments (增减水量): what is asked for, and which are listed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.billing.queries.adjusting import AdjustableCharge
from qingyuan.domains.readings.operations import Evidence, Wanted
from qingyuan.domains.readings.queries import WHOLE_MONTH
from qingyuan.domains.tariffs.queries import charge_items
from qingyuan.interfaces.office.readings.forms import reason_choices
from qingyuan.interfaces.office.readings.words import ADJUSTMENT_STATES
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm

WAIVE = "waive"


class WantedForm(OfficeForm):
    """What is adjusted: the whole month or one charge of it, so much less, so much more, to a volume, or let off wholly."""

    charge_item = forms.ChoiceField(label=_("For which charge"), required=False, choices=[])
    way = forms.ChoiceField(
        label=_("What is adjusted"),
        choices=[
            ("less", _("let off")),
            ("more", _("charged in addition")),
            ("to", _("the volume becomes")),
            (WAIVE, _("one charge is let off wholly")),
        ],
        widget=forms.RadioSelect,
        initial="less",
    )
    amount = VolumeField(label=_("Volume, m³"), minimum=Decimal(0), required=False)

    def __init__(self, data: Any, files: Any = None, *, charges: Sequence[AdjustableCharge]) -> None:
        super().__init__(data, files)
        self.fields["charge_item"].choices = [  # type: ignore[attr-defined]
            ("", _("the whole month, all charges")),
            *((one.code, _charge_text(one)) for one in charges),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("way") == WAIVE:
            if not cleaned.get("charge_item"):
                self.add_error("charge_item", _("Please choose the charge that is let off."))
        elif "amount" in cleaned and cleaned["amount"] is None:
            self.add_error("amount", self.fields["amount"].error_messages["required"])
        return cleaned

    def wanted(self) -> Wanted:
        """What is asked of the month."""
        way, charge_item = self.cleaned_data["way"], self.cleaned_data["charge_item"]
        if way == WAIVE:
            return Wanted(charge_item=charge_item, is_waived=True)
        amount = Decimal(self.cleaned_data["amount"])
        if way == "to":
            return Wanted(volume=amount, charge_item=charge_item)
        return Wanted(change=amount if way == "more" else -amount, charge_item=charge_item)


class AdjustForm(WantedForm):
    """The same with its kind, its reason and a file that proves it."""

    wide = frozenset({"way", "reason", "file"})

    reason_code = forms.ChoiceField(label=_("Kind of adjustment"), choices=[])
    reason = forms.CharField(label=_("Reason"), max_length=200)
    file = forms.FileField(
        label=_("Proving file"),
        required=False,
        help_text=_("Application, photo or record: PDF, picture or office document."),
    )

    def __init__(self, data: Any, files: Any, *, charges: Sequence[AdjustableCharge]) -> None:
        super().__init__(data, files, charges=charges)
        self.fields["reason_code"].choices = reason_choices("adjustment_kind")  # type: ignore[attr-defined]

    def evidence(self) -> Evidence | None:
        """The file, if one was chosen."""
        upload = self.cleaned_data["file"]
        return None if upload is None else Evidence(upload.name, upload.content_type or "", upload.read())


def adjustment_filter(company_id: int | None) -> type[FilterForm]:
    """Which adjustments are listed: by number, state and charge."""
    found = () if company_id is None else charge_items(company_id)
    english = get_language() == "en"
    charges: list[tuple[str, object]] = [(WHOLE_MONTH, _("whole month"))]
    charges += [(one.code, (one.name_en if english else "") or one.name) for one in found]

    class AdjustmentFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            widget=forms.TextInput(
                attrs={"type": "search", "placeholder": _("Account no. / point no. / adjustment no.")}
            ),
        )
        state = forms.ChoiceField(
            label=_("State"), choices=[(str(state), chip.text) for state, chip in ADJUSTMENT_STATES.items()]
        )
        charge = forms.ChoiceField(label=_("For which charge"), choices=charges)

    return AdjustmentFilter


def _charge_text(one: AdjustableCharge) -> str:
    name = (one.name_en if get_language() == "en" else "") or one.name
    if one.by_volume:
        return name
    return _now("%(charge)s (can only be let off wholly)") % {"charge": name}

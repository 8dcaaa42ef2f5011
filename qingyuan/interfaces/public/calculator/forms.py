"""The calculator's question: bounded, and only what the chosen price looks at."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.tariffs.queries.calculator import OfferedClass
from qingyuan.domains.tariffs.rules.calculator import Asked, Needs, needs_of

MOST_PEOPLE = 30
MOST_VOLUME = Decimal(1_000_000)
MOST_USED = Decimal(10_000_000)
MOST_MONTHS = 12
USUAL_VOLUME = "20"
_LONGEST = 20
_PLACES = 3
_THOUSANDTH = Decimal("0.001")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


class VolumeInput(forms.Field):
    """m³ in digits with at most three places, from 0 to `largest`; full-width digits and separators are forgiven."""

    def __init__(self, *, largest: Decimal, **given: Any) -> None:
        self.largest = largest
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": str(_LONGEST), "class": "number"}
        super().__init__(widget=forms.TextInput(attrs=attributes), **given)

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().translate(_FULL_WIDTH).replace(",", "")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise forms.ValidationError(_("Write a number in digits, e.g. 12.5"), code="invalid")
        number = Decimal(text)
        if number > self.largest:
            raise forms.ValidationError(_("At most %(limit)s"), code="maximum", params={"limit": f"{self.largest:f}"})
        if number != number.quantize(_THOUSANDTH):
            raise forms.ValidationError(
                _("At most %(places)s places after the point"), code="places", params={"places": _PLACES}
            )
        return number


class QuestionForm(forms.Form):
    """The question to one class's price. Only the facts that the price looks at have a field."""

    price = forms.ChoiceField(label=_("What the water is for"))
    volume = VolumeInput(label=_("Water used on this bill (m³)"), largest=MOST_VOLUME, initial=USUAL_VOLUME)
    used = VolumeInput(label=_("Used before in this tier cycle (m³)"), largest=MOST_USED, required=False, initial="0")
    people = forms.TypedChoiceField(label=_("People in the household"), coerce=int, required=False)
    months = forms.TypedChoiceField(label=_("Months on this bill"), coerce=int, required=False, initial=1)
    quota = VolumeInput(label=_("Your quota for the cycle (m³)"), largest=MOST_USED)
    calibre = forms.ChoiceField(label=_("Meter size"))

    def __init__(
        self, classes: Sequence[OfferedClass], chosen: OfferedClass, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, auto_id="ask-%s")
        self.needs = needs_of(chosen.version)
        self._choices("price", [(each.key, class_name(each)) for each in classes])
        self.fields["price"].initial = chosen.key
        self._choices("people", [(count, str(count)) for count in range(1, MOST_PEOPLE + 1)])
        self.fields["people"].initial = self.needs.base_people
        self._choices("months", [(count, str(count)) for count in range(1, MOST_MONTHS + 1)])
        self._choices("calibre", [(calibre, f"DN{calibre}") for calibre in self.needs.calibres])
        for name in _not_needed(self.needs):
            self.fields.pop(name)

    def _choices(self, name: str, choices: Sequence[tuple[object, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def asked(self) -> Asked:
        """The question of a valid form; what was left empty is what usually holds."""
        given = self.cleaned_data
        return Asked(
            volume=given["volume"],
            people=(given.get("people") or self.needs.base_people) if self.needs.people else None,
            used=given.get("used") or Decimal("0.000"),
            months=given.get("months") or 1,
            quota=given.get("quota"),
            calibre=given.get("calibre") or "",
        )


def class_name(offered: OfferedClass) -> str:
    """The class in the reader's language, with its unit where prices differ by unit."""
    english = get_language() == "en"
    name = (english and offered.name_en) or offered.name
    return gettext("%(name)s (%(unit)s)") % {"name": name, "unit": offered.unit_name} if offered.unit_name else name


def _not_needed(needs: Needs) -> list[str]:
    wanted = {
        "used": needs.used,
        "people": needs.people,
        "months": needs.months,
        "quota": needs.quota,
        "calibre": bool(needs.calibres),
    }
    return [name for name, is_wanted in wanted.items() if not is_wanted]

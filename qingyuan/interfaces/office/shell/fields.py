"""Form fields for the trade's values (表单字段): money, volume, price, month. Typed with or without separators."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from qingyuan.kernel.money import Money, money
from qingyuan.kernel.period import Month
from qingyuan.kernel.volume import Volume, volume

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，", "0123456789.-,")


class _Exact(forms.Field):
    """A number in digits, with full-width digits and separators forgiven, at most `places` places."""

    places = 2
    unit: Any = ""

    def __init__(self, *, minimum: Decimal | None = None, maximum: Decimal | None = None, **kwargs: Any) -> None:
        self.minimum = minimum
        self.maximum = maximum
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "number", "maxlength": "30"})

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip().translate(_FULL_WIDTH).replace(",", "")
        if not text:
            return None
        whole, _point, fraction = text.removeprefix("-").partition(".")
        if not (whole + fraction).isascii() or not (whole + fraction).isdigit() or not whole or len(text) > 30:
            raise ValidationError(_("Write a number in digits, e.g. 12.50"), code="invalid")
        if len(fraction.rstrip("0")) > self.places:
            raise ValidationError(
                _("At most %(places)s places after the point"), code="places", params={"places": self.places}
            )
        return self.made(Decimal(text))

    def made(self, number: Decimal) -> Any:
        return number

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and self.minimum is not None and value < self.minimum:
            raise ValidationError(_("At least %(limit)s"), code="minimum", params={"limit": f"{self.minimum:f}"})
        if value is not None and self.maximum is not None and value > self.maximum:
            raise ValidationError(_("At most %(limit)s"), code="maximum", params={"limit": f"{self.maximum:f}"})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}" if isinstance(value, Decimal) else value


class MoneyField(_Exact):
    """An amount in yuan: `Money`, two places. None when it is empty and not required."""

    def made(self, number: Decimal) -> Money:
        return money(number)


class VolumeField(_Exact):
    """A volume: `Volume`, up to three places."""

    places = 3

    def made(self, number: Decimal) -> Volume:
        return volume(number)


class PriceField(_Exact):
    """A unit price, up to six places."""

    places = 6


class MonthField(forms.Field):
    """A month, typed 2026-11 or 202611: `Month`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {"inputmode": "numeric", "placeholder": "2026-11", "autocomplete": "off", "maxlength": "7"}
        )

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip().translate(_FULL_WIDTH).replace("-", "")
        if not text:
            return None
        try:
            if len(text) != 6 or not text.isascii() or not text.isdigit():
                raise ValueError(text)
            return Month.from_number(int(text))
        except ValueError as error:
            raise ValidationError(_("Write the month as 2026-11"), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return str(Month.from_number(value))
        return str(value) if isinstance(value, Month) else value

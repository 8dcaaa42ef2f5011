"""Form fields for money, volume, price and months."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms

from qingyuan.interfaces.office.shell.fields import MoneyField, MonthField, PriceField, VolumeField
from qingyuan.kernel.period import Month


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (MoneyField(), "86.4", Decimal("86.40")),
        (MoneyField(), " 12,345.60 ", Decimal("12345.60")),
        (MoneyField(), "１２．５", Decimal("12.50")),
        (MoneyField(), "-3", Decimal("-3.00")),
        (MoneyField(), "1.500", Decimal("1.50")),
        (VolumeField(), "18", Decimal("18.000")),
        (PriceField(), "3.456789", Decimal("3.456789")),
        (MonthField(), "2026-11", Month(2026, 11)),
        (MonthField(), "202611", Month(2026, 11)),
        (MoneyField(required=False), "", None),
    ],
)
def test_value_is_read(field: forms.Field, text: str, value: Any) -> None:
    assert field.clean(text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (MoneyField(), "1.005"),
        (MoneyField(), "1e5"),
        (MoneyField(), "NaN"),
        (MoneyField(), "."),
        (MoneyField(), "--1"),
        (MoneyField(), ""),
        (MoneyField(minimum=Decimal("0.01")), "0"),
        (MoneyField(maximum=Decimal(100)), "100.01"),
        (VolumeField(), "1.2345"),
        (MonthField(), "2026-13"),
        (MonthField(), "2026-1"),
        (MonthField(), "abcdef"),
    ],
)
def test_value_is_refused(field: forms.Field, text: str) -> None:
    with pytest.raises(forms.ValidationError):
        field.clean(text)


def test_amount_is_two_places_exactly() -> None:
    assert str(MoneyField().clean("7")) == "7.00"

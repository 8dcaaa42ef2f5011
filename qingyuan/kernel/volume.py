"""Volume (水量): a Decimal with exactly three places, in the tariff's volume unit (m³ unless said otherwise)."""

from decimal import Decimal
from typing import NewType

Volume = NewType("Volume", Decimal)
"""A volume with three places. Made by `volume`."""

ZERO_VOLUME = Volume(Decimal("0.000"))
_LITRE = Decimal("0.001")


def volume(value: str | int | Decimal) -> Volume:
    """`value` as a volume. Raises ValueError when it has more than three places, TypeError for a float."""
    if isinstance(value, float):
        raise TypeError("a volume is never made from a float")
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value} is not a volume")
    quantized = exact.quantize(_LITRE)
    if quantized != exact:
        raise ValueError(f"{value} has more than three places")
    return Volume(quantized)

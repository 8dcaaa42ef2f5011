"""How many short messages a text comes to (短信条数): 3GPP TS 23.038 and 23.040.

A text of the GSM 7-bit alphabet alone holds 160 septets, 153 in each part of a longer one; characters of the extension table
count two and are not divided. Any other text is sent as UCS-2: 70 code units, 67 in each part; a character outside the
basic plane counts two and is not divided.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM_LIMITS = (160, 153)
_UCS_LIMITS = (70, 67)


@dataclass(frozen=True, slots=True)
class Parts:
    """`length` in septets or code units of the alphabet, `count` short messages, 0 for an empty text."""

    length: int
    count: int
    is_gsm: bool


def parts_of(text: str) -> Parts:
    """Length and number of short messages of a text."""
    is_gsm = all(one in _BASIC or one in _EXTENDED for one in text)
    widths = [2 if (one in _EXTENDED if is_gsm else ord(one) > 0xFFFF) else 1 for one in text]
    single, each = _GSM_LIMITS if is_gsm else _UCS_LIMITS
    length = sum(widths)
    if length <= single:
        return Parts(length, 1 if text else 0, is_gsm)
    count, room = 1, each
    for width in widths:
        if width > room:
            count, room = count + 1, each
        room -= width
    return Parts(length, count, is_gsm)

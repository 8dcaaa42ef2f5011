"""Composing an address from its parts (用水地址): the same parts always give the same text. docs/rules/search.md has the table."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qingyuan.kernel.errors import DomainError

ADDRESS_LIMIT = 200


class AddressIncomplete(DomainError):
    """Neither a house number on the street nor an estate or building: the address names no one place."""

    code = "customers.address_incomplete"


class AddressTooLong(DomainError):
    """The composed address is longer than a bill can print."""

    code = "customers.address_too_long"


@dataclass(frozen=True, slots=True)
class AddressParts:
    """`regions` are names from the district down to the street or road (区划、街道、道路); the rest may be empty."""

    regions: Sequence[str]
    community: str = ""
    street_no: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""

    @property
    def tail(self) -> str:
        """Building, entrance and room with their unit words: 3幢1单元502室."""
        return (
            with_unit_word(self.building, "幢")
            + with_unit_word(self.entrance, "单元")
            + with_unit_word(self.room, "室")
        )


@lru_cache(maxsize=100_000)
def clean(text: str) -> str:
    """`text` in its compatibility form (full width → half width) without any white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def with_unit_word(part: str, unit_word: str) -> str:
    """`part` followed by its unit word when it is a bare number or letter: 3 → 3幢; 甲栋 stays as it is."""
    part = clean(part)
    return part + unit_word if part and part.isascii() else part


def compose(parts: AddressParts) -> str:
    """The address text. Raises AddressIncomplete and AddressTooLong."""
    if not clean(parts.street_no) and not clean(parts.community) and not parts.tail:
        raise AddressIncomplete(region=parts.regions[-1] if parts.regions else "")
    text = (
        "".join(clean(name) for name in parts.regions)
        + with_unit_word(parts.street_no, "号")
        + clean(parts.community)
        + parts.tail
    )
    if len(text) > ADDRESS_LIMIT:
        raise AddressTooLong(length=len(text), limit=ADDRESS_LIMIT)
    return text

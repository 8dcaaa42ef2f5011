"""Identity documents (证件): checking and masking; keeping them secret is the operation's work."""

from enum import StrEnum

from qingyuan.domains.customers.rules.address import clean
from qingyuan.kernel.errors import DomainError

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
SHORTEST, LONGEST = 5, 30


class DocumentType(StrEnum):
    ID_CARD = "ID_CARD"  # 居民身份证
    PASSPORT = "PASSPORT"  # 护照
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"  # 居住证、港澳台通行证
    CREDIT_CODE = "CREDIT_CODE"  # 统一社会信用代码
    OTHER = "OTHER"  # 其他


class DocumentInvalid(DomainError):
    """The number cannot be one of the document's kind."""

    code = "customers.document_invalid"


def checked(document_type: str, number: str) -> str:
    """The number in its kept form (no spaces, upper case). Raises DocumentInvalid; the error never carries the number."""
    kept = clean(number).upper()
    known = document_type in DocumentType.__members__
    right = known and SHORTEST <= len(kept) <= LONGEST and kept.isascii()
    if right and document_type == DocumentType.ID_CARD:
        right = _is_id_card(kept)
    if right and document_type == DocumentType.CREDIT_CODE:
        right = len(kept) == 18 and kept.isalnum()
    if not right:
        raise DocumentInvalid(document_type=document_type)
    return kept


def _is_id_card(number: str) -> bool:
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17] == _CHECK_CHARACTERS[total % 11]


def masked(number: str) -> str:
    """What may be shown: the first and the last four characters, of short numbers the first and the last."""
    shown = 4 if len(number) > 12 else 1
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]

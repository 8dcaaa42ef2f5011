"""What a payer group's code may be and what was typed as its members (合收户)."""

import re
from collections.abc import Sequence

from qingyuan.domains.customers.rules.tokens import pinyin_initials
from qingyuan.kernel.errors import DomainError

MEMBERS_LIMIT = 500
"""So many accounts are added by one typing; a page of a group stays readable."""
INITIALS_LENGTH = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_BETWEEN = re.compile(r"[\s,;，；、]+")


class GroupCodeInvalid(DomainError):
    """The code of a group has other characters than letters, digits, - and _, or more than 32 of them."""

    code = "customers.group_code_invalid"


class MembersMissing(DomainError):
    """No account number was given."""

    code = "customers.members_missing"


class TooManyMembers(DomainError):
    """More accounts than `limit` at once."""

    code = "customers.too_many_members"


def group_code(text: str) -> str:
    """The code as it is kept. Raises GroupCodeInvalid."""
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise GroupCodeInvalid(group=code)
    return code


def group_initials(readings: Sequence[Sequence[str]]) -> str:
    """The initials of a name under which it is searched, each way of reading it after a blank, and the ends of the usual
    one: 市教育局 → " sjyj jyj yj".

    `readings` gives the initials of each character; what does not fit into INITIALS_LENGTH is left out whole.
    """
    ways = pinyin_initials(readings)
    ends = [ways[0][start:] for start in range(1, len(ways[0]) - 1)] if ways else []
    words = ""
    for initials in dict.fromkeys((*ways, *ends)):
        if len(words) + 1 + len(initials) > INITIALS_LENGTH:
            break
        words += f" {initials.lower()}"
    return words


def member_numbers(text: str) -> tuple[str, ...]:
    """Account numbers typed one under another or between commas, each once, in their order.

    Raises MembersMissing, TooManyMembers.
    """
    return checked_members([number for number in _BETWEEN.split(text) if number])


def checked_members(account_nos: Sequence[str]) -> tuple[str, ...]:
    """Each number once, in their order. Raises MembersMissing, TooManyMembers."""
    numbers = tuple(dict.fromkeys(account_nos))
    if not numbers:
        raise MembersMissing()
    if len(numbers) > MEMBERS_LIMIT:
        raise TooManyMembers(count=len(numbers), limit=MEMBERS_LIMIT)
    return numbers

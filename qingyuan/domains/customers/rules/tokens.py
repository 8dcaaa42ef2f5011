"""Search tokens (检索词): the words under which an account is found, and how what is typed is looked up among them.

All look-ups are prefix look-ups: "contains" is made by storing every suffix, "ends with" by storing a phone number
backwards. docs/rules/search.md has the worked tables.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from qingyuan.domains.customers.rules.address import AddressParts, clean
from qingyuan.domains.customers.rules.states import TokenKind

TOKEN_LIMIT = 80
NAME_SUFFIXES = 16
INITIALS_LIMIT = 12
READINGS_PER_NAME = 8
PHONE_TAIL_SHORTEST = 4
WORDS_LIMIT = 4

_UNIT_WORD = re.compile(r"(?<=[0-9a-z])(?:号楼|单元|幢|栋|座|楼|室|号)")
_NOT_SEARCHED = re.compile(r"[\s·•,，。、/\\()（）\[\]【】“”\"'‘’]+")
_TRAILING_REMARK = re.compile(r"(?<=.)[(（【\[][^()（）【】\[\]]*[)）】\]]$")

Token = tuple[TokenKind, str]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What an account's own tokens are made of. `readings` gives, for each character of the searched name, its initials."""

    account_no: str
    name: str
    readings: Sequence[Sequence[str]]
    old_nos: Sequence[str] = ()
    phones: Sequence[str] = ()
    address: AddressParts | None = None


def searched_name(name: str) -> str:
    """The name as it is searched: no brackets or spaces, lower case, a bracketed remark at the end left out."""
    return normalised(_TRAILING_REMARK.sub("", name.strip()))


@lru_cache(maxsize=100_000)
def normalised(text: str) -> str:
    """What is typed and what is stored in one form: half width, lower case, no punctuation, 3幢502室 → 3-502-."""
    return _UNIT_WORD.sub("-", _NOT_SEARCHED.sub("", clean(text).lower())).replace("--", "-")


def pinyin_initials(readings: Sequence[Sequence[str]]) -> list[str]:
    """The initials of a name whose characters have one or several readings each (多音字): 单小明 → sxm, dxm, cxm.

    The first reading of each character comes first. Names with many readings give the first eight combinations; names
    of more than four characters also give the tail beginnings of their first readings, so that 清江市第一中学 is found by dyzx.
    """
    used = [tuple(choice) for choice in readings[:INITIALS_LIMIT] if choice]
    if not used:
        return []
    found = dict.fromkeys("".join(choice) for choice in islice(product(*used), READINGS_PER_NAME))
    if len(used) > 4:
        main = "".join(choice[0] for choice in used)
        found.update(dict.fromkeys(main[start:] for start in range(1, len(main) - 1)))
    return list(found)


def account_tokens(facts: TokenFacts) -> list[Token]:
    """Every token of an account but its meters', without repetition, in a stable order."""
    tokens: list[Token] = [(TokenKind.ACCOUNT_NO, normalised(facts.account_no))]
    tokens += [(TokenKind.OLD_NO, normalised(number)) for number in facts.old_nos]
    name = searched_name(facts.name)
    tokens += [(TokenKind.NAME, name[start:]) for start in range(min(len(name), NAME_SUFFIXES))]
    tokens += [(TokenKind.PINYIN, initials) for initials in pinyin_initials(facts.readings)]
    tokens += [(TokenKind.PHONE_TAIL, phone_token(phone)) for phone in facts.phones if phone]
    if facts.address is not None:
        tokens += [(TokenKind.ADDRESS, text) for text in address_tokens(facts.address)]
    return limited(tokens)


def limited(tokens: Iterable[Token]) -> list[Token]:
    """Tokens cut to their column, without empty and repeated ones."""
    return list(dict.fromkeys((kind, token[:TOKEN_LIMIT]) for kind, token in tokens if token))


def phone_token(phone: str) -> str:
    """The digits backwards: any tail of the number is a prefix of it."""
    return "".join(character for character in phone if character.isdigit())[::-1]


def address_tokens(parts: AddressParts) -> list[str]:
    """From the street on, from the estate on, from the building on; the last two also without the entrance."""
    community, tail = normalised(parts.community), normalised(parts.tail)
    short_tail = normalised(AddressParts((), building=parts.building, room=parts.room).tail)
    street = normalised(parts.regions[-1] if parts.regions else "")
    number = normalised(parts.street_no + ("号" if parts.street_no.isascii() and parts.street_no else ""))
    tokens = [street + number + community + tail]
    if community:
        tokens += [community + tail, community + short_tail]
    tokens += [tail, short_tail]
    return list(dict.fromkeys(token for token in tokens if token))


@dataclass(frozen=True, slots=True)
class Prefix:
    """One look-up: tokens of one of `kinds` that begin with `text`."""

    text: str
    kinds: tuple[TokenKind, ...]


def look_ups(typed: str) -> list[list[Prefix]]:
    """What to look up for what was typed: for each word a list of prefixes of which one must match; all words must.

    Digits may be the head of a number or the tail (from four digits on) of a phone number; letters the head of a number
    or initials; other characters a name or an address. Nothing usable gives an empty list.
    """
    words = [normalised(word) for word in typed.split()]
    if all(word.isdigit() for word in words):
        words = ["".join(words)]  # a number typed in groups, as people write telephone numbers
    return [_word_prefixes(word) for word in words if word][:WORDS_LIMIT]


def _word_prefixes(word: str) -> list[Prefix]:
    numbers = (TokenKind.ACCOUNT_NO, TokenKind.OLD_NO, TokenKind.METER_NO)
    if not word.isascii():
        return [Prefix(word, (TokenKind.NAME, TokenKind.ADDRESS))]
    if word.isalpha():
        return [Prefix(word, (*numbers, TokenKind.PINYIN, TokenKind.NAME))]
    prefixes = [Prefix(word, (*numbers, TokenKind.ADDRESS, TokenKind.NAME))]
    if word.isdigit() and len(word) >= PHONE_TAIL_SHORTEST:
        prefixes.append(Prefix(word[::-1], (TokenKind.PHONE_TAIL,)))
    return prefixes

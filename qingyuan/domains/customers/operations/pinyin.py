"""Initials of Chinese characters (拼音首字母), with all their readings."""

from functools import lru_cache

from pypinyin import Style, pinyin


def readings_of(text: str) -> list[tuple[str, ...]]:
    """For each character of `text` its possible initials, the usual one first; Latin letters and digits stand for
    themselves, anything without a reading gives none."""
    return [_readings(character) for character in text]


@lru_cache(maxsize=20_000)
def _readings(character: str) -> tuple[str, ...]:
    if character.isascii():
        return (character,) if character.isalnum() else ()
    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    letters = found[0] if found else []
    return tuple(letter for letter in letters if letter.isascii() and letter.isalpha())

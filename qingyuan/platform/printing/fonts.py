"""The shipped fonts (字体) and which characters they have. A missing glyph would print nothing at all, unnoticed."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ClassVar

from fontTools.ttLib import TTFont

from qingyuan.kernel.errors import DomainError

FOLDER = Path(__file__).resolve().parent / "fonts"
FAMILY = "Noto Sans SC"
REGULAR = FOLDER / "NotoSansSC-Regular.ttf"
BOLD = FOLDER / "NotoSansSC-Bold-GB2312.ttf"
_INVISIBLE = frozenset("\n\t")


class MissingCharacters(DomainError):
    """The text has characters that the print font has not (字体缺字): `characters` names them, `places` where."""

    code: ClassVar[str] = "printing.missing_characters"


@cache
def characters(font: Path = REGULAR) -> frozenset[str]:
    """Every character that the font can draw."""
    with TTFont(font, lazy=True) as opened:
        return frozenset(chr(point) for point in opened.getBestCmap()) | _INVISIBLE


def has_bold(text: str) -> bool:
    """Whether the bold font has all of the text; it is cut down to GB 2312, so rare name characters are not in it."""
    return characters(BOLD).issuperset(text)


def width_in_ems(text: str, *, bold: bool = False) -> Decimal:
    """How wide the text runs, in multiples of its size; characters that the font lacks count a whole em."""
    widths = _advances(BOLD if bold else REGULAR)
    return sum((widths.get(sign, Decimal(1)) for sign in text), Decimal(0))


@cache
def _advances(font: Path) -> dict[str, Decimal]:
    with TTFont(font, lazy=True) as opened:
        metrics, units = opened["hmtx"].metrics, opened["head"].unitsPerEm
        return {chr(point): Decimal(metrics[name][0]) / units for point, name in opened.getBestCmap().items()}


def check_characters(texts: Iterable[tuple[str, str]]) -> None:
    """Raises MissingCharacters when a text (place, text) has a character that the regular font has not."""
    known = characters()
    missing: dict[str, str] = {}
    for place, text in texts:
        if not known.issuperset(text):
            missing.update({sign: place for sign in text if sign not in known})
    if missing:
        shown = " ".join(f"{sign} (U+{ord(sign):04X})" for sign in sorted(missing))
        raise MissingCharacters(characters=shown, places="、".join(sorted(set(missing.values()))))

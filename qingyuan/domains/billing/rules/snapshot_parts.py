"""The parts of a bill's input text (快照拆分): what it is rated by, and its usage, without reading either.

A simulation looks at millions of snapshots. Bills of one book and month have the same text around their usage, so that
the text itself is the key under which it is read once. A mark cannot stand inside a value: there a quotation mark is
escaped.
"""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.snapshot import FORMAT, pieces_of_text
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat
from qingyuan.domains.tariffs.rules.request import UsagePiece

PiecesKey = tuple[tuple[str, str, str], ...] | str
"""What rating looks at of the pieces: start, end and volume of each as text; the whole text where a piece has no dates."""

_INPUT, _TAIL, _PIECES, _USE = '"input":{', ',"kind":"', '"pieces":[', ',"tier_use":['
_AFTER_PIECES = ('],"quota":', '],"relief":', '],"shares":')
_PIECE = re.compile(r'\["(\d{4}-\d\d-\d\d)","(\d{4}-\d\d-\d\d)","(-?[\d.]+)",\[')


class InputParts(NamedTuple):
    """`before` and `after`: the input around its pieces, without tier use."""

    before: str
    after: str
    pieces: PiecesKey

    @property
    def condition_text(self) -> str:
        """The input as JSON without usage and tier use."""
        return f"{self.before}{self.after}}}"


def parts_of(text: str, *, hash_format: str = FORMAT) -> InputParts:
    """The parts of a snapshot's `input`. Raises UnknownFormat; ValueError for a text that is no snapshot."""
    if hash_format != FORMAT:
        raise UnknownFormat(hash_format)
    begin = text.index(_INPUT) + len(_INPUT) - 1
    end = text.rindex(_TAIL)
    start = text.index(_PIECES, begin, end) + len(_PIECES)
    marks = [text.find(mark, start, end) for mark in _AFTER_PIECES]
    stop = min(mark for mark in marks if mark >= 0)
    use = text.find(_USE, stop, end)
    after = text[stop : end - 1 if use < 0 else use]
    given = text[start:stop]
    pieces: PiecesKey = given if "[null," in given else tuple(_PIECE.findall(given))
    return InputParts(text[begin:start], after, pieces)


def pieces_of(key: PiecesKey) -> tuple[UsagePiece, ...]:
    """The pieces without their evidence."""
    if isinstance(key, str):
        return pieces_of_text(key)
    return tuple(
        UsagePiece(Decimal(volume), date.fromisoformat(start), date.fromisoformat(end)) for start, end, volume in key
    )

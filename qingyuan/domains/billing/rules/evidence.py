"""What the usage of a bill stands on (用量依据): readings, photos, meter exchanges, settled estimates, as plain values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.request import UsagePiece

FROM_OTHERS = frozenset({"SUBS", "LOSS", "HANDED_DOWN", "LEFT_OUT", "WAIVED"})
"""Steps that come from other points' usage: no part of the point's own consumption stands behind them."""


@dataclass(frozen=True, slots=True)
class ReadingFact:
    """A reading: `source` is readings' code, `photo` the content hash of its photo (empty without one)."""

    id: int
    day: date
    value: Decimal
    source: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeFact:
    """A meter taken off; `new_meter_no` is empty while nothing hangs in its place."""

    installation_id: int
    meter_no: str
    final_value: Decimal | None
    new_meter_no: str = ""
    new_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The two real readings between which estimates of a register were settled (估抄清算)."""

    meter_no: str
    register_no: int | None
    first_day: date
    first_value: Decimal
    last_day: date
    last_value: Decimal
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class Released:
    """Why a main was not made to wait (总表放行), by whom and when."""

    day: date
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsageEvidence:
    """One part of a consumption with the rows behind it. Values and readings are None where no register stands behind it.

    `start` and `end` are the readings of `start_value` and `end_value`; an installation's own figures have none.
    `adjustment` is the number of the volume adjustment (增减水量) that the part is, `reason` what was given for it.
    """

    reading_item_id: int
    revision: int
    kind: str
    from_date: date
    to_date: date
    volume: Decimal
    meter_no: str
    register_no: int | None
    start_value: Decimal | None
    end_value: Decimal | None
    start: ReadingFact | None
    end: ReadingFact | None
    installation_id: int | None
    algorithm: str = ""
    adjustment: str = ""
    reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the part ends with its meter's removal."""
        return self.installation_id is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known: the point's own parts in every revision, exchanges, settlements, its subs' parts by point, and
    decisions not to wait by (main, sub), the sub empty for a difference that is not shared.
    """

    own: tuple[UsageEvidence, ...] = ()
    exchanges: Mapping[int, ExchangeFact] | None = None
    settled: tuple[Settled, ...] = ()
    subs: Mapping[str, tuple[UsageEvidence, ...]] | None = None
    point_no: str = ""
    released: Mapping[tuple[str, str], Released] | None = None

    def parts(self, pieces: Sequence[UsagePiece], *, revision: int) -> tuple[UsageEvidence, ...]:
        """The revision whose parts are these pieces' steps: the given one, else the newest that is; none when no one is.

        A correction's earlier side was made from another revision than its own.
        """
        wanted = Counter(
            (step.kind, step.volume, step.previous, step.current)
            for piece in pieces
            for step in piece.steps
            if step.kind not in FROM_OTHERS
        )
        known = sorted({part.revision for part in self.own}, key=lambda each: (each == revision, each), reverse=True)
        for candidate in known:
            found = tuple(part for part in self.own if part.revision == candidate and part.kind != "ITEM_ADJUSTMENT")
            if Counter((part.kind, part.volume, part.start_value, part.end_value) for part in found) == wanted:
                return found
        return ()

    def sub(self, point_no: str, volume: Decimal) -> tuple[UsageEvidence, ...]:
        """The parts of the sub's newest revision that had this volume; none when it has no such."""
        parts = (self.subs or {}).get(point_no, ())
        for revision in sorted({part.revision for part in parts}, reverse=True):
            found = tuple(part for part in parts if part.revision == revision and part.kind != "ITEM_ADJUSTMENT")
            if sum((part.volume for part in found), Decimal(0)) == volume:
                return found
        return ()

    def settlement(self, part: UsageEvidence) -> Settled | None:
        """The two real readings around a settled part; the latest settlement counts."""
        for each in reversed(self.settled):
            same = (each.meter_no, each.register_no) == (part.meter_no, part.register_no)
            if same and each.first_day <= part.from_date and part.to_date <= each.last_day:
                return each
        return None

"""What people adjusted in a consumption (增减水量), to be kept when its registers are worked out again."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.readings.operations.consumption_rows import NewPart
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.rules.states import PartKind


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What people added to, or (negative) took off, the measured usage or single charges: (kind, volume, evidence) of each
    adjustment, in order.
    """

    adjustments: tuple[tuple[PartKind, Decimal, Mapping[str, object]], ...] = ()

    @property
    def volume(self) -> Decimal:
        """Σ of the adjustments."""
        return sum((volume for _, volume, _ in self.adjustments), Decimal("0.000"))

    def parts(self, start: date, end: date) -> tuple[NewPart, ...]:
        """Each adjustment as a part of the usage in [start, end)."""
        return tuple(
            NewPart(kind, start, end, volume, evidence=evidence) for kind, volume, evidence in self.adjustments
        )


NOTHING_ADJUSTED = Adjusted()


def kept_adjustments(consumption_ids: Sequence[int | None]) -> Mapping[int | None, Adjusted]:
    """By consumption: what stands adjusted by a person in it. It moved money and not the register, and outlives whatever is
    corrected in the register. A volume that was entered instead of a reading is no adjustment.
    """
    found: dict[int | None, list[tuple[PartKind, Decimal, Mapping[str, object]]]] = defaultdict(list)
    rows = rows_of(
        "SELECT consumption_id, kind, volume, evidence::text FROM consumption_part WHERE consumption_id = ANY(%s)"
        " AND kind IN ('ADJUSTMENT', 'ITEM_ADJUSTMENT') AND evidence ? 'by' ORDER BY consumption_id, position",
        [[each for each in consumption_ids if each is not None]],
    )
    for consumption_id, kind, volume, evidence in rows:
        found[consumption_id].append((PartKind(kind), volume, json.loads(evidence)))
    return {consumption_id: Adjusted(tuple(each)) for consumption_id, each in found.items()}

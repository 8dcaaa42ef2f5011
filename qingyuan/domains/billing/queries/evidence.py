"""The rows behind a bill's usage (用量依据): parts with their readings and photos, exchanges, settlements, subs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.evidence import (
    Evidence,
    ExchangeFact,
    ReadingFact,
    Released,
    Settled,
    UsageEvidence,
)
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot

_COLUMNS = """
    c.reading_item_id, c.revision, p.kind, p.from_date, p.to_date, p.volume, p.meter_no, p.register_no, p.start_value,
    p.end_value, p.evidence->>'installation_id', COALESCE(p.evidence->>'algorithm', ''),
    rs.id, rs.read_date, rs.value, rs.source, rs.photo_hash, re.id, re.read_date, re.value, re.source, re.photo_hash,
    COALESCE(p.evidence->>'adjustment', ''), COALESCE(p.evidence->>'reason', '')
"""
_JOINS = """
    JOIN consumption_part p ON p.consumption_id = c.id
    LEFT JOIN reading rs ON rs.id = p.start_reading_id LEFT JOIN reading re ON re.id = p.end_reading_id
"""
_OWN = f"SELECT {_COLUMNS} FROM consumption c {_JOINS} WHERE c.reading_item_id = %s ORDER BY c.revision, p.position"
_SUBS = f"""
    SELECT sp.point_no, {_COLUMNS} FROM service_point sp
    JOIN reading_item i ON i.point_id = sp.id JOIN reading_period rp ON rp.id = i.period_id
    JOIN consumption c ON c.reading_item_id = i.id {_JOINS}
    WHERE sp.point_no = ANY(%s) AND rp.yyyymm = %s AND rp.round_no = %s ORDER BY sp.point_no, c.revision, p.position
"""


def evidence_of(reading_item_id: int, snapshot: Snapshot) -> Evidence:
    """Everything under the usage of the bill with this reading item; what there is none of is not asked for."""
    own = tuple(_part(row) for row in rows_of(_OWN, [reading_item_id]))
    removed = sorted({part.installation_id for part in own if part.installation_id is not None})
    requests = [snapshot.after, *([snapshot.before] if snapshot.before is not None else [])]
    steps = [step for each in requests for piece in each.pieces for step in piece.steps]
    decided = {(snapshot.point_no, step.reference) for step in steps if step.kind == "LEFT_OUT"}
    decided |= {(step.reference, "") for step in steps if step.kind == "WAIVED"}
    subs = {step.reference for step in steps if step.kind == "SUBS"}
    return Evidence(
        own=own,
        exchanges=_exchanges(removed) if removed else {},
        settled=_settled(reading_item_id) if any(part.kind == "TRUE_UP" for part in own) else (),
        subs=_subs(sorted(subs), snapshot) if subs else {},
        point_no=snapshot.point_no,
        released=_released(decided, snapshot) if decided else {},
    )


def _part(row: Sequence[Any]) -> UsageEvidence:
    installation_id = None if row[10] is None else int(row[10])
    values: list[Any] = [*row[:10], _reading(row[12:17]), _reading(row[17:22]), installation_id, row[11], *row[22:24]]
    return UsageEvidence(*values)


def _reading(row: Sequence[Any]) -> ReadingFact | None:
    return None if row[0] is None else ReadingFact(*row)


_EXCHANGES = """
    SELECT i.id, m.meter_no, ir.final_value, COALESCE(new_meter.meter_no, ''), new_register.start_value
    FROM installation i
    JOIN meter m ON m.id = i.meter_id
    LEFT JOIN LATERAL (SELECT min(final_value) AS final_value FROM installation_register WHERE installation_id = i.id) ir
           ON true
    LEFT JOIN LATERAL (SELECT n.id, n.meter_id FROM installation n WHERE n.point_id = i.point_id
                         AND n.installed_at >= i.removed_at ORDER BY n.installed_at LIMIT 1) new ON true
    LEFT JOIN meter new_meter ON new_meter.id = new.meter_id
    LEFT JOIN LATERAL (SELECT min(start_value) AS start_value FROM installation_register WHERE installation_id = new.id)
           new_register ON true
    WHERE i.id = ANY(%s) AND i.removed_at IS NOT NULL
"""


def _exchanges(installation_ids: Sequence[int]) -> Mapping[int, ExchangeFact]:
    return {row[0]: ExchangeFact(*row) for row in rows_of(_EXCHANGES, [list(installation_ids)])}


_SETTLED = """
    SELECT p.meter_no, p.register_no, (p.evidence->>'real_date')::date, (p.evidence->>'real_value')::numeric, p.to_date,
           p.end_value, p.multiplier
    FROM reading_item i
    JOIN consumption c ON c.point_id = i.point_id
    JOIN consumption_part p ON p.consumption_id = c.id
    WHERE i.id = %s AND p.kind = 'TRUE_UP' AND p.evidence ? 'real_date' AND p.to_date >= i.read_date
    ORDER BY c.id
"""


def _settled(reading_item_id: int) -> tuple[Settled, ...]:
    return tuple(Settled(*row) for row in rows_of(_SETTLED, [reading_item_id]))


_RELEASED = """
    SELECT main.point_no, COALESCE(sub.point_no, ''), r.released_on, COALESCE(who.name, ''), r.reason
    FROM main_release r JOIN service_point main ON main.id = r.main_id
    JOIN reading_period p ON p.id = r.period_id
    LEFT JOIN service_point sub ON sub.id = r.sub_id
    LEFT JOIN staff who ON who.id = r.released_by_id
    WHERE main.point_no = ANY(%s) AND p.yyyymm = %s AND p.round_no = %s ORDER BY r.id
"""


def _released(decided: set[tuple[str, str]], snapshot: Snapshot) -> Mapping[tuple[str, str], Released]:
    mains = sorted({main for main, _ in decided})
    rows = rows_of(_RELEASED, [mains, snapshot.yyyymm, snapshot.round_no])
    return {(row[0], row[1]): Released(*row[2:]) for row in rows if (row[0], row[1]) in decided}


def _subs(point_nos: Sequence[str], snapshot: Snapshot) -> Mapping[str, tuple[UsageEvidence, ...]]:
    found: dict[str, list[UsageEvidence]] = defaultdict(list)
    for row in rows_of(_SUBS, [list(point_nos), snapshot.yyyymm, snapshot.round_no]):
        found[row[0]].append(_part(row[1:]))
    return {point_no: tuple(parts) for point_no, parts in found.items()}

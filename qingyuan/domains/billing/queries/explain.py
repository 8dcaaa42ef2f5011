"""How a bill came about (帐单解释): the tree behind its lines, from its own snapshot, and the usage that it stands on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot, parse
from qingyuan.domains.tariffs.queries.catalogue import recorded_catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class UsageEvidence:
    """One part of the usage with the rows behind it. Values and readings are None where no register stands behind it."""

    kind: str
    from_date: date
    to_date: date
    volume: Decimal
    meter_no: str
    start_value: Decimal | None
    end_value: Decimal | None
    start_reading_id: int | None
    end_reading_id: int | None
    event_ids: tuple[int, ...]
    algorithm: str


@dataclass(frozen=True, slots=True)
class BillExplanation:
    """The tree of what the bill charges. On a correcting bill also of what stood billed before: its amount is
    `after` less `before`.
    """

    snapshot: Snapshot
    after: Node
    before: Node | None
    evidence: tuple[UsageEvidence, ...]

    @property
    def total(self) -> Decimal:
        """What the leaves of the trees sum to: the bill's amount."""
        after = self.after.amount or Decimal("0.00")
        return after if self.before is None else after - (self.before.amount or Decimal("0.00"))


def explain_bill(bill_id: int) -> BillExplanation:
    """Work a bill out again from its snapshot, step by step. Raises NotFound; UnknownFormat for a format of another time."""
    sql = "SELECT company_id, snapshot, hash_format, reading_item_id FROM bill WHERE id = %s"
    rows = rows_of(sql, [bill_id])
    if not rows:
        raise NotFound(bill=bill_id)
    company_id, text, hash_format, reading_item_id = rows[0]
    snapshot = parse(text, hash_format=hash_format)
    catalogue = recorded_catalogue(company_id)
    return BillExplanation(
        snapshot=snapshot,
        after=explain(snapshot.after, catalogue),
        before=None if snapshot.before is None else explain(snapshot.before, catalogue),
        evidence=() if reading_item_id is None else _evidence(reading_item_id, snapshot.revision),
    )


_EVIDENCE = """
    SELECT p.kind, p.from_date, p.to_date, p.volume, p.meter_no, p.start_value, p.end_value, p.start_reading_id,
           p.end_reading_id, p.evidence->>'installation_id', p.evidence->>'algorithm'
    FROM consumption c JOIN consumption_part p ON p.consumption_id = c.id
    WHERE c.reading_item_id = %s AND c.revision = %s ORDER BY p.position
"""


def _evidence(reading_item_id: int, revision: int) -> tuple[UsageEvidence, ...]:
    return tuple(
        UsageEvidence(
            kind=row[0],
            from_date=row[1],
            to_date=row[2],
            volume=row[3],
            meter_no=row[4],
            start_value=row[5],
            end_value=row[6],
            start_reading_id=row[7],
            end_reading_id=row[8],
            event_ids=() if row[9] is None else (int(row[9]),),
            algorithm=row[10] or "",
        )
        for row in rows_of(_EVIDENCE, [reading_item_id, revision])
    )

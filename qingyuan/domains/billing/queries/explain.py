"""How a bill came about (帐单解释): the one tree behind every face, from the bill's own snapshot and the rows around it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.queries.evidence import evidence_of
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.evidence import Evidence, UsageEvidence
from qingyuan.domains.billing.rules.explained import OtherBill, Story, bill_tree, happened
from qingyuan.domains.billing.rules.fees import FORMAT as FEE_FORMAT
from qingyuan.domains.billing.rules.fees import fee_tree, parse_fee
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot, parse
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node, Translate, as_plain
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month

MOST_OTHERS = 20


@dataclass(frozen=True, slots=True)
class BillExplanation:
    """The tree of what the bill charges; a correcting bill's has two branches, what should be and what was billed.

    `evidence` are the rows under its usage. A fee (其它费用) has neither usage nor a rating's snapshot.
    """

    bill_no: str
    snapshot: Snapshot | None
    tree: Node
    evidence: tuple[UsageEvidence, ...]

    @property
    def total(self) -> Decimal:
        """What the leaves of the tree sum to: the bill's amount."""
        return self.tree.amount or Decimal("0.00")

    def as_plain(self, translate: Translate, *, english: bool) -> dict[str, object]:
        """Number, total and tree as dictionaries and text: what every face that answers with JSON gives."""
        return {
            "bill": self.bill_no,
            "total": format(self.total, "f"),
            "explanation": as_plain(self.tree, translate, self.tree.unit, english=english),
        }


_BILL = """
    SELECT b.bill_no, b.company_id, b.kind, b.snapshot, b.hash_format, b.reading_item_id, b.account_id, b.group_id,
           b.replaces_bill_id, r.posting_date, r.reason
    FROM bill b LEFT JOIN bill_reversal r ON r.bill_id = b.id WHERE b.id = %s
"""


def explain_bill(bill_id: int) -> BillExplanation:
    """Work a bill out again from its snapshot, step by step. Raises NotFound; UnknownFormat for a format of another time."""
    rows = rows_of(_BILL, [bill_id])
    if not rows:
        raise NotFound(bill=bill_id)
    bill_no, company_id, kind, text, hash_format, item_id, account_id, group_id, replaces_id, cancelled_on, why = rows[
        0
    ]
    replaces, replaced_by, corrected_by = _around(bill_id, account_id, replaces_id)
    story = Story(
        bill_no=bill_no,
        kind=kind,
        cancelled_on=cancelled_on,
        cancel_reason=why or "",
        replaces=replaces,
        replaced_by=replaced_by,
        corrected_by=corrected_by,
    )
    if hash_format == FEE_FORMAT:
        return BillExplanation(bill_no, None, fee_tree(parse_fee(text), happened(story)), ())
    snapshot = parse(text, hash_format=hash_format)
    prices = price_list(company_id)
    after = explain(snapshot.after, prices.catalogue)
    counts_over_cycle = any(node.code == "cycle" for node in after.walk())
    evidence = Evidence() if item_id is None else evidence_of(item_id, snapshot)
    others = _others_in_group(group_id, snapshot) if counts_over_cycle else ()
    tree = bill_tree(
        replace(story, shares_tiers_with=others),
        snapshot,
        after=after,
        before=None if snapshot.before is None else explain(snapshot.before, prices.catalogue),
        evidence=evidence,
        english_names={code: each.name_en for code, each in prices.charge_items.items()},
    )
    return BillExplanation(bill_no, snapshot, tree, evidence.parts(snapshot.after.pieces, revision=snapshot.revision))


def explain_bill_no(bill_no: str) -> BillExplanation:
    """`explain_bill` by the bill's number. Raises NotFound."""
    rows = rows_of("SELECT id FROM bill WHERE bill_no = %s", [bill_no])
    if not rows:
        raise NotFound(bill=bill_no)
    return explain_bill(rows[0][0])


_AROUND = """
    SELECT b.id, b.bill_no, b.amount, COALESCE(r.reason, ''), b.replaces_bill_id, b.corrects_bill_id, r.id IS NOT NULL
    FROM bill b LEFT JOIN bill_reversal r ON r.bill_id = b.id
    WHERE b.account_id = %(account)s
      AND (b.id = %(replaces)s OR b.replaces_bill_id = %(bill)s OR b.corrects_bill_id = %(bill)s)
    ORDER BY b.id
"""


def _around(
    bill_id: int, account_id: int, replaces_id: int | None
) -> tuple[OtherBill | None, OtherBill | None, tuple[OtherBill, ...]]:
    """The bill that this one replaces, the one that replaces it, and its corrections that stand."""
    replaces: OtherBill | None = None
    replaced_by: OtherBill | None = None
    corrected_by: list[OtherBill] = []
    given = {"bill": bill_id, "account": account_id, "replaces": replaces_id}
    for id_, bill_no, amount, reason, replaced_id, corrected_id, cancelled in rows_of(_AROUND, given):
        other = OtherBill(bill_no, amount, reason)
        if id_ == replaces_id:
            replaces = other
        elif replaced_id == bill_id:
            replaced_by = other
        elif corrected_id == bill_id and not cancelled:
            corrected_by.append(other)
    return replaces, replaced_by, tuple(corrected_by)


_MEMBERS = """
    SELECT a.account_no, COALESCE(p.point_no, '') FROM tier_group_member m JOIN account a ON a.id = m.account_id
    LEFT JOIN service_point p ON p.id = m.point_id
    WHERE m.group_id = %s AND m.from_date <= %s AND (m.to_date IS NULL OR %s < m.to_date)
    ORDER BY a.account_no, p.point_no LIMIT %s
"""
_POINTS = """
    SELECT p.point_no FROM point_account pa JOIN service_point p ON p.id = pa.point_id JOIN account a ON a.id = pa.account_id
    WHERE a.account_no = %s AND pa.from_date <= %s AND (pa.to_date IS NULL OR %s < pa.to_date) AND p.point_no <> %s
    ORDER BY p.point_no LIMIT %s
"""


def _others_in_group(group_id: int | None, snapshot: Snapshot) -> tuple[str, ...]:
    """Numbers of the other accounts and points whose use counts in the same tiers as this bill's."""
    if group_id is None:
        return ()
    day = _first_day(snapshot)
    members = rows_of(_MEMBERS, [group_id, day, day, MOST_OTHERS])
    others = [point_no or account_no for account_no, point_no in members if account_no != snapshot.account_no]
    own = [point_no for account_no, point_no in members if account_no == snapshot.account_no and point_no]
    if own:
        others += [point_no for point_no in own if point_no != snapshot.point_no]
    else:
        rows = rows_of(_POINTS, [snapshot.account_no, day, day, snapshot.point_no, MOST_OTHERS])
        others += [row[0] for row in rows]
    return tuple(others)


def _first_day(snapshot: Snapshot) -> date:
    return Month.from_number(snapshot.yyyymm).first_date

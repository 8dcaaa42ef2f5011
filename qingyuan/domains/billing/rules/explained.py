"""The whole explanation of a bill (帐单解释): the rating's tree, with what the bill has been through, and the evidence.

One function makes the tree for every face: page, paper, command line. They only lay it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.rules.changed_facts import USAGE, changed_facts
from qingyuan.domains.billing.rules.evidence import Evidence
from qingyuan.domains.billing.rules.explained_usage import with_evidence
from qingyuan.domains.billing.rules.snapshot_reading import Snapshot
from qingyuan.domains.tariffs.rules.explanation import Node, Value, gettext_noop, with_english_names
from qingyuan.kernel.period import Month

LABELS = {
    "about": gettext_noop("Bill %(bill)s of %(period)s, account %(account)s, service point %(point)s"),
    "cancelled": gettext_noop("This bill was cancelled on %(day)s: %(reason)s. It is not to be paid"),
    "replaced_by": gettext_noop("Bill %(bill)s takes its place"),
    "replaces": gettext_noop("This bill takes the place of bill %(bill)s, which was cancelled: %(reason)s"),
    "corrected_by": gettext_noop("Bill %(bill)s corrects this bill by %(difference)s"),
    "estimated": gettext_noop(
        "The meter could not be read this time, so the usage is estimated; the next reading settles it either way"
    ),
    "final": gettext_noop("This is the last bill of the account"),
    "shared_tiers": gettext_noop("The tiers are shared with %(others)s: the use of all of them is added up"),
    "fees_elsewhere": gettext_noop("Fees charged once per account stand on another bill of this month"),
    "main_meter": gettext_noop(
        "This is a main meter: what its sub-meters used is on their own bills and is taken off here"
    ),
    "correction": gettext_noop("Correction of bill %(bill)s: as it should be, less what was billed"),
    "why_TRUE_UP": gettext_noop(
        "Why: bill %(bill)s was estimated, and now the meter has been read; what was estimated is settled by the real reading"
    ),
    "why_ROOM_MOVED": gettext_noop(
        "Why: a bill before bill %(bill)s was changed, so that another part of the tiers was left for it; its own usage is the same"
    ),
    "why_USAGE_CHANGED": gettext_noop("Why: the usage on bill %(bill)s was wrong and has been corrected"),
    "why": gettext_noop("Why: what bill %(bill)s was calculated from has been corrected"),
    "fact_items": gettext_noop("Charges with a volume of their own: %(now)s; on the bill: %(before)s"),
    "fact_people": gettext_noop("People counted: %(now)s; on the bill: %(before)s"),
    "fact_relief": gettext_noop("Relief: %(now)s; on the bill: %(before)s"),
    "fact_quota": gettext_noop("Quota: %(now)s; on the bill: %(before)s"),
    "fact_classes": gettext_noop("Price plan: %(now)s; on the bill: %(before)s"),
    "fact_options": gettext_noop("Choices for single charges: %(now)s; on the bill: %(before)s"),
    "fact_taxes": gettext_noop("Tax rates: %(now)s; on the bill: %(before)s"),
    "fact_calibre": gettext_noop("Calibre: %(now)s; on the bill: %(before)s"),
    "fact_cycle": gettext_noop("Months, cycle and dates of the account: %(now)s; on the bill: %(before)s"),
    "compared": gettext_noop("What changes"),
    "compared_usage": gettext_noop("Water used: %(after)s instead of %(before)s %(unit)s"),
    "compared_usage_same": gettext_noop("Water used: %(after)s %(unit)s, as before"),
    "compared_charge": gettext_noop("%(name)s: %(after)s − %(before)s = %(difference)s"),
    "should_be": gettext_noop("As it should be"),
    "was_billed": gettext_noop("Less what was billed"),
}
NONE = "—"
_WHY = frozenset({"TRUE_UP", "ROOM_MOVED", "USAGE_CHANGED"})
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class OtherBill:
    """A bill that has to do with this one. `reason` says why it was cancelled, where it was."""

    bill_no: str
    amount: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What the bill has been through: dates, the bills around it, who shares its tiers (account or point numbers)."""

    bill_no: str
    kind: str
    cancelled_on: date | None = None
    cancel_reason: str = ""
    replaced_by: OtherBill | None = None
    replaces: OtherBill | None = None
    corrected_by: tuple[OtherBill, ...] = ()
    shares_tiers_with: tuple[str, ...] = ()


def bill_tree(
    story: Story,
    snapshot: Snapshot,
    *,
    after: Node,
    before: Node | None,
    evidence: Evidence,
    english_names: Mapping[str, str],
) -> Node:
    """The bill's tree. Its leaves with an amount sum to the bill's amount.

    `after` explains what the bill's snapshot asks; a correcting bill has also `before`, what stood billed till then.
    `english_names`: the charge items' by their codes.
    """
    return with_english_names(_tree(story, snapshot, after, before, evidence), english_names)


def _tree(story: Story, snapshot: Snapshot, after: Node, before: Node | None, evidence: Evidence) -> Node:
    told = with_evidence(after, snapshot.after, evidence, revision=snapshot.revision)
    if before is None:
        head = [*_about(story, snapshot), *happened(story), *_kinds(story, snapshot)]
        return replace(told, children=(*head, *told.children))
    was = _negated(with_evidence(before, snapshot.before or snapshot.after, evidence, revision=snapshot.revision))
    total = (told.amount or _ZERO) + (was.amount or _ZERO)
    asked: tuple[tuple[str, Value], ...] = (("bill", snapshot.corrects), ("total", total), *_measures(after))
    return Node(
        "correction",
        asked,
        total,
        (
            *_about(story, snapshot),
            *happened(story),
            _node(f"why_{snapshot.cause}" if snapshot.cause in _WHY else "why", bill=snapshot.corrects),
            *_facts(snapshot),
            _compared(after, before),
            _node_of("should_be", (("total", after.amount),), told.amount, told.children),
            _node_of("was_billed", (("total", before.amount),), was.amount, was.children),
        ),
        LABELS["correction"],
    )


def _facts(snapshot: Snapshot) -> Iterator[Node]:
    """The facts that differ, but the usage, which is compared by itself."""
    if snapshot.before is None:
        return
    for change in changed_facts(snapshot.before, snapshot.after):
        if change.fact != USAGE:
            yield _node(f"fact_{change.fact}", now=change.now or NONE, before=change.before or NONE)


def _about(story: Story, snapshot: Snapshot) -> Iterator[Node]:
    month = Month.from_number(snapshot.yyyymm)
    yield _node("about", bill=story.bill_no, period=str(month), account=snapshot.account_no, point=snapshot.point_no)


def happened(story: Story) -> Iterator[Node]:
    """What the bill has been through: cancelled, replaced, corrected."""
    if story.cancelled_on is not None:
        yield _node("cancelled", day=story.cancelled_on, reason=story.cancel_reason)
    if story.replaced_by is not None:
        yield _node("replaced_by", bill=story.replaced_by.bill_no)
    if story.replaces is not None:
        yield _node("replaces", bill=story.replaces.bill_no, reason=story.replaces.reason)
    for other in story.corrected_by:
        yield _node("corrected_by", bill=other.bill_no, difference=f"{other.amount:+.2f}")


def _kinds(story: Story, snapshot: Snapshot) -> Iterator[Node]:
    if story.kind in {"ESTIMATED", "FINAL"}:
        yield _node(story.kind.lower())
    if any(step.kind in {"SUBS", "LEFT_OUT"} for piece in snapshot.after.pieces for step in piece.steps):
        yield _node("main_meter")
    if story.shares_tiers_with:
        yield _node("shared_tiers", others=", ".join(story.shares_tiers_with))
    if not snapshot.after.account_fees:
        yield _node("fees_elsewhere")


def _compared(after: Node, before: Node) -> Node:
    """Usage and each charge, now and before, side by side; their money stands in the two branches below."""
    usage, usage_before = _usage(after), _usage(before)
    now, then = _charges(after), _charges(before)
    same = usage == usage_before
    rows = [_node("compared_usage_same" if same else "compared_usage", after=usage, before=usage_before)]
    for code in dict.fromkeys([*now, *then]):
        name, amount = now.get(code, ("", _ZERO))
        name_before, amount_before = then.get(code, ("", _ZERO))
        values = (
            ("name", name or name_before),
            ("item", code),
            ("after", f"{amount:.2f}"),
            ("before", f"{amount_before:.2f}"),
            ("difference", f"{amount - amount_before:.2f}"),
        )
        rows.append(_node_of("compared_charge", values, None, ()))
    return _node_of("compared", (), None, rows)


def _usage(tree: Node) -> Value:
    return next(node.value("usage") for node in tree.children if node.code == "usage")


def _charges(tree: Node) -> dict[str, tuple[str, Decimal]]:
    """Name and amount by charge item."""
    sums: dict[str, tuple[str, Decimal]] = {}
    for node in tree.walk():
        if node.code == "charge":
            code, name = str(node.value("item")), str(node.value("name"))
            sums[code] = (name, sums.get(code, ("", _ZERO))[1] + (node.amount or _ZERO))
    return sums


def _negated(node: Node) -> Node:
    """The same tree with every amount's sign turned."""
    amount = None if node.amount is None else -node.amount
    return replace(node, amount=amount, children=tuple(_negated(child) for child in node.children))


def _measures(tree: Node) -> Sequence[tuple[str, Value]]:
    return [(name, value) for name, value in tree.values if name in {"volume_unit", "currency"}]


def _node(code: str, **values: Value) -> Node:
    return _node_of(code, tuple(values.items()), None, ())


def _node_of(
    code: str, values: tuple[tuple[str, Value], ...], amount: Decimal | None, children: Iterable[Node]
) -> Node:
    return Node(code, values, amount, tuple(children), LABELS[code])

"""The bill's explanation tree (帐单解释) in words, with the readings and events that the usage stands on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from qingyuan.domains.billing.queries.explain import BillExplanation, UsageEvidence
from qingyuan.interfaces.office.shell.explanations import KIND_WORDS, ExplainedStep, explained
from qingyuan.interfaces.office.shell.formats import volume_text

_METERED = frozenset({"METER", "OLD_METER", "NEW_METER"})


def tree_of(explanation: BillExplanation, *, corrects: str = "") -> ExplainedStep:
    """The tree whose leaves with an amount sum to the bill's amount.

    A correcting bill has two branches: what the corrected period comes to now, less what stood billed for it.
    """
    after = _with_evidence(explained(explanation.after), explanation.evidence)
    if explanation.before is None:
        return after
    before = negated(explained(explanation.before))
    return ExplainedStep(
        _("Correction of bill %(bill)s: as it should be, less what was billed") % {"bill": corrects},
        explanation.total,
        (
            replace(after, text=_("As it should be: %(text)s") % {"text": after.text}),
            replace(before, text=_("Less what was billed: %(text)s") % {"text": before.text}, is_open=False),
        ),
        is_open=True,
    )


def negated(step: ExplainedStep) -> ExplainedStep:
    """The same tree with every amount's sign turned."""
    amount = None if step.amount is None else -step.amount
    return replace(step, amount=amount, children=tuple(negated(child) for child in step.children))


def _with_evidence(tree: ExplainedStep, evidence: tuple[UsageEvidence, ...]) -> ExplainedStep:
    """The first branch tells the usage; the rows behind it are hung below."""
    if not evidence or not tree.children:
        return tree
    usage = tree.children[0]
    rows = tuple(step for part in evidence for step in _evidence(part))
    branch = ExplainedStep(_("What the usage stands on"), None, rows, is_open=True)
    return replace(tree, children=(replace(usage, children=(*usage.children, branch)), *tree.children[1:]))


def _evidence(part: UsageEvidence) -> list[ExplainedStep]:
    kind = KIND_WORDS.get(part.kind, part.kind)
    given = {"kind": kind, "meter": part.meter_no, "volume": volume_text(part.volume)}
    steps: list[ExplainedStep] = []
    if part.kind not in _METERED:
        span = {"from": part.from_date, "to": part.to_date}
        steps += [ExplainedStep(_("%(kind)s %(meter)s, %(from)s to %(to)s: %(volume)s m³") % {**given, **span}, None)]
    if part.start_value is not None and part.end_value is not None:
        steps += [
            _reading(part, part.from_date, part.start_value, part.start_reading_id, _("previous")),
            _reading(part, part.to_date, part.end_value, part.end_reading_id, _("current")),
        ]
    steps += [
        ExplainedStep(_("Meter event (installation no. %(id)s)") % {"id": event}, None) for event in part.event_ids
    ]
    return steps


def _reading(part: UsageEvidence, day: date, value: Decimal, reading_id: int | None, which: str) -> ExplainedStep:
    given = {"which": which, "day": day, "meter": part.meter_no, "value": volume_text(value), "id": reading_id}
    if reading_id is None:
        return ExplainedStep(_("%(which)s %(day)s, meter %(meter)s: %(value)s (at installation)") % given, None)
    return ExplainedStep(_("%(which)s %(day)s, meter %(meter)s: %(value)s (reading no. %(id)s)") % given, None)

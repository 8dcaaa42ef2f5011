"""One moment of the designer's work (设计过程): the sheet as it is, what it says, and the answers beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import yaml
from django.forms.boundfield import BoundField
from django.urls import reverse

from qingyuan.domains.tariffs.rules.nodes import FileProblem, TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.domains.tariffs.rules.publishing import publishing_warnings
from qingyuan.interfaces.office.shell.details import SubTable
from qingyuan.interfaces.office.shell.forms import PlacedField
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.interfaces.office.tariffs.designer.differences import (
    bill_table,
    change_table,
    changes,
    months_of,
    typical_bills,
)
from qingyuan.interfaces.office.tariffs.designer.forms import SheetForm
from qingyuan.interfaces.office.tariffs.designer.record import Record, item_choices, usage_class_choices
from qingyuan.interfaces.office.tariffs.designer.sheet import Sheet, charge_indices, document_of, numbered, untouched
from qingyuan.interfaces.office.tariffs.example import Example, example_of
from qingyuan.interfaces.office.tariffs.forms import ExampleForm
from qingyuan.interfaces.office.tariffs.words import TIER

HEAD = ("name", "document", "from", "to", "usage_class", "note")
TIERS = ("limits_by", "cycle_months", "cycle_starts", "mode", "straddle", "first_period", "part_cycle")
HOUSEHOLD = ("household", "base_people", "per_person_from", "household_change")
RULES = (
    "volume_scale",
    "volume_rounding",
    "volume_carry",
    "minimum",
    "minimum_value",
    "minimum_per",
    "transition",
)
_CHARGE = ("item", "name", "shape", "price", "base", "factor", "amount", "calibres", "per", "when", "scope", "prorate")
_CHARGE_END = ("of", "rate", "tax", "tax_rate", "tax_included")
_SLIDER_LEAST = 60


@dataclass(frozen=True, slots=True)
class ChargeCard:
    """The fields of one charge item; `is_first` and `is_last` say which way it cannot move."""

    index: int
    title: str
    origin: BoundField
    fields: list[PlacedField]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class TierRow:
    """One row of the grid; a cell None is empty: the last tier has no limit."""

    title: Label
    index: int
    cells: list[PlacedField | None]


@dataclass(frozen=True, slots=True)
class Answers:
    """What stands beside the sheet: the example, the differences; or the complaints for which there are none."""

    question: ExampleForm
    example: Example | None = None
    changes: SubTable | None = None
    bills: SubTable | None = None
    months: int = 1
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    case_query: str = ""
    slider_end: int = _SLIDER_LEAST


@dataclass(slots=True)
class Work:
    """The sheet of a draft at one moment. `parsed` is what it says, None when it does not hold."""

    record: Record
    form: SheetForm
    text: str
    parsed: PlanVersion | None = None
    problems: tuple[FileProblem, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        """Headings of the grid: the limit, what people add, and each item that has a price for each tier."""
        names = [str(self.form[f"{name}-0"].label) for name in self._columns()]
        tier = str(TIER % {"tier": 1})
        return [name.removeprefix(tier).strip() for name in names]

    @property
    def tier_rows(self) -> list[TierRow]:
        """The grid: one row for each tier; none for a plan without tiers."""
        limits = len(list(numbered(self.form.sheet, "limit")))
        rows = []
        for tier in range(limits + 1 if limits else 0):
            cells = [next(iter(self.form.placed(f"{name}-{tier}")), None) for name in self._columns()]
            rows.append(TierRow(TIER % {"tier": tier + 1}, tier, cells))
        return rows

    def _columns(self) -> list[str]:
        names = ["limit", "extra", "head"]
        for index in charge_indices(self.form.sheet):
            names += [f"charge-{index}-price", f"charge-{index}-multiple"]
        return [name for name in names if f"{name}-0" in self.form.fields]

    @property
    def cards(self) -> list[ChargeCard]:
        indices = charge_indices(self.form.sheet)
        words = {code: str(word) for code, word in self.form.items}
        cards = []
        for index in indices:
            listed = [] if self.form.is_plan else [*numbered(self.form.sheet, f"charge-{index}-price")]
            names = [f"charge-{index}-{name}" for name in _CHARGE] + listed
            names += [f"charge-{index}-{name}" for name in _CHARGE_END]
            code = self.form.sheet[f"charge-{index}-item"]
            title = self.form.sheet.get(f"charge-{index}-name") or words.get(code, code)
            first, last = index == indices[0], index == indices[-1]
            cards.append(
                ChargeCard(index, title, self.form[f"charge-{index}-origin"], self.form.placed(*names), first, last)
            )
        return cards

    @property
    def groups(self) -> Mapping[str, list[PlacedField]]:
        """The fields outside grid and cards."""
        named = {"head": HEAD, "tiers": TIERS, "household": HOUSEHOLD, "rules": RULES}
        return {key: self.form.placed(*names) for key, names in named.items()}

    @property
    def untouched(self) -> tuple[str, ...]:
        return untouched(self.record.parsed)

    @property
    def unused_items(self) -> list[tuple[str, Label]]:
        """Charge items that the sheet does not have yet."""
        used = {self.form.sheet[f"charge-{index}-item"] for index in charge_indices(self.form.sheet)}
        return [(code, word) for code, word in self.form.items if code not in used]


def work_on(record: Record, sheet: Sheet, version: int) -> Work:
    """The sheet checked by the parser of tariff files."""
    form = SheetForm(
        sheet,
        items=item_choices(record),
        classes=usage_class_choices(record),
        kind=record.parsed.kind,
        version=version,
        work_url=reverse("tariffs:work", args=[record.code, record.draft.id]),
    )
    text = yaml.safe_dump(document_of(record.parsed, sheet), allow_unicode=True, sort_keys=False)
    work = Work(record, form, text)
    try:
        work.parsed = parse_version(text)
    except TariffFileInvalid as error:
        work.problems = error.problems
    return work


def answers_to(work: Work, given: Mapping[str, Any] | None) -> Answers:
    """The example and the differences for what the sheet says now. `given` None: a first example of its own."""
    shown = work.parsed or work.record.parsed
    question = ExampleForm(shown, given if given is not None else {"volume": "20", "months": "1"})
    if work.parsed is None:
        sentences = tuple(work.form.in_words(problem) for problem in work.problems)
        return Answers(question, problems=tuple(dict.fromkeys(sentences)), slider_end=slider_end(shown))
    asked = question.cleaned_data if question.is_valid() else {}
    answers = Answers(
        question,
        example_of(work.parsed, question),
        warnings=tuple(code_sentence(each.code, each.params) for each in publishing_warnings(work.parsed)),
        case_query=urlencode({bound.html_name: bound.value() for bound in question if bound.value()}) if asked else "",
        slider_end=slider_end(shown),
    )
    before = work.record.before
    if before is None:
        return answers
    return replace(
        answers,
        changes=change_table(changes(before, work.parsed)),
        bills=bill_table(typical_bills(before, work.parsed, asked)) if work.parsed.kind is PlanKind.PLAN else None,
        months=months_of(work.parsed),
    )


def slider_end(version: PlanVersion) -> int:
    """Where the slider ends: somewhat beyond the last limit of the tiers."""
    limits = [limit for limit in version.tiers.limits if isinstance(limit, Decimal)] if version.tiers else []
    return max(_SLIDER_LEAST, int(limits[-1] * 3 / 2)) if limits else 100

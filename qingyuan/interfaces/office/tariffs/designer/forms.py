"""The sheet as a form of the office: every field with its label, choices in words, messages at their field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.tariffs.rules.nodes import FileProblem
from qingyuan.domains.tariffs.rules.plan import PlanKind
from qingyuan.interfaces.office.shell.forms import OfficeForm, PlacedField
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.interfaces.office.tariffs.designer.places import field_of
from qingyuan.interfaces.office.tariffs.designer.sheet import NO, SEPARATOR, YES, Sheet, charge_indices, joined
from qingyuan.interfaces.office.tariffs.words import ROUNDING_WORDS, TIER, TREATMENT_WORDS

Choices = Sequence[tuple[str, Label]]

_YES_NO: Choices = ((NO, gettext_lazy("no")), (YES, gettext_lazy("yes")))
_ROUNDINGS: Choices = tuple((mode.value, word) for mode, word in ROUNDING_WORDS.items())
_PER: Choices = (("month", gettext_lazy("each month")), ("bill", gettext_lazy("each bill")))
_CHOICES: Mapping[str, tuple[Label, Choices]] = {
    "limits_by": (
        gettext_lazy("Limits are given as"),
        (("volume", gettext_lazy("volumes (m³)")), ("quota", gettext_lazy("multiples of the quota"))),
    ),
    "cycle_months": (
        gettext_lazy("Limits are for (months)"),
        tuple((str(months), str(months)) for months in (1, 2, 3, 4, 6, 12)),
    ),
    "mode": (
        gettext_lazy("Tiers fill"),
        (("cumulative", gettext_lazy("over the cycle")), ("per_bill", gettext_lazy("anew with each bill"))),
    ),
    "straddle": (
        gettext_lazy("A bill across two cycles"),
        (("by_period", gettext_lazy("belongs to one of them")), ("by_days", gettext_lazy("is divided by days"))),
    ),
    "first_period": (
        gettext_lazy("A cycle's first period counts in"),
        (("new", gettext_lazy("the new cycle")), ("old", gettext_lazy("the old cycle"))),
    ),
    "part_cycle": (
        gettext_lazy("Opened within a cycle"),
        (("full", gettext_lazy("full limits")), ("by_month", gettext_lazy("limits by the months that are left"))),
    ),
    "household": (
        gettext_lazy("People of the household"),
        (
            ("", gettext_lazy("do not matter")),
            ("extra", gettext_lazy("each one above the base adds to the limits")),
            ("per_person", gettext_lazy("from a number on, limits go by the head")),
        ),
    ),
    "household_change": (
        gettext_lazy("A change of people counts"),
        (("full_cycle", gettext_lazy("for the whole cycle")), ("by_month", gettext_lazy("month by month"))),
    ),
    "volume_scale": (gettext_lazy("Places of the billed volume"), tuple((str(n), str(n)) for n in range(4))),
    "volume_rounding": (gettext_lazy("Rounding of the billed volume"), _ROUNDINGS),
    "volume_carry": (gettext_lazy("The remainder goes to the next period"), _YES_NO),
    "minimum": (
        gettext_lazy("Minimum"),
        (
            ("", gettext_lazy("none")),
            ("volume", gettext_lazy("volume (m³)")),
            ("amount", gettext_lazy("amount (yuan)")),
        ),
    ),
    "minimum_per": (gettext_lazy("Minimum for"), _PER),
    "transition": (
        gettext_lazy("A bill across the change of price"),
        (
            ("by_day", gettext_lazy("is divided by days")),
            ("all_new", gettext_lazy("is at the new price throughout")),
            ("all_old", gettext_lazy("is at the old price throughout")),
        ),
    ),
    "shape": (
        gettext_lazy("How it is charged"),
        (
            ("flat", gettext_lazy("one price by volume")),
            ("tiers", gettext_lazy("a price for each tier")),
            ("multiples", gettext_lazy("base price × multiple of the tier")),
            ("fixed", gettext_lazy("fixed amount")),
            ("calibres", gettext_lazy("fixed amount by calibre")),
            ("percent", gettext_lazy("share of other items")),
        ),
    ),
    "per": (gettext_lazy("Charged"), _PER),
    "prorate": (
        gettext_lazy("Part months"),
        (
            ("none", gettext_lazy("in full")),
            ("days", gettext_lazy("by days")),
            ("half_month", gettext_lazy("by half months")),
        ),
    ),
    "when": (
        gettext_lazy("Charged when"),
        (("always", gettext_lazy("always")), ("used", gettext_lazy("water was used"))),
    ),
    "scope": (
        gettext_lazy("Charged for"),
        (("account", gettext_lazy("the account")), ("point", gettext_lazy("each service point"))),
    ),
    "tax": (
        gettext_lazy("Tax"),
        (
            ("", gettext_lazy("as the charge item says")),
            *((treatment.value, word) for treatment, word in TREATMENT_WORDS.items()),
        ),
    ),
    "tax_included": (gettext_lazy("Price includes tax"), _YES_NO),
}
_TEXTS: Mapping[str, Label] = {
    "name": gettext_lazy("Name of this version"),
    "document": gettext_lazy("Price document no."),
    "note": gettext_lazy("Remark"),
    "from": gettext_lazy("In force from"),
    "to": gettext_lazy("until (not included)"),
    "cycle_starts": gettext_lazy("Cycle starts on (month-day)"),
    "base_people": gettext_lazy("People included"),
    "per_person_from": gettext_lazy("By the head from (people)"),
    "minimum_value": gettext_lazy("At least"),
    "factor": gettext_lazy("Share of the metered volume (1 = all)"),
    "price": gettext_lazy("Price (yuan/m³)"),
    "base": gettext_lazy("Base price (yuan/m³)"),
    "amount": gettext_lazy("Amount (yuan)"),
    "calibres": gettext_lazy("Calibre and amount, one line each"),
    "rate": gettext_lazy("Share (0.1 = 10 %)"),
    "tax_rate": gettext_lazy("Tax rate (0.03 = 3 %)"),
}
_GRID: Mapping[str, Label] = {
    "limit": gettext_lazy("Upper limit"),
    "extra": gettext_lazy("Added by each person"),
    "head": gettext_lazy("Limit a head"),
    "price": gettext_lazy("price"),
    "multiple": gettext_lazy("multiple"),
}
STEPPED = frozenset(
    (
        "limit",
        "extra",
        "head",
        "price",
        "multiple",
        "base",
        "amount",
        "factor",
        "base_people",
        "per_person_from",
        "minimum_value",
        "rate",
        "tax_rate",
    )
)
RESTRUCTURING = frozenset(("shape", "household", "minimum", "tax", "item"))
"""Choices on which it depends which fields there are."""
_DATES = ("from", "to")
_SHOWN_NAME = gettext_lazy("Name on the bill")


class SheetForm(OfficeForm):
    """The sheet of a draft. `items` and `classes`: the company's charge items and usage classes, code and name."""

    version_field = True

    def __init__(
        self, sheet: Sheet, *, items: Choices, classes: Choices, kind: PlanKind, version: int, work_url: str
    ) -> None:
        self.sheet, self.is_plan, self.items = sheet, kind is PlanKind.PLAN, items
        self._words = {code: str(word) for code, word in items}
        data: dict[str, Any] = {**sheet, "version": str(version)}
        data |= {name: text.split(SEPARATOR) if text else [] for name, text in sheet.items() if name.endswith("-of")}
        self.base_fields = {name: self._field(name, classes) for name in sheet}  # type: ignore[misc]  # a sheet has its own fields
        super().__init__(data, auto_id="sheet-%s")
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("autocomplete", "off")
            if isinstance(field, ListedField):
                field.choices = field.listed
            if _kind_of(name) in RESTRUCTURING:
                field.widget.attrs |= {
                    "hx-post": f"{work_url}?part=all",
                    "hx-trigger": "change",
                    "hx-target": "#designer",
                    "hx-swap": "innerMorph",
                    "hx-include": "#designer-form",
                }
            if _kind_of(name) in STEPPED:
                field.widget.attrs |= {"data-steps": "", "inputmode": "decimal", "class": "form-control number"}

    def _field(self, name: str, classes: Choices) -> forms.Field:
        kind = _kind_of(name)
        if kind == "origin":
            return forms.CharField(required=False, widget=forms.HiddenInput)
        if kind in _DATES:
            # the parser judges the text, so that an odd date is a message and no lost value
            return forms.CharField(
                label=str(_TEXTS[kind]), required=False, widget=forms.DateInput(attrs={"type": "date"})
            )
        if kind == "usage_class":
            return _choice(
                gettext_lazy("Usage class"), (("", gettext_lazy("not for one class")), *classes), self.sheet[name]
            )
        if kind == "item":
            return _choice(gettext_lazy("Charge item"), self.items, self.sheet[name])
        if kind == "of":
            chosen = self.sheet[name].split(SEPARATOR)
            listed = [(code, word) for code, word in self.items if code in self._present() or code in chosen]
            return forms.MultipleChoiceField(
                label=gettext_lazy("Share of"), choices=listed, required=False, widget=forms.CheckboxSelectMultiple
            )
        if kind in _CHOICES:
            label, choices = _CHOICES[kind]
            written = self.sheet[name]
            return _choice(label, self._fitting(kind, choices), written if written in dict(choices) else "")
        lines = kind in ("note", "calibres")
        label = _SHOWN_NAME if kind == "name" and name != "name" else self._label(name, kind)
        widget = forms.Textarea(attrs={"rows": 3}) if lines else forms.TextInput()
        return forms.CharField(label=str(label), required=False, widget=widget, strip=True)

    def _label(self, name: str, kind: str) -> Label:
        """In the grid of tiers the label names row and column."""
        number = name.rpartition("-")[2]
        if kind not in _GRID or not number.isdigit():
            return _TEXTS.get(kind, kind)
        column: Label = _GRID[kind]
        if name.startswith("charge-"):
            code = self.sheet[f"charge-{name.split('-')[1]}-item"]
            column = f"{self._words.get(code, code)} {column}"
        return f"{TIER % {'tier': int(number) + 1}} {column}"

    def _present(self) -> set[str]:
        return {self.sheet[f"charge-{index}-item"] for index in charge_indices(self.sheet)}

    def _fitting(self, kind: str, choices: Choices) -> Choices:
        """Prices by tier only where there are tiers."""
        if kind == "shape" and self.is_plan and "limit-0" not in self.sheet:
            return [each for each in choices if each[0] not in ("tiers", "multiples")]
        return choices

    def complain(self, problems: Iterable[FileProblem]) -> None:
        """The parser's complaints at their fields, those without one above the form, with their place in the file."""
        for problem in problems:
            field = field_of(problem, self.fields)
            sentence = self._sentence(problem, field)
            self.add_error(field, sentence if field else f"{problem.place}: {sentence}" if problem.place else sentence)

    def in_words(self, problem: FileProblem) -> str:
        """A complaint with the label of its field, for a list that stands apart from the fields."""
        field = field_of(problem, self.fields)
        if field is not None and not self.sheet[field]:
            return self._sentence(problem, field)
        place = str(self.fields[field].label or "") if field is not None else problem.place
        return _("%(place)s: %(sentence)s") % {"place": place, "sentence": self._sentence(problem, field)}

    def _sentence(self, problem: FileProblem, field: str | None) -> str:
        if field is not None and not self.sheet[field]:
            return _("Please enter: %(label)s") % {"label": self.fields[field].label}
        return code_sentence(problem.code, problem.params)

    def placed(self, *names: str) -> list[PlacedField]:
        """The fields of these names that the sheet has."""
        return self._placed([self[name] for name in names if name in self.fields])


_FIELD = re.compile(r"(?:charge-\d{1,3}-)?([a-z_]+)(?:-\d{1,3})?", re.ASCII)
_KNOWN = frozenset((*_CHOICES, *_TEXTS, *_GRID, "usage_class", "item", "origin", "of"))


def sheet_from(posted: QueryDict) -> Sheet:
    """The fields of the sheet as they were sent; the example's beside it are left out."""
    return {
        name: joined(map(str, posted.getlist(name))) if name.endswith("-of") else str(posted[name])
        for name in posted
        if _kind_of(name) in _KNOWN
    }


def _kind_of(name: str) -> str:
    """`charge-1-price-0` is a price, `limit-2` a limit."""
    match = _FIELD.fullmatch(name)
    return match[1] if match is not None else ""


class ListedField(forms.ChoiceField):
    """A choice whose list is whole as it is: its own word stands for nothing. `listed` outlives the dressing."""

    listed: list[tuple[str, Label]]


def _choice(label: Label, choices: Choices, now: str) -> forms.ChoiceField:
    """A choice that also offers what stands there now, though the list does not have it; empty: the list alone."""
    field = ListedField(label=str(label), required=False)
    field.listed = list(choices)
    if now and now not in {code for code, _name in field.listed}:
        field.listed.append((now, now))
    field.choices = field.listed
    return field

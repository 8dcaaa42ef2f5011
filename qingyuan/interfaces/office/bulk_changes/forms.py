"""The one form of a bulk change: the value, from which day, on what evidence, and for whom."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.bulk_changes.kinds import Kind
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import OfficeForm
from qingyuan.overviews.account_choices import Choice
from qingyuan.overviews.bulk_selection import Rule

FILE, RULE = "file", "rule"
RULE_FIELDS = ("unit", "books", "usage_class", "user_type", "calibre", "classification")


class BulkForm(OfficeForm):
    """All fields of all kinds; those of other kinds are taken out when the form is made."""

    class_code = forms.ChoiceField(label=_("New usage class"), required=False)
    item_code = forms.ChoiceField(label=_("Charge item"), required=False)
    plan_code = forms.ChoiceField(label=_("Price"), required=False)
    volume = VolumeField(label=_("Quota of a cycle (m³)"), required=False)
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=999, required=False)
    scheme = forms.ChoiceField(label=_("Relief scheme"), required=False)
    tax = forms.CharField(
        label=_("Tax rate"), max_length=20, required=False, help_text=_("3%, 免税 (exempt) or 不征税 (not taxable)")
    )
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(label=_("Ends on"), required=False)
    evidence = forms.CharField(label=_("Document or reason"), max_length=120)
    way = forms.ChoiceField(
        label=_("How they are chosen"),
        choices=((FILE, _("by file")), (RULE, _("by rule"))),
        initial=FILE,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("XLSX or CSV: what stands in a row counts before what stands here."),
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    books = forms.CharField(label=_("Books"), required=False, help_text=_("Numbers, divided by commas or spaces."))
    usage_class = forms.ChoiceField(label=_("Present usage class"), required=False)
    user_type = forms.CharField(label=_("Kind of user"), max_length=32, required=False)
    calibre = forms.IntegerField(label=_("Calibre (mm)"), min_value=1, required=False)
    classification = forms.ChoiceField(label=_("Classification"), required=False)
    wide = frozenset({"evidence", "way", "file"})

    def __init__(self, *args: Any, kind: Kind, choices: Mapping[str, Sequence[Choice]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = tuple(name for name, _heading in kind.columns)
        others = {"class_code", "item_code", "plan_code", "volume", "people", "scheme", "tax"} - set(values)
        for name in others | (set() if kind.ends else {"to_date"}):
            del self.fields[name]
        for name, offered in choices.items():
            if name in self.fields:
                nothing = gettext("as in the file") if name in values else gettext("all")
                self.fields[name].choices = [("", nothing), *offered]  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()
        self.value_names = values
        dates = ("from_date", "to_date") if kind.ends else ("from_date",)
        self.sections = (
            (_("What is changed"), (*values, *dates, "evidence")),
            (_("For whom"), ("way", "file")),
            (_("By rule: all that meet every condition chosen"), RULE_FIELDS),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") == FILE:
            for name in RULE_FIELDS:  # what was typed before the way was chosen is not shown any more
                self.errors.pop(name, None)
            if not cleaned.get("file"):
                self.add_error("file", gettext("Please choose a file."))
        if cleaned.get("way") == RULE:
            for name in self.value_names:
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, gettext("Without a file it is chosen here."))
            if not any(cleaned.get(name) for name in RULE_FIELDS):
                self.add_error("unit", gettext("Choose at least one condition: a change of everybody is never meant."))
        return cleaned

    @property
    def rule(self) -> Rule:
        typed = self.cleaned_data

        def number(name: str) -> int | None:
            return int(typed[name]) if typed[name] else None

        return Rule(
            unit_id=number("unit"),
            book_nos=[one for one in re.split(r"[\s,，、;；]+", typed["books"]) if one],
            usage_class_id=number("usage_class"),
            user_type=typed["user_type"].strip(),
            calibre=typed["calibre"],
            classification_id=number("classification"),
        )

"""The form of a plan of billing runs, and the list's filter."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.operations import RunPlanValues
from qingyuan.domains.billing.queries.run_plans import RunPlanRow
from qingyuan.domains.billing.rules.run_plans import LAST_WORKDAY, PlanBusinessDate, PlanRule, PlanTiming
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.interfaces.office.billing.plan_words import BUSINESS_DATE_WORDS
from qingyuan.interfaces.office.shell.choices import offer
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.interfaces.office.shell.text import Label

TIMINGS: Mapping[str, tuple[PlanTiming, int]] = {
    "LAST": (PlanTiming.DAY_OF_MONTH, 1),
    "CURRENT": (PlanTiming.DAY_OF_MONTH, 0),
    "AFTER_PERIOD": (PlanTiming.AFTER_PERIOD, 0),
    "AFTER_READING": (PlanTiming.AFTER_READING, 0),
}
_WHEN = ("timing", "day", "hour", "on_workdays", "active_from", "last_date", "unit", "area", "cycle", "books")


class PlanFilter(FilterForm):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            ("active", gettext_lazy("in force")),
            ("paused", gettext_lazy("paused")),
            ("ended", gettext_lazy("ended")),
            ("waiting", gettext_lazy("with a start that failed or was missed")),
        ],
    )


class PlanForm(OfficeForm):
    """What a plan says. `known_books`: the ids of the typed numbers, put in by the view before the form is asked."""

    name = forms.CharField(label=gettext_lazy("Name of the plan"), max_length=60)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        widget=forms.RadioSelect,
        choices=[
            (str(RunPurpose.REHEARSAL), gettext_lazy("rehearsal (nothing is booked, no number is used)")),
            (
                str(RunPurpose.REAL),
                gettext_lazy("real: calculated, then it waits to be checked and issued by a person"),
            ),
        ],
    )
    unit = forms.ChoiceField(label=gettext_lazy("Organisation unit"))
    area = forms.ChoiceField(label=gettext_lazy("Reading area"), required=False)
    cycle = forms.ChoiceField(label=gettext_lazy("Reading cycle"), required=False)
    books = forms.CharField(
        label=gettext_lazy("Only these books"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Book numbers with spaces, commas or lines between them; empty: all of the choice above."
        ),
    )
    with_earlier = forms.BooleanField(
        label=gettext_lazy("Also readings of earlier periods that were approved late"), required=False
    )
    timing = forms.ChoiceField(
        label=gettext_lazy("Day of the start"),
        widget=forms.RadioSelect,
        choices=[
            ("LAST", gettext_lazy("a day of the month, for last month's period")),
            ("CURRENT", gettext_lazy("a day of the month, for the same month's period")),
            ("AFTER_PERIOD", gettext_lazy("a number of working days after the period's end")),
            ("AFTER_READING", gettext_lazy("a number of working days after the last reading day of its books")),
        ],
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day, or number of working days"),
        min_value=1,
        max_value=31,
        help_text=gettext_lazy("A day of the month 1–31, in a shorter month its last day; or 1–23 working days."),
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour"), coerce=int, choices=[(str(hour), f"{hour:02d}:00") for hour in range(24)]
    )
    on_workdays = forms.BooleanField(
        label=gettext_lazy("Where that day of the month is a holiday or weekend: on the next working day"),
        required=False,
    )
    business_date_rule = forms.ChoiceField(
        label=gettext_lazy("Business date"),
        choices=[(str(key), word) for key, word in BUSINESS_DATE_WORDS.items()],
        help_text=gettext_lazy("Stands for today in every rule of the calculation."),
    )
    active_from = forms.DateField(label=gettext_lazy("First day"))
    last_date = forms.DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further notice.")
    )
    wide = frozenset({"purpose", "books", "with_earlier", "timing", "on_workdays"})
    sections = (
        (gettext_lazy("What is billed"), ("name", "unit", "area", "cycle", "books", "with_earlier", "purpose")),
        (
            gettext_lazy("When"),
            ("timing", "day", "hour", "on_workdays", "business_date_rule", "active_from", "last_date"),
        ),
    )

    def __init__(
        self,
        units: Sequence[tuple[str, Label]],
        areas: Sequence[tuple[str, Label]],
        cycles: Sequence[tuple[str, Label]],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = (units, areas, cycles)
        offer(self, "unit", units)
        offer(self, "area", areas)
        offer(self, "cycle", cycles)
        self.book_ids: tuple[int, ...] = ()

    def clean_books(self) -> list[str]:
        """The numbers, each once, in the order in which they were typed."""
        numbers = re.split(r"[\s,，、;；]+", self.cleaned_data["books"])
        return [number for number in dict.fromkeys(numbers) if number]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        of_month = given.get("timing") in ("LAST", "CURRENT")
        if given.get("timing") and not of_month and (given.get("day") or 0) > LAST_WORKDAY:
            self.add_error("day", _("At most %(most)s working days.") % {"most": LAST_WORKDAY})
        first, last = given.get("active_from"), given.get("last_date")
        if first and last and last < first:
            self.add_error("last_date", _("The last day is before the first."))
        return given

    def find_books(self, known: Mapping[str, int]) -> None:
        """Take the ids of the typed book numbers; a number without one becomes a message."""
        wanted = self.cleaned_data.get("books") or []
        if missing := [number for number in wanted if number not in known]:
            text = _("There is no such book in the unit: %(books)s.")
            some = "、".join(missing[:10]) + (" …" if len(missing) > 10 else "")
            self.add_error("books", ValidationError(text % {"books": some}))
        self.book_ids = tuple(known[number] for number in wanted if number in known)

    @property
    def knows_when(self) -> bool:
        """Whether what was typed so far says when the plan starts."""
        return self.is_bound and not any(name in self.errors for name in _WHEN)

    def values(self) -> RunPlanValues:
        """What the valid form says."""
        given = self.cleaned_data
        return RunPlanValues(
            name=given["name"],
            unit_id=int(given["unit"]),
            purpose=RunPurpose(given["purpose"]),
            rule=self._rule(),
            business_date_rule=PlanBusinessDate(given["business_date_rule"]),
            active_from=given["active_from"],
            last_date=given["last_date"],
            area_id=int(given["area"]) if given["area"] else None,
            cycle=self._cycle(),
            book_ids=self.book_ids,
            with_earlier=given["with_earlier"],
        )

    def sketched(self, company_id: int, plan_id: int, now: datetime) -> RunPlanRow:
        """The plan as it would start from now on, for a look at its next starts."""
        given = self.cleaned_data
        return RunPlanRow(
            id=plan_id,
            name="",
            company_id=company_id,
            unit_id=int(given["unit"]),
            area_id=int(given["area"]) if given["area"] else None,
            cycle=self._cycle(),
            book_ids=self.book_ids,
            purpose=RunPurpose.REHEARSAL,
            with_earlier=False,
            rule=self._rule(),
            business_date_rule=PlanBusinessDate.START_DAY,
            active_from=given["active_from"],
            last_date=given["last_date"],
            counts_from=now,
            is_paused=False,
            created_by_id=None,
            responsible_id=None,
            version=0,
        )

    def _rule(self) -> PlanRule:
        given = self.cleaned_data
        timing, months_back = TIMINGS[given["timing"]]
        cycle = self._cycle()
        months = cycle.months if cycle is not None else tuple(range(1, 13))
        return PlanRule(timing, given["day"], given["hour"], months_back, given["on_workdays"], months)

    def _cycle(self) -> Cycle | None:
        text = self.cleaned_data["cycle"]
        return Cycle(*(int(part) for part in text.split("-"))) if text else None


class EditPlanForm(PlanForm):
    version_field = True

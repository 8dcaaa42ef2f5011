"""Forms of billing runs and correction proposals."""

import re
from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.billing.rules.states import ProposalState, RunPurpose
from qingyuan.interfaces.office.billing.words import PROPOSAL_WORDS, PURPOSE_WORDS, STATE_WORDS, WHY_WORDS
from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.overviews.run_review import Why


class RunFilter(FilterForm):
    period = MonthField(label=_("Period"))
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[(str(key), word) for key, word in PURPOSE_WORDS.items()])
    state = forms.ChoiceField(label=_("State"), choices=[(str(key), word) for key, word in STATE_WORDS.items()])
    kind = forms.ChoiceField(
        label=_("Kind of run"), choices=[("readings", _("of readings")), ("fees", _("of fees"))], required=False
    )
    singles = forms.BooleanField(label=_("With runs of one bill"))


class ProposalFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Bill no. / account no.")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(str(key), word) for key, word in PROPOSAL_WORDS.items()],
        initial=str(ProposalState.OPEN),
    )


class RunForm(OfficeForm):
    """A new run. Unit and period come from the address, since the books to choose from follow from them.

    Where not every book can be listed, `all_books` takes all the free ones, also those that are not; `free_count` says how
    many they are, 0 that all are listed.
    """

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        widget=forms.RadioSelect,
        choices=[
            (str(RunPurpose.REHEARSAL), _("rehearsal (nothing is booked, no number is used)")),
            (str(RunPurpose.REAL), _("real (to be checked and issued)")),
        ],
    )
    business_date = forms.DateField(
        label=_("Business date"), help_text=_("Stands for today in every rule of the calculation.")
    )
    all_books = forms.BooleanField(required=False)
    books = forms.TypedMultipleChoiceField(label=_("Books"), coerce=int, widget=forms.CheckboxSelectMultiple)
    accounts = forms.CharField(
        label=_("Only these accounts"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Account numbers with spaces, commas or lines between them; empty: all of the chosen books."),
    )
    with_earlier = forms.BooleanField(
        label=_("Also readings of earlier periods that were approved late"), required=False
    )
    wide = frozenset({"books", "all_books", "purpose", "accounts", "with_earlier"})

    def __init__(self, books: Sequence[tuple[str, str]], free_count: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["books"].required = not free_count
        if free_count:
            self.fields["all_books"].label = gettext(
                "All %(n)s books that no other run has taken, also those not listed"
            ) % {"n": free_count}
        else:
            del self.fields["all_books"]
        field = self.fields["books"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = books

    def clean_accounts(self) -> list[str]:
        """The numbers, each once, in the order in which they were typed."""
        numbers = re.split(r"[\s,，、;；]+", self.cleaned_data["accounts"])
        return [number for number in dict.fromkeys(numbers) if number]

    @property
    def takes_all(self) -> bool:
        """Whether every free book is taken, whatever is ticked."""
        return bool(self.cleaned_data.get("all_books"))

    def clean_books(self) -> list[int]:
        books: list[int] = self.cleaned_data["books"]
        if not books and not self.cleaned_data.get("all_books"):
            raise ValidationError(_("Choose at least one book."))
        return books


WHYS = [(str(key), word) for key, word in WHY_WORDS.items()]


class ReviewFilter(FilterForm):
    why = forms.ChoiceField(label=_("Look at"), choices=WHYS)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)
        field = self.fields["why"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = WHYS  # without "all": no choice is what was noticed, not everything

    @property
    def is_filtering(self) -> bool:
        return self.data.get("why", Why.NOTICED) not in ("", Why.NOTICED)


class HoldForm(OfficeForm):
    """Why bills are held back or released. `ids` are the chosen ones, as the list sent them."""

    ids = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})

    def clean_ids(self) -> list[tuple[int, int]]:
        return item_keys(self.cleaned_data["ids"].split(","))


def item_keys(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The bills' keys within their run, as (chunk, position); what is none is left out."""
    pairs = (text.partition(":") for text in texts)
    return [(int(chunk), int(place)) for chunk, _mark, place in pairs if chunk.isdecimal() and place.isdecimal()]


class DecisionForm(OfficeForm):
    """What becomes of a correction proposal."""

    decision = forms.ChoiceField(
        label=_("Decision on the proposal"),
        widget=forms.RadioSelect,
        choices=[("apply", _("apply: issue the correcting bill")), ("dismiss", _("dismiss: nothing is corrected"))],
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Needed when the proposal is dismissed.")
    )
    version_field = True
    wide = frozenset({"decision", "reason"})

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or self.cleaned_data
        if given.get("decision") == "dismiss" and not str(given.get("reason") or "").strip():
            self.add_error("reason", _("Say why nothing is corrected."))
        return given


class LookAgainForm(OfficeForm):
    """Whose past bills are looked at again, and from which month on; without an account every corrected usage."""

    account_no = forms.CharField(
        label=_("Account no."),
        max_length=32,
        required=False,
        help_text=_("Leave it empty to look at every usage that was corrected after it was billed."),
    )
    since = MonthField(
        label=_("From period"), required=False, help_text=_("Bills of this period and later ones are looked at.")
    )

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or self.cleaned_data
        if given.get("account_no") and not given.get("since") and "since" not in self.errors:
            self.add_error("since", _("Say from which period on the account's bills are looked at."))
        return given


class ApplyForm(OfficeForm):
    """The proposals to be applied, as the list sent them."""

    ids = forms.CharField(widget=forms.HiddenInput)
    step = forms.CharField(widget=forms.HiddenInput, initial="apply")
    confirmed = forms.BooleanField(
        label=_("I have looked at them: the correcting bills are issued and posted today."), required=True
    )
    wide = frozenset({"confirmed"})

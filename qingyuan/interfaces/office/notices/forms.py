"""Forms of notices."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.domains.notifications.rules.texts import LONGEST
from qingyuan.interfaces.office.notices.words import (
    ACCOUNT_CHANNELS,
    ACCOUNT_LANGUAGES,
    CHANNELS,
    KINDS,
    STATES,
    WHY_NOT,
)
from qingyuan.interfaces.office.shell.choices import offer
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.interfaces.office.shell.text import Label

Choices = Sequence[tuple[str, Label]]


class NoticeFilterForm(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Bill no. / account no. / name")}),
    )
    state = forms.ChoiceField(label=_("State"), choices=[(str(key), word) for key, word in STATES.items()])
    kind = forms.ChoiceField(label=_("Notice"), choices=[(str(key), word) for key, word in KINDS.items()])
    channel = forms.ChoiceField(label=_("Channel"), choices=[(str(key), word) for key, word in CHANNELS.items()])
    reason = forms.ChoiceField(label=_("Not reachable"), choices=[(str(key), word) for key, word in WHY_NOT.items()])
    batch = forms.CharField(label=_("Batch"), max_length=32)
    run = forms.CharField(label=_("Billing run"), max_length=32)


class BatchFilterForm(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        max_length=32,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Batch no.")}),
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(str(key), word) for key, word in CHANNELS.items()])


class BatchForm(OfficeForm):
    unit = forms.TypedChoiceField(
        label=_("Organisation unit"), coerce=int, help_text=_("With all units below it."), choices=[]
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(str(key), word) for key, word in CHANNELS.items()], initial=Channel.SMS
    )

    def __init__(self, units: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", units)


class TextForm(OfficeForm):
    """`version` 0 is the shipped text, so the office's own version field, which begins with 1, does not fit."""

    text = forms.CharField(
        label=_("Content"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Fields stand in braces, in Chinese or English; nothing else is replaced."),
    )
    bill = forms.CharField(
        label=_("Preview with bill"),
        max_length=32,
        required=False,
        help_text=_("A bill's number; empty: the newest bill of this kind."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    wide = frozenset({"text"})


class ChoicesForm(OfficeForm):
    channel = forms.ChoiceField(
        label=_("Notices by"), choices=ACCOUNT_CHANNELS, required=False, widget=forms.RadioSelect
    )
    contact = forms.TypedChoiceField(
        label=_("Contact to be told"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Empty: the holder's main contact. Only contacts that have agreed get short messages."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=ACCOUNT_LANGUAGES, required=False, widget=forms.RadioSelect
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, contacts: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("the main contact")), *contacts]

"""Forms of the dictionary."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm

_CODE = r"^[0-9A-Za-z_-]{1,40}$"
_CODE_WORDS = {"invalid": _("Only letters, digits, - and _, at most 40")}


class SetFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or code")}),
    )


class EntryFilter(SetFilter):
    retired = forms.BooleanField(label=_("With retired ones"))


class EntryForm(OfficeForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=9999, initial=0)


class NewEntryForm(EntryForm):
    code = forms.RegexField(label=_("Code"), regex=_CODE, error_messages=_CODE_WORDS, help_text=_("It stays for ever."))
    field_order = ["code", "name", "name_en", "position"]


class NewSetForm(NewEntryForm):
    set_code = forms.RegexField(
        label=_("Code of the set"), regex=_CODE, error_messages=_CODE_WORDS, help_text=_("It stays for ever.")
    )
    field_order = ["set_code", "code", "name", "name_en", "position"]


class EditEntryForm(EntryForm):
    is_active = forms.BooleanField(
        label=_("Offered for choice"), required=False, help_text=_("A retired entry stays where it was used.")
    )
    version_field = True

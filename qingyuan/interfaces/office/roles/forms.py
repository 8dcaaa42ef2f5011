"""Forms of roles."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.roles.matrix import codes_by_area, permission_choices
from qingyuan.interfaces.office.shell.forms import PLEASE_CHOOSE, FilterForm, OfficeForm
from qingyuan.interfaces.office.shell.register_words import area_label, permission_label

_PREFIX = "area-"


def role_filter() -> type[FilterForm]:
    """The filter with the permissions that are declared."""

    class RoleFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or code")}),
        )
        permission = forms.ChoiceField(label=_("Holds the permission"), choices=permission_choices())

    return RoleFilter


class WhoMayFilter(FilterForm):
    permission = forms.ChoiceField(label=_("Permission"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["permission"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", PLEASE_CHOOSE), *permission_choices()]


class _MatrixForm(OfficeForm):
    """Name and description, then one group of boxes per area."""

    name = forms.CharField(label=_("Role name"), max_length=60)
    description = forms.CharField(label=_("Description"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        held = kwargs.get("initial", {}).get("permissions", ())
        kwargs["initial"] = {
            **kwargs.get("initial", {}),
            **{f"{_PREFIX}{area}": [code for code in codes if code in held] for area, codes in codes_by_area().items()},
        }
        super().__init__(*args, **kwargs)
        for area, codes in codes_by_area().items():
            self.fields[f"{_PREFIX}{area}"] = forms.MultipleChoiceField(
                label=str(area_label(area)),
                required=False,
                choices=[(code, permission_label(code)) for code in codes],
                widget=forms.CheckboxSelectMultiple,
            )
        boxes = tuple(name for name in self.fields if name.startswith(_PREFIX))
        self.sections = ((_("Permissions"), boxes),)

    @property
    def permissions(self) -> list[str]:
        """The codes that are ticked. KeyError before the form is valid."""
        return [code for name in self.fields if name.startswith(_PREFIX) for code in self.cleaned_data[name]]


class NewRoleForm(_MatrixForm):
    code = forms.RegexField(
        label=_("Role code"),
        regex=r"^[a-z0-9_-]{2,40}$",
        help_text=_("Small letters, digits, - and _; it stays for ever."),
        error_messages={"invalid": _("Only small letters, digits, - and _, 2 to 40")},
    )
    field_order = ["name", "code", "description"]


class RoleForm(_MatrixForm):
    version_field = True


class VersionForm(OfficeForm):
    version_field = True


def news_form(news: Collection[str]) -> type[OfficeForm]:
    """The form that offers what a shipped role newly may do, all of it ticked."""

    class NewsForm(OfficeForm):
        version_field = True
        permissions = forms.MultipleChoiceField(
            label=_("Newly shipped permissions"),
            required=False,
            choices=[one for one in permission_choices() if one[0] in news],
            initial=list(news),
            widget=forms.CheckboxSelectMultiple,
        )

    return NewsForm


class ConfirmedForm(OfficeForm):
    """A form without a field: sending it is the consent."""

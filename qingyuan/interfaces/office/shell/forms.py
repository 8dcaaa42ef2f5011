"""Forms (表单): server-checked, messages of our own, the version of what was read, both values of a stale edit.

Forms validate shape only; operations decide. `FilterForm` is a list's filter, `OfficeForm` everything else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, StaleEdit

PLEASE_CHOOSE = gettext_lazy("Please choose")
ALL = gettext_lazy("All")
SAVE = gettext_lazy("Save")


class OfficeForm(forms.Form):
    """A form in the office's style. Give fields a `label`; messages name it ("Please enter the name").

    `version_field` True adds the hidden version of the row that is edited; `version` is what the browser sent back.
    `wide` names the fields that take the full width, `sections` groups fields under headings.
    """

    use_required_attribute = False
    error_css_class = "is-invalid"
    version_field = False
    wide: frozenset[str] = frozenset()
    sections: tuple[tuple[Label, tuple[str, ...]], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.conflicts: tuple[Conflict, ...] = ()
        if self.version_field:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
        for name, field in self.fields.items():
            _dress(name, field)

    @property
    def version(self) -> int:
        """The version that the reader saw. KeyError before the form is valid."""
        return int(self.cleaned_data["version"])

    @property
    def problems(self) -> list["Problem"]:
        """Every message in the order of the fields, form-level ones first, for the summary on top."""
        found = [Problem("", "", str(text)) for text in self.non_field_errors()]
        for bound in self:
            found.extend(
                Problem(bound.id_for_label or bound.auto_id, str(bound.label), str(text)) for text in bound.errors
            )
        return found

    @property
    def field_groups(self) -> list["FieldGroup"]:
        """Visible fields under their headings; those of no section come first without one."""
        named = {name for _heading, names in self.sections for name in names}
        rest = [bound for bound in self.visible_fields() if bound.name not in named]
        groups = [FieldGroup("", self._placed(rest))] if rest else []
        for heading, names in self.sections:
            groups.append(FieldGroup(str(heading), self._placed([self[name] for name in names])))
        return groups

    def _placed(self, bounds: list[BoundField]) -> list["PlacedField"]:
        return [PlacedField(bound, bound.name in self.wide, _control(bound.field)) for bound in bounds]

    @contextmanager
    def refusals_as_messages(
        self, fields: Mapping[str, str] | None = None, *, otherwise: str | None = None
    ) -> Iterator[None]:
        """Inside, a DomainError becomes a message: at the field that `fields` names for its code, else at `otherwise`.

        NotPermitted, NotFound and StaleEdit pass through: the page or `show_conflict` answers them.
        """
        try:
            yield
        except (NotPermitted, NotFound, StaleEdit):
            raise
        except DomainError as error:
            field = (fields or {}).get(error.code, otherwise)
            self.add_error(field if field in self.fields else None, error_sentence(error))

    def show_conflict(self, current: Mapping[str, Any], version: int) -> None:
        """After a StaleEdit: show what another person stored beside what was typed; saving again overrides it.

        `current` holds the stored values by field, `version` the stored version, which the form then carries.
        """
        self.conflicts = tuple(
            Conflict(str(bound.label), _shown(bound, bound.value()), _shown(bound, current[bound.name]))
            for bound in self.visible_fields()
            if bound.name in current and _shown(bound, bound.value()) != _shown(bound, current[bound.name])
        )
        self.data = {**_single_values(self.data), self.add_prefix("version"): str(version)}
        self.add_error(
            None, _("Another person changed this since you opened it. Compare both values; saving again keeps yours.")
        )


class FilterForm(forms.Form):
    """A list's filter. All fields are optional; every one lands in the address."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", "filter-%s")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = False
            _dress(name, field, all_label=ALL)

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(self.add_prefix(name)) for name in self.fields)

    @property
    def placed(self) -> list["PlacedField"]:
        return [PlacedField(bound, False, _control(bound.field)) for bound in self]

    def chosen(self) -> list[tuple[str, str]]:
        """The set fields as label and shown value."""
        return [(str(bound.label), _shown(bound, bound.value())) for bound in self if bound.value()]

    def scope_text(self) -> str:
        """The set fields' values in short, for file names."""
        return "_".join(value for _name, value in self.chosen())[:60] or _("all")


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; `anchor` is the field's id, empty for the form as a whole."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed."""

    label: str
    typed: str
    stored: str


@dataclass(frozen=True, slots=True)
class PlacedField:
    """A field and how it is drawn: `control` is input, select, check, radio, checks, file or area."""

    bound: BoundField
    wide: bool
    control: str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    heading: str
    fields: list[PlacedField]


@dataclass(frozen=True, slots=True)
class FormPage:
    """The words and addresses around a form."""

    title: str
    submit: Label = SAVE
    cancel_url: str = ""
    intro: str = ""
    submit_next: Label = ""
    danger: bool = False
    multipart: bool = False


def with_name(words: str, *names: Label) -> str:
    """The title of a form about a record: what is done, then whose or which (修改角色 收费员)."""
    return " ".join([words, *(str(name) for name in names)])


def _control(field: forms.Field) -> str:
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radio"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "area" if isinstance(widget, forms.Textarea) else "input"


def _dress(name: str, field: forms.Field, all_label: Label | None = None) -> None:
    """Classes, the native date input, our own messages, and words instead of a row of dashes."""
    widget, control = field.widget, _control(field)
    css = {"check": "form-check-input", "select": "form-select"}.get(control, "form-control")
    if control not in {"radio", "checks"}:
        widget.attrs["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
    if isinstance(field, forms.DateField) and isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    if isinstance(field, forms.DecimalField | forms.IntegerField) and isinstance(widget, forms.NumberInput):
        widget.input_type = "text"
        widget.attrs.update({"inputmode": "decimal", "class": f"{widget.attrs['class']} number"})
        widget.attrs.pop("step", None)
    if isinstance(field, forms.ChoiceField) and control == "select" and not isinstance(widget, forms.SelectMultiple):
        _word_for_nothing(field, all_label or PLEASE_CHOOSE, always=all_label is not None)
    _say_it_ourselves(field, control)


def _word_for_nothing(field: forms.ChoiceField, word: Label, *, always: bool) -> None:
    if callable(getattr(field, "_choices", None)):
        return
    given: Any = field.choices
    choices = list(given)
    if choices and choices[0][0] in ("", None):
        field.choices = [("", word), *choices[1:]]
    elif always:
        field.choices = [("", word), *choices]


def _say_it_ourselves(field: forms.Field, control: str) -> None:
    label = field.label or ""
    chosen = control in {"select", "radio", "checks", "file"}
    required = gettext_lazy("Please choose: %(label)s") if chosen else gettext_lazy("Please enter: %(label)s")
    field.error_messages["required"] = _filled(required, label)
    if isinstance(field, forms.DateField):
        field.error_messages["invalid"] = gettext_lazy("Write the date as 2026-11-24")
    elif isinstance(field, forms.DecimalField | forms.IntegerField):
        field.error_messages["invalid"] = gettext_lazy("Write a number in digits, e.g. 12.50")


def _single_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Sent data as a plain mapping; a field sent several times keeps its list."""
    if not isinstance(data, QueryDict):
        return dict(data)
    return {name: values if len(values) > 1 else values[0] for name, values in data.lists()}


def _fill(template: Label, label: Label) -> str:
    return str(template) % {"label": label}


_filled = lazy(_fill, str)
"""A message with its label, translated when it is shown."""


def _shown(bound: BoundField, value: Any) -> str:
    """A field's value as its reader sees it: the choice's words, yes or no, or the text."""
    choices = getattr(bound.field, "choices", None)
    if choices is not None:
        words = {str(key): str(text) for key, text in choices}
        values = value if isinstance(value, list | tuple) else [value]
        return "、".join(words.get(str(one), str(one)) for one in values if one not in (None, ""))
    if isinstance(bound.field, forms.BooleanField):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)

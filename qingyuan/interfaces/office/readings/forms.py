"""Forms of the reading pages: shape only, operations decide."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.readings.queries import ConditionRow, SegmentDetail
from qingyuan.domains.routes.queries import BookRow
from qingyuan.interfaces.office.readings.words import ALGORITHMS, condition_name
from qingyuan.interfaces.office.shell.fields import MonthField, VolumeField
from qingyuan.interfaces.office.shell.formats import volume_text
from qingyuan.interfaces.office.shell.forms import OfficeForm
from qingyuan.platform.dictionary import queries as dictionary


class MonthForm(OfficeForm):
    """Which period is generated."""

    month = MonthField(label=_("Reading period"))
    round_no = forms.IntegerField(label=_("Round"), min_value=1, max_value=9, initial=1)


class GenerateForm(OfficeForm):
    """Which of the due books, and for which day."""

    planned_on = forms.DateField(label=_("Planned date"))
    books = forms.MultipleChoiceField(label=_("Books due"), choices=[])

    def __init__(self, data: Any, *, books: Iterable[BookRow], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.fields["books"].choices = [  # type: ignore[attr-defined]
            (str(book.id), f"{book.book_no} {book.name}") for book in books
        ]


def reason_choices(set_code: str) -> list[tuple[str, str]]:
    """A dictionary set as choices in the reader's language."""
    language = get_language() or ""
    return [(entry.code, entry.label(language)) for entry in dictionary.entries(set_code)]


def reason_text(set_code: str, code: str, note: str) -> str:
    """A coded reason with its note as the one text that is kept: 抄错：示数应为 466. Empty when neither is given.

    The code's word is kept in Chinese whatever language was read: it is the utility's record.
    """
    word = dictionary.labels(set_code, "zh-hans").get(code, "")
    return "：".join(part for part in (word, note.strip()) if part)[:200]


class ReadForm(OfficeForm):
    """One read of an item; `read_form` adds a field for each open register."""

    version_field = True
    wide = frozenset({"note", "reason"})

    read_date = forms.DateField(label=_("Reading date"))
    condition = forms.ChoiceField(label=_("Condition"), required=False, choices=[])
    volume = VolumeField(
        label=_("Volume, m³"),
        required=False,
        minimum=Decimal(0),
        help_text=_("Only for a condition whose volume is entered, such as a faulty meter."),
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=200)

    def values(self) -> dict[int, Decimal]:
        """The typed register values by register number."""
        return _register_values(self.cleaned_data)


class CorrectForm(OfficeForm):
    """A correction of the register after approval; `correct_form` adds a field for each register."""

    wide = frozenset({"reason"})

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def values(self) -> dict[int, Decimal]:
        """The typed register values by register number."""
        return _register_values(self.cleaned_data)


def read_form(
    data: Any,
    *,
    registers: Sequence[SegmentDetail],
    conditions: Sequence[ConditionRow],
    with_reason: bool,
    initial: Mapping[str, Any],
) -> ReadForm:
    """The form for an item with these open registers; `with_reason` when it takes another read's place."""
    added: dict[str, Any] = {
        f"value_{one.register_no}": VolumeField(
            label=_numbered(_("This reading"), _("Register %(no)s, this reading"), one, registers),
            required=False,
            minimum=Decimal(0),
            help_text=_filled(_("previous: %(value)s"), value=volume_text(one.start_value)),
        )
        for one in registers
    }
    order = [*added, "read_date", "condition"]
    if with_reason:
        added["reason"] = forms.CharField(label=_("Reason"), max_length=200)
    form_class: type[ReadForm] = type("ReadFormOfRegisters", (ReadForm,), {**added, "field_order": order})
    form = form_class(data, initial=dict(initial))
    names = [(one.code, condition_name(one)) for one in conditions]
    form.fields["condition"].choices = [("", _("normal")), *names]  # type: ignore[attr-defined]
    return form


def correct_form(data: Any, *, registers: Sequence[SegmentDetail], initial: Mapping[str, Any]) -> CorrectForm:
    """The form for an item with these registers."""
    added: dict[str, Any] = {
        f"value_{one.register_no}": VolumeField(
            label=_numbered(_("Correct register value"), _("Register %(no)s, correct value"), one, registers),
            required=False,
            minimum=Decimal(0),
        )
        for one in registers
    }
    order = [*added]
    form_class: type[CorrectForm] = type("CorrectFormOfRegisters", (CorrectForm,), {**added, "field_order": order})
    return form_class(data, initial=dict(initial))


def _numbered(one: Any, of_several: Any, register: SegmentDetail, registers: Sequence[SegmentDetail]) -> Any:
    return _filled(of_several, no=register.register_no) if len(registers) > 1 else one


def _filled(text: Any, **places: object) -> str:
    return str(text) % places


def _register_values(cleaned: Mapping[str, Any]) -> dict[int, Decimal]:
    return {
        int(name.removeprefix("value_")): value
        for name, value in cleaned.items()
        if name.startswith("value_") and value is not None
    }


class ConditionForm(OfficeForm):
    """A reading condition; the code is fixed once it is there."""

    wide = frozenset({"algorithm"})

    code = forms.CharField(label=_("Code"), max_length=32)
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    algorithm = forms.ChoiceField(label=_("How the usage is worked out"), choices=list(ALGORITHMS.items()))
    position = forms.IntegerField(label=_("Place in the list"), min_value=1, max_value=9999, initial=100)
    photo_needed = forms.BooleanField(label=_("A photo is needed"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

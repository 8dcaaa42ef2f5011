"""Choices that are read when the page is shown (下拉选项): units of the tree, and whatever a page offers."""

from collections.abc import Iterable

from django import forms

from qingyuan.interfaces.office.shell.forms import ALL, PLEASE_CHOOSE
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.platform.organisation.queries import Unit


def unit_choices(units: tuple[Unit, ...]) -> list[tuple[str, Label]]:
    """Units as choices, set in by their place in the tree."""
    least = min((one.depth for one in units), default=0)
    return [(str(one.id), indented(one.name, one.depth - least)) for one in units]


def indented(text: str, depth: int) -> str:
    """Text set in by full-width spaces, which tables, choices and spreadsheets all keep."""
    return "\u3000" * depth + text


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Label]]) -> None:
    """Give a field of one form its choices, under the words for none of them."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    nothing = PLEASE_CHOOSE if field.required else ALL
    field.choices = [("", nothing), *choices]

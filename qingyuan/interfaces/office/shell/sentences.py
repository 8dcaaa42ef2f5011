"""The sentence (文案) for a refusal's code, in the reader's language. The code is the catalogue's key."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from qingyuan.interfaces.office.shell.formats import date_text, instant_text
from qingyuan.kernel.errors import DomainError


def error_sentence(error: DomainError) -> str:
    return code_sentence(error.code, error.params)


def code_sentence(code: str, params: Mapping[str, object]) -> str:
    """The sentence of `code` with its places filled; a place without a value shows its name in braces."""
    shown = _Places({name: _readable(value) for name, value in params.items()})
    return gettext(code) % shown


class _Places(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _readable(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(str(part) for part in value)
    return str(value)

"""The words of commands that run without Django: the same catalogues, read by the standard library."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

from qingyuan.config import environment
from qingyuan.kernel.errors import DomainError

_PACKAGE = Path(__file__).resolve().parents[2]


def words(folder: str) -> Callable[[str], str]:
    """The translator of one folder of the package (`domains/tariffs/rules`); what it lacks stays as it is."""
    return _catalogue(folder, environment.language())


@cache
def _catalogue(folder: str, language: str) -> Callable[[str], str]:
    locale = _PACKAGE / folder / "locale"
    return gettext.translation("django", str(locale), [language], fallback=True).gettext


def sentence(folder: str, error: DomainError) -> str:
    """The refusal in the reader's language; code and arguments when the catalogue has no sentence for it."""
    said = words(folder)(error.code)
    if said == error.code:
        return str(error)
    return said % {name: "" if value is None else value for name, value in error.params.items()}

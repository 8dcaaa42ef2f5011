"""Acts that the model expects to be refused: the product says so, by the code expected, and nothing has changed."""

from collections.abc import Callable
from typing import Any

from qingyuan.kernel.errors import DomainError
from tests.machine.world import fingerprint


def refused(code: str, act: Callable[[], Any]) -> None:
    """The act raises the refusal of this code and leaves every table as it was."""
    before = fingerprint()
    try:
        done = act()
    except DomainError as refusal:
        assert refusal.code == code, f"refused by {refusal.code}, not {code}"
    else:
        raise AssertionError(f"not refused by {code}: {done!r}")
    assert fingerprint() == before, f"changed by what {code} refused"

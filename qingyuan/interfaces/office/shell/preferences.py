"""What a person chose for their own screen (个人设置): columns of a list, height of rows. Kept with the person, not the machine."""

from collections.abc import Sequence

from django.http import HttpRequest

from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.platform.staff.operations.preferences import set_preference

_DENSITY = "density"


def chosen_columns(request: HttpRequest, list_key: str) -> frozenset[str] | None:
    """The keys of the columns that this person shows in the list; None when nothing was chosen."""
    kept = person_of(request).preferences
    chosen = kept.get(_name(list_key))
    return None if chosen is None else frozenset(chosen)


def choose_columns(request: HttpRequest, list_key: str, columns: Sequence[str] | None) -> None:
    """Keep the choice; None goes back to the list's own."""
    set_preference(
        staff_id=person_of(request).pk, name=_name(list_key), value=None if columns is None else list(columns)
    )


def prefers_comfortable(request: HttpRequest) -> bool:
    """Whether this person wants rows of 44 pixels instead of the office's compact ones."""
    return bool(person_of(request).preferences.get(_DENSITY) == "comfortable")


def choose_density(request: HttpRequest, *, comfortable: bool) -> None:
    set_preference(staff_id=person_of(request).pk, name=_DENSITY, value="comfortable" if comfortable else None)


def _name(list_key: str) -> str:
    return f"columns.{list_key}"

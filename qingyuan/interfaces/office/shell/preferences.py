"""What a person chose for their own screen (个人设置): columns of a list. Kept with the person, not the machine."""

from collections.abc import Sequence

from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.platform.staff.operations.preferences import set_preference


def chosen_columns(request: OfficeRequest, list_key: str) -> frozenset[str] | None:
    """The keys of the columns that this person shows in the list; None when nothing was chosen."""
    kept = person_of(request).preferences
    chosen = kept.get(_name(list_key))
    return None if chosen is None else frozenset(chosen)


def choose_columns(request: OfficeRequest, list_key: str, columns: Sequence[str] | None) -> None:
    """Keep the choice; None goes back to the list's own."""
    set_preference(
        staff_id=person_of(request).pk, name=_name(list_key), value=None if columns is None else list(columns)
    )


def _name(list_key: str) -> str:
    return f"columns.{list_key}"

"""What a person chose for their own screen (个人设置): columns of a list. Kept with the person, not the machine."""

from qingyuan.interfaces.office.access import OfficeRequest

COLUMNS = "columns"


def chosen_columns(request: OfficeRequest, list_key: str) -> frozenset[str] | None:
    """The keys of the columns that this person shows in the list; None when nothing was chosen."""
    kept = getattr(request.user, "preferences", None) or {}
    chosen = kept.get(COLUMNS, {}).get(list_key)
    return None if chosen is None else frozenset(chosen)

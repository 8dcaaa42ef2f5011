"""A person's own screen settings (个人设置): no audit, they change nothing but the person's own pages."""

from typing import Any

from django.db import transaction

from qingyuan.platform.staff.models import Staff


@transaction.atomic
def set_preference(*, staff_id: int, name: str, value: Any) -> None:
    """Keep `value` (JSON) under `name` for the person; None forgets it. Raises Staff.DoesNotExist."""
    person = Staff.objects.select_for_update(no_key=True).get(pk=staff_id)
    if value is None:
        person.preferences.pop(name, None)
    else:
        person.preferences[name] = value
    person.save(update_fields=["preferences"])

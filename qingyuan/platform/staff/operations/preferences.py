"""A person's own screen settings (个人设置): no audit, they change nothing but the person's own pages."""

from typing import Any

from django.conf import settings
from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
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


class LanguageUnknown(DomainError):
    """The installation has no such language (不支持该语言)."""

    code = "staff.language_unknown"


def set_language(*, actor: Actor, language: str) -> None:
    """The language of the actor's pages. Raises LanguageUnknown, NotFound for an actor that is no person."""
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(language=language)
    if actor.staff_id is None or not Staff.objects.filter(pk=actor.staff_id).update(language=language):
        raise NotFound(staff=actor.staff_id)

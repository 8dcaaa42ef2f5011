"""The signed-in person (当前人员) as operations know them: who, at which unit, with which permissions."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff import operations as staff_operations
from qingyuan.platform.staff import queries as staff
from qingyuan.platform.staff.models import Staff


def actor_for(request: HttpRequest) -> Actor:
    """The actor of the signed-in person of this request."""
    return staff.actor_of(
        person_of(request),
        origin=request.META.get("REMOTE_ADDR", ""),
        request_id=request.META.get("QINGYUAN_REQUEST_ID", ""),
    )


def person_of(request: HttpRequest) -> Staff:
    """The signed-in person. Raises PermissionError when nobody is: the decorators let nobody else in."""
    if not isinstance(request.user, Staff):
        raise PermissionError("nobody is signed in")
    return request.user


def permissions_of(actor: Actor) -> frozenset[str]:
    return staff.permissions_of(actor, on=timezone.localdate())


def roles_that_hold(permission: str) -> tuple[str, ...]:
    return staff.roles_with(permission, language=get_language())


def unit_name(request: HttpRequest) -> str:
    """The short name of the unit of the signed-in person, else its name."""
    unit = person_of(request).unit
    return unit.short_name or unit.name


def remember_language(request: HttpRequest, language: str) -> None:
    """Keep the language with the person who is signed in; nothing for strangers and for languages we have not."""
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        staff_operations.set_language(actor=actor_for(request), language=language)

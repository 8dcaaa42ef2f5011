"""The signed-in person (当前人员) as operations know them: who, at which unit, with which permissions."""

from django.http import HttpRequest
from django.utils import timezone

from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.queries import held


def actor_for(request: HttpRequest) -> Actor:
    """The actor of the signed-in person of this request."""
    return held.actor_of(
        person_of(request).pk,
        origin=request.META.get("REMOTE_ADDR", ""),
        request_id=request.META.get("QINGYUAN_REQUEST_ID", ""),
    )


def person_of(request: HttpRequest) -> Staff:
    """The signed-in person. Raises PermissionError when nobody is: the decorators let nobody else in."""
    if not isinstance(request.user, Staff):
        raise PermissionError("nobody is signed in")
    return request.user


def permissions_of(actor: Actor) -> frozenset[str]:
    return held.held_permissions(actor, on=timezone.localdate())


def roles_that_hold(permission: str) -> tuple[str, ...]:
    return held.roles_holding(permission)


def unit_name(actor: Actor) -> str:
    return held.unit_name(actor.unit_id) if actor.unit_id is not None else ""

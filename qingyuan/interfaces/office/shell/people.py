"""The signed-in person (当前人员) as operations know them: who, at which unit, with which permissions."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from qingyuan.kernel.actor import Actor


def actor_for(request: HttpRequest) -> Actor:
    """The actor of the signed-in person of this request."""
    user = request.user
    return Actor(
        staff_id=user.pk,
        name=getattr(user, "name", "") or str(user),
        company_id=None,
        unit_id=getattr(user, "unit_id", None),
        origin=request.META.get("REMOTE_ADDR", ""),
        request_id=request.META.get("QINGYUAN_REQUEST_ID", ""),
    )


def permissions_of(actor: Actor) -> frozenset[str]:
    return frozenset()


def roles_that_hold(permission: str) -> tuple[str, ...]:
    return ()


def unit_name(actor: Actor) -> str:
    return _("Head office")

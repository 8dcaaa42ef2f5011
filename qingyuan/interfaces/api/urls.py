"""Addresses of the face. Each carries the permission that its route declares, for the tests and the reference."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path

from qingyuan.interfaces.api.access import REQUIRED_PERMISSION
from qingyuan.interfaces.api.opened import View, opened, unknown_address
from qingyuan.interfaces.api.v1 import ROUTERS, api, openapi

app_name = "api"
_FRAME_ROOT = "api-root"


def _permissions() -> dict[str, Any]:
    """The declared permission of each route by its name; a route without one stays without, and a test finds it."""
    return {
        view.url_name: getattr(operation.view_func, REQUIRED_PERMISSION)
        for router in ROUTERS.values()
        for view in router.path_operations.values()
        for operation in view.operations
        if view.url_name is not None and hasattr(operation.view_func, REQUIRED_PERMISSION)
    }


def _routes() -> Iterator[URLPattern]:
    permissions = _permissions()
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != _FRAME_ROOT:
            view = opened(pattern.callback)
            if pattern.name in permissions:
                setattr(view, REQUIRED_PERMISSION, permissions[pattern.name])
            yield path(f"v1/{pattern.pattern}", view, name=pattern.name)


def _for_everybody(view: View) -> View:
    answered = opened(view)
    setattr(answered, REQUIRED_PERMISSION, None)
    return answered


urlpatterns = [
    *_routes(),
    path("v1/openapi.json", _for_everybody(openapi), name="openapi"),
    path("<path:rest>", _for_everybody(unknown_address), name="unknown"),
]

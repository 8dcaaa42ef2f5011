"""Version 1 of the face: its routers, and its description as OpenAPI."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI

from qingyuan.interfaces.api import problems
from qingyuan.interfaces.api.access import TokenBearer
from qingyuan.interfaces.api.accounts.router import router as accounts
from qingyuan.interfaces.api.bills.router import router as bills
from qingyuan.interfaces.api.rating.router import router as rating

PREFIX = "/api/v1/"
ROUTERS = {"bills": bills, "accounts": accounts, "rate": rating}

# Neither the framework's own pages nor its description: the first want a content delivery network or inline scripts.
api = NinjaAPI(
    title="清源 Qingyuan",
    version="1",
    description="Money in yuan and volumes in m³ are text of a fixed scale. Refusals are application/problem+json.",
    auth=TokenBearer(),
    docs_url=None,
    openapi_url=None,
)
for _prefix, _router in ROUTERS.items():
    api.add_router(_prefix, _router)
problems.register(api)


def description() -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(api.get_openapi_schema(path_prefix=PREFIX))


def openapi(request: HttpRequest) -> JsonResponse:
    """The description of the face; it holds no data of anybody."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})

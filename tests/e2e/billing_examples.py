"""Examples of the addresses of price plans, billing runs and bills, from the demo utility."""

from collections.abc import Callable

from qingyuan.domains.tariffs.models import PriceVersion


def _golden_version() -> int:
    return PriceVersion.objects.filter(plan__code="golden-res").values_list("id", flat=True)[0]


BILLING: dict[str, Callable[[], dict[str, object]]] = {
    "tariffs:assign": lambda: {"code": "sh-res"},
    "tariffs:detail": lambda: {"code": "sh-res"},
    "tariffs:version": lambda: {"code": "golden-res", "version_id": _golden_version()},
}

NO_BILLING_PAGES = {
    "tariffs:example": "a part of a page",
    "tariffs:export": "a file",
    "tariffs:sample": "a file",
    "tariffs:publish": "takes a POST alone",
}

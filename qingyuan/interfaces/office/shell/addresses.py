"""Where to go next (返回地址): only to addresses of our own."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def wanted_address(request: HttpRequest) -> str:
    """The `next` address that came with the request when it is one of ours, else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("workbench:start")


def address_if_routed(name: str, *args: object) -> str:
    """The address of a page of another area, or "" where that area (or the page) is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""

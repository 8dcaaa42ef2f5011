"""Minutes in which calls are counted, and by what an address is counted (限额的计数口径)."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_SUBSCRIBER_BITS = 64


def minute_of(at: datetime) -> datetime:
    """The minute of the clock in which `at` lies."""
    return at.replace(second=0, microsecond=0)


def seconds_left(at: datetime) -> int:
    """Whole seconds until the next minute begins, 1 to 60."""
    left = minute_of(at) + timedelta(minutes=1) - at
    return -(-left // timedelta(seconds=1))


def counted_address(address: str) -> str:
    """By what a network address is counted: an IPv6 subscriber has 2⁶⁴ addresses at hand and is counted as one.

    What is no address is counted as itself (a socket file gives none: all its callers are one).
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ip_network((known, _SUBSCRIBER_BITS), strict=False))
    return str(known)

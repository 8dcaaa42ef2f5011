"""Whose call it is when a reverse proxy passes it on (客户端地址)."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from qingyuan.config.environment import SettingError, Variable, words

Network = IPv4Network | IPv6Network
_MOST_HOPS = 20


def client_address(peer: str, passed_on: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy: `peer` itself, else the X-Forwarded-For list from its right end.

    Whatever stands further left was written by somebody we do not trust, and is not looked at. A list that ends, or
    holds something that is no address, leaves the last proxy's own.
    """
    address = peer
    for hop in reversed(passed_on.split(",")[-_MOST_HOPS:]):
        if not _is_trusted(address, trusted):
            break
        named = _plain(hop)
        if named is None:
            break
        address = named
    return address


def networks(variable: Variable) -> tuple[Network, ...]:
    """The variable as addresses and networks (`10.0.0.5`, `10.0.0.0/24`, `::1`). Raises SettingError."""
    found: list[Network] = []
    for word in words(variable):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise SettingError(
                f"{variable.name}={word!r}: write addresses or networks such as 10.0.0.5 or 10.0.0.0/24"
            ) from error
    return tuple(found)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    named = _plain(address)
    return named is not None and any(ip_address(named) in network for network in trusted)


def _plain(text: str) -> str | None:
    """The address without brackets and a port; an IPv4 address inside IPv6 as itself. None: it is no address."""
    wanted = text.strip()
    if wanted.startswith("["):
        wanted = wanted[1:].partition("]")[0]
    elif wanted.count(":") == 1:
        wanted = wanted.partition(":")[0]
    try:
        known = ip_address(wanted)
    except ValueError:
        return None
    mapped = getattr(known, "ipv4_mapped", None)
    return str(known if mapped is None else mapped)

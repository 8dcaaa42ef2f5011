"""Whose call it is behind proxies: only what trusted proxies say is believed."""

import pytest

from qingyuan.config import client_address, environment
from qingyuan.config.environment import SettingError

PROXIES = "127.0.0.1,::1,10.0.0.0/24"


@pytest.mark.parametrize(
    ("peer", "passed_on", "client"),
    [
        ("198.51.100.9", "192.0.2.1", "198.51.100.9"),  # nobody's proxy: what it says is not looked at
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.5", "203.0.113.4, 192.0.2.1", "192.0.2.1"),  # the client made up what stands left of it
        ("127.0.0.1", "192.0.2.1, 10.0.0.7", "192.0.2.1"),  # two proxies of ours
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),  # a list of proxies alone: the furthest
        ("127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"),  # what is no address ends the walk
        ("127.0.0.1", "192.0.2.1:51234", "192.0.2.1"),
        ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        ("", "192.0.2.1", ""),
    ],
)
def test_client_is_the_nearest_that_is_no_trusted_proxy(
    monkeypatch: pytest.MonkeyPatch, peer: str, passed_on: str, client: str
) -> None:
    monkeypatch.setenv("QINGYUAN_TRUSTED_PROXIES", PROXIES)
    trusted = client_address.networks(environment.TRUSTED_PROXIES)

    assert client_address.client_address(peer, passed_on, trusted) == client


def test_no_proxy_is_trusted_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QINGYUAN_TRUSTED_PROXIES", raising=False)

    assert client_address.networks(environment.TRUSTED_PROXIES) == ()


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.1/24", "*", "10.0.0"])
def test_what_is_no_network_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("QINGYUAN_TRUSTED_PROXIES", value)

    with pytest.raises(SettingError, match="QINGYUAN_TRUSTED_PROXIES"):
        client_address.networks(environment.TRUSTED_PROXIES)

"""Addresses of other areas' records (链接), empty for people who may not open them."""

from collections.abc import Collection

from django.urls import NoReverseMatch, reverse


def account_url(account_no: str, permissions: Collection[str]) -> str:
    """An account's page."""
    return _address("accounts:detail", "customers.view", account_no, permissions)


def bill_url(bill_no: str, permissions: Collection[str]) -> str:
    """A bill's page."""
    return _address("bills:detail", "billing.view", bill_no, permissions)


def _address(name: str, permission: str, number: str, permissions: Collection[str]) -> str:
    if permission not in permissions or not number:
        return ""
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:  # an installation without that area
        return ""

"""Signed-in people for tests of office pages."""

from typing import Any

from django.test import Client

from qingyuan.platform.staff.models import Staff
from tests.factories.platform import PASSWORD, make_person, make_utility

__all__ = ["PASSWORD", "make_staff", "signed_in_client"]


def make_staff(*permissions: str, login: str = "clerk", unit_id: int | None = None) -> Staff:
    """A person 演示 with one role of exactly these permissions at the unit (else at a hall of a new utility)."""
    place = unit_id if unit_id is not None else make_utility().east_id
    make_person(place, *permissions, login=login)
    return Staff.objects.get(login=login)


def signed_in_client(person: Staff, **headers: Any) -> Client:
    client = Client(**headers)
    client.force_login(person)
    return client

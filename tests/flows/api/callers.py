"""Programs that call the interface."""

from datetime import date

from django.test import Client

from qingyuan.platform.staff import operations
from tests.factories.platform import SYSTEM, make_person

ON = date(2025, 7, 20)
END = date(2025, 8, 20)


def token_for(unit_id: int, *permissions: str, login: str = "", to_date: date = END, on: date = ON) -> str:
    """A token of a new person with these permissions at the unit."""
    person = make_person(unit_id, *permissions, login=login)
    return operations.make_token(actor=SYSTEM, staff_id=person.staff_id or 0, name="门户", to_date=to_date, on=on)


def caller(token: str, *, language: str = "zh") -> Client:
    return Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": language})

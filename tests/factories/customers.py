"""Factories of the customer file: rows to open, opened accounts."""

from dataclasses import replace
from datetime import date
from typing import Any

from qingyuan.domains.customers.operations import NewAccount, open_account
from qingyuan.kernel.actor import system_actor

ON = date(2025, 6, 1)


def new_account(place: str = "row 1", *, unit_code: str = "01E", **changes: Any) -> NewAccount:
    """A good row at the east hall of `make_utility`, on the street and in the estate of `factories.places`."""
    row = NewAccount(
        place=place,
        unit_code=unit_code,
        region_code="ZSL",
        community_code="YGHY",
        name="单小明",
        building="3",
        entrance="1",
        room="502",
        phone="199 0000 1234",
    )
    return replace(row, **changes)


def make_account(account_no: str = "", *, on: date = ON, **changes: Any) -> int:
    """An opened account; returns its id."""
    given: dict[str, Any] = {"account_no": account_no, "room": account_no or "502", **changes}
    row = new_account(**given)
    return open_account(actor=system_actor(), row=row, on=on)

"""Address composition, documents, changes over time, the row of a new account."""

from dataclasses import replace
from datetime import date

import pytest

from qingyuan.domains.customers.rules import document, history
from qingyuan.domains.customers.rules.address import AddressIncomplete, AddressParts, AddressTooLong, compose
from qingyuan.domains.customers.rules.opening import (
    AnchorInvalid,
    NameMissing,
    NewRelief,
    NumberInvalid,
    OpenedInFuture,
    OpeningStateInvalid,
    PeopleInvalid,
    PhoneInvalid,
    ReliefInvalid,
    TextTooLong,
    check,
)
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import DomainError
from tests.factories.customers import new_account

ON = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (AddressParts(("清江区", "中山路"), street_no="100"), "清江区中山路100号"),
        (
            AddressParts(("清江区", "中山路"), "阳光花园", "100", "3", "1", "502"),
            "清江区中山路100号阳光花园3幢1单元502室",
        ),
        (AddressParts(("中山路",), "阳光花园", "", "甲栋", "", "东室"), "中山路阳光花园甲栋东室"),
        (AddressParts(("中山路",), street_no="１００ 号"), "中山路100号"),
        (AddressParts((), "阳光花园", building="A"), "阳光花园A幢"),
    ],
)
def test_compose(parts: AddressParts, text: str) -> None:
    assert compose(parts) == text


def test_compose_refuses_a_street_alone() -> None:
    with pytest.raises(AddressIncomplete):
        compose(AddressParts(("清江区", "中山路")))


def test_compose_refuses_what_no_bill_can_print() -> None:
    with pytest.raises(AddressTooLong):
        compose(AddressParts(("长" * 198,), street_no="12"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, NameMissing),
        ({"account_no": "1 2"}, NumberInvalid),
        ({"old_nos": ("=1+1",)}, NumberInvalid),
        ({"phone": "12ab"}, PhoneInvalid),
        ({"people": 0}, PeopleInvalid),
        ({"people": 100}, PeopleInvalid),
        ({"opened_date": date(2025, 6, 2)}, OpenedInFuture),
        ({"tier_anchor": "02-29"}, AnchorInvalid),
        ({"tier_anchor": "2-1"}, AnchorInvalid),
        ({"state": AccountState.CLOSED}, OpeningStateInvalid),
        ({"reliefs": (NewRelief("low_income", date(2025, 5, 1)),)}, ReliefInvalid),
        ({"name": "长" * 101}, TextTooLong),
        ({"document_type": "ID_CARD", "document_no": "110101199003071235"}, document.DocumentInvalid),
    ],
)
def test_check_refuses(changes: dict[str, object], error: type[DomainError]) -> None:
    row = replace(new_account(), **changes)  # type: ignore[arg-type]

    with pytest.raises(error):
        check(row, on=ON)


def test_check_passes_a_good_row() -> None:
    check(replace(new_account(), tier_anchor="11-01", people=4, opened_date=date(2019, 2, 28)), on=ON)


@pytest.mark.parametrize(
    ("kind", "number", "kept", "mask"),
    [
        ("ID_CARD", "11010119900307123x", "11010119900307123X", "1101**********123X"),
        ("PASSPORT", "E 1234567", "E1234567", "E******7"),
        ("CREDIT_CODE", "91310000MA1FL0000X", "91310000MA1FL0000X", "9131**********000X"),
    ],
)
def test_document(kind: str, number: str, kept: str, mask: str) -> None:
    if kind == "ID_CARD":
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
        right = "10X98765432"[total % 11]
        number, kept, mask = number[:17] + right, kept[:17] + right, mask[:17] + right

    assert document.checked(kind, number) == kept
    assert document.masked(kept) == mask


@pytest.mark.parametrize(
    ("last", "from_date", "closes"),
    [
        (None, date(2025, 5, 1), False),
        (history.InForce(date(2025, 1, 1), None), date(2025, 5, 1), True),
        (history.InForce(date(2025, 1, 1), None), date(2025, 1, 1), True),
        (history.InForce(date(2025, 1, 1), date(2025, 4, 1)), date(2025, 5, 1), False),
        (history.InForce(date(2025, 1, 1), date(2025, 8, 1)), date(2025, 5, 1), True),
    ],
)
def test_check_change(last: history.InForce | None, from_date: date, closes: bool) -> None:
    assert history.check_change(last, from_date=from_date, on=ON, days_back=366) is closes


def test_check_change_refuses_a_date_before_the_row_in_force() -> None:
    with pytest.raises(history.ChangeBeforeCurrent):
        history.check_change(history.InForce(date(2025, 5, 2), None), from_date=date(2025, 5, 1), on=ON, days_back=366)


def test_check_change_refuses_a_date_too_far_back() -> None:
    with pytest.raises(history.ChangeTooFarBack):
        history.check_change(None, from_date=date(2025, 4, 30), on=ON, days_back=31)

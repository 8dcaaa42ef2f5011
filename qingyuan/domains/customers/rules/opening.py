"""What it takes to open an account (立户): the row, and the checks that need no database."""

import re
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers.rules import document
from qingyuan.domains.customers.rules.address import clean
from qingyuan.domains.customers.rules.states import AccountState, CollectionKind, CustomerKind
from qingyuan.kernel.errors import DomainError

PEOPLE_LIMIT = 99
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,31}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{3,18}[0-9]")


@dataclass(frozen=True, slots=True)
class NewRelief:
    """A relief scheme (优惠减免) from the opening on, with what proves it; `to_date` is its expiry, None for none."""

    scheme: str
    to_date: date | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """One account to open. Units, regions and communities are named by their codes.

    place            names the row for a person: "row 7"
    account_no       empty: drawn from the series
    customer_no      an existing customer's number; empty: a new customer of `kind` and `name` is made
    opened_date      None: the business date of the call
    people           people of the household; None: the tariff's base counts
    """

    place: str
    unit_code: str
    region_code: str
    name: str = ""
    account_no: str = ""
    customer_no: str = ""
    kind: CustomerKind = CustomerKind.PERSON
    community_code: str = ""
    street_no: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""
    phone: str = ""
    contact_name: str = ""
    may_message: bool = False
    document_type: str = ""
    document_no: str = ""
    tax_no: str = ""
    opened_date: date | None = None
    people: int | None = None
    evidence: str = ""
    reliefs: tuple[NewRelief, ...] = ()
    collection_kind: CollectionKind = CollectionKind.HALL
    user_type: str = ""
    tier_anchor: str = ""
    old_nos: tuple[str, ...] = ()
    classifications: tuple[tuple[str, str], ...] = ()
    state: AccountState = AccountState.ACTIVE
    note: str = ""


class NameMissing(DomainError):
    """A new customer needs a name."""

    code = "customers.name_missing"


class NumberInvalid(DomainError):
    """An account number is up to 32 letters, digits and . _ / -, beginning with a letter or digit."""

    code = "customers.number_invalid"


class PhoneInvalid(DomainError):
    """Not a phone number."""

    code = "customers.phone_invalid"


class PeopleInvalid(DomainError):
    """A household has 1 to 99 people."""

    code = "customers.people_invalid"


class OpenedInFuture(DomainError):
    """An account is opened on the business date or before it."""

    code = "customers.opened_in_future"


class AnchorInvalid(DomainError):
    """A tier cycle starts on a month-day that every year has: mm-dd, not 02-29."""

    code = "customers.anchor_invalid"


class OpeningStateInvalid(DomainError):
    """An account opens as ACTIVE or PRE_OPENED."""

    code = "customers.opening_state_invalid"


class ReliefInvalid(DomainError):
    """A relief needs a scheme and may not expire before it begins."""

    code = "customers.relief_invalid"


class TextTooLong(DomainError):
    """A text is longer than its place."""

    code = "customers.text_too_long"


_LENGTHS = {"name": 100, "note": 200, "evidence": 200, "tax_no": 20, "contact_name": 60, "user_type": 32}


def check(row: NewAccount, *, on: date) -> None:
    """Raises the first refusal of the row that needs no database; see the classes of this module and `document`."""
    if not clean(row.name) and not row.customer_no:
        raise NameMissing()
    for field, limit in _LENGTHS.items():
        if len(getattr(row, field)) > limit:
            raise TextTooLong(field=field, limit=limit)
    for number in (row.account_no, *row.old_nos):
        check_number(number)
    check_phone(row.phone)
    if row.people is not None:
        check_people(row.people)
    if (row.opened_date or on) > on:
        raise OpenedInFuture(opened_date=row.opened_date, on=on)
    if row.tier_anchor:
        check_anchor(row.tier_anchor)
    if row.state not in (AccountState.ACTIVE, AccountState.PRE_OPENED):
        raise OpeningStateInvalid(state=row.state)
    for relief in row.reliefs:
        check_relief(relief.scheme, row.opened_date or on, relief.to_date)
    if row.document_type or row.document_no:
        document.checked(row.document_type, row.document_no)


def check_number(number: str) -> None:
    """An account number or old number; empty is none. Raises NumberInvalid."""
    if number and not _NUMBER.fullmatch(number):
        raise NumberInvalid(number=number)


def check_phone(phone: str) -> None:
    """Digits with + before and spaces or - between; empty is none. Raises PhoneInvalid."""
    if phone and not _PHONE.fullmatch(phone):
        raise PhoneInvalid(phone=phone)


def check_people(people: int) -> None:
    """Raises PeopleInvalid."""
    if not 1 <= people <= PEOPLE_LIMIT:
        raise PeopleInvalid(people=people, limit=PEOPLE_LIMIT)


def check_anchor(anchor: str) -> None:
    """ "mm-dd" of a common year. Raises AnchorInvalid."""
    try:
        parsed = date.fromisoformat(f"2023-{anchor}")
    except ValueError:
        raise AnchorInvalid(anchor=anchor) from None
    if f"{parsed:%m-%d}" != anchor:
        raise AnchorInvalid(anchor=anchor)


def check_relief(scheme: str, from_date: date, to_date: date | None) -> None:
    """Raises ReliefInvalid."""
    if not scheme or len(scheme) > 32 or (to_date is not None and to_date < from_date):
        raise ReliefInvalid(scheme=scheme, to_date=to_date)

"""Opening accounts (立户), one or thousands: the same checks, one write."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.customers.declarations import ACCOUNT_NUMBERS, CUSTOMER_NUMBERS, OPEN
from qingyuan.domains.customers.operations.opening_lookups import (
    OpeningLookups,
    look_up,
    taken_account_nos,
    taken_customer_nos,
)
from qingyuan.domains.customers.operations.opening_rows import Opening, write
from qingyuan.domains.customers.rules.address import AddressParts, compose
from qingyuan.domains.customers.rules.opening import NewAccount, NewRelief, NumberInvalid, check
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit.operations import record_bulk
from qingyuan.platform.copying import violated_constraint
from qingyuan.platform.numbering.operations import reserve
from qingyuan.platform.staff.queries import Reach, reach

__all__ = [
    "AccountNoTaken",
    "AliasTaken",
    "ClassificationUnknown",
    "CommunityUnknown",
    "CustomerUnknown",
    "NewAccount",
    "NewRelief",
    "OpenedMeanwhile",
    "RegionUnknown",
    "RepeatedInFile",
    "UnitUnknown",
    "open_account",
    "open_accounts",
]


class UnitUnknown(DomainError):
    """No unit of a company has this code, or it is closed."""

    code = "customers.unit_unknown"


class RegionUnknown(DomainError):
    """No region of the company has this code."""

    code = "customers.region_unknown"


class CommunityUnknown(DomainError):
    """No estate of the company has this code."""

    code = "customers.community_unknown"


class CustomerUnknown(DomainError):
    """No customer of the company has this number."""

    code = "customers.customer_unknown"


class ClassificationUnknown(DomainError):
    """The scheme has no such value, or there is no such scheme."""

    code = "customers.classification_unknown"


class AccountNoTaken(DomainError):
    """Another account has this number."""

    code = "customers.account_no_taken"


class AliasTaken(DomainError):
    """Another account was known under this old number."""

    code = "customers.alias_taken"


class RepeatedInFile(DomainError):
    """An earlier row of the same file has this number."""

    code = "customers.repeated_in_file"


class OpenedMeanwhile(DomainError):
    """A number or address was taken by somebody else while the accounts were being opened; nothing was opened."""

    code = "customers.opened_meanwhile"


def open_accounts(*, actor: Actor, rows: Sequence[NewAccount], on: date, strict: bool = False) -> BatchResult:
    """Open an account for each good row: premise if new, customer, contact, account, holder, household size, reliefs,
    old numbers, classifications, search tokens. `on` is the business date.

    `ids` are the accounts in the order of the good rows; each bad row is in `failed` with its place and code, alone.
    With `strict` one bad row leaves all unopened. Raises OpenedMeanwhile.
    """
    with transaction.atomic():
        ids, refused = _open(actor, rows, on, strict)
    return BatchResult(
        ids=tuple(ids), failed=tuple(BatchIssue(row.place, error.code, error.params) for row, error in refused)
    )


def open_account(*, actor: Actor, row: NewAccount, on: date) -> int:
    """Open one account and return its id. Raises the row's refusal: see `open_accounts`, `rules.opening.check`, here."""
    with transaction.atomic():
        ids, refused = _open(actor, [row], on, strict=True)
    if refused:
        raise refused[0][1]
    return ids[0]


Refused = list[tuple[NewAccount, DomainError]]


def _open(actor: Actor, rows: Sequence[NewAccount], on: date, strict: bool) -> tuple[list[int], Refused]:
    lookups = look_up(rows)
    reached = reach(actor, OPEN, on=on)
    seen: set[object] = set()
    openings: list[Opening] = []
    refused: Refused = []
    for row in rows:
        try:
            openings.append(_accepted(row, lookups, reached, seen, on))
        except DomainError as error:
            refused.append((row, error))
    if not openings or (strict and refused):
        return [], refused
    _give_numbers(actor, openings, on)
    try:
        write(openings)
    except IntegrityError as error:
        raise OpenedMeanwhile(constraint=violated_constraint(error)) from error
    _audit(actor, openings)
    return [opening.account_id for opening in openings], refused


def _accepted(row: NewAccount, lookups: OpeningLookups, reached: Reach, seen: set[object], on: date) -> Opening:
    """The row with its ids and address. Raises its first refusal; `seen` takes up the numbers of good rows."""
    check(row, on=on)
    unit = lookups.units.get(row.unit_code)
    if unit is None or unit.company_id is None:
        raise UnitUnknown(unit_code=row.unit_code)
    if not reached.covers(unit.id):
        raise NotPermitted(permission=OPEN, unit_code=row.unit_code)
    company = unit.company_id
    region = lookups.regions.get((company, row.region_code))
    if region is None:
        raise RegionUnknown(region_code=row.region_code)
    community_id, community_name = None, ""
    if row.community_code:
        if (company, row.community_code) not in lookups.communities:
            raise CommunityUnknown(community_code=row.community_code)
        community_id, community_name = lookups.communities[company, row.community_code]
    customer = lookups.customers.get(row.customer_no)
    if row.customer_no and (customer is None or customer.company_id != company):
        raise CustomerUnknown(customer_no=row.customer_no)
    class_values = []
    for scheme, value in row.classifications:
        if (company, scheme, value) not in lookups.class_values:
            raise ClassificationUnknown(scheme=scheme, value=value)
        class_values.append(lookups.class_values[company, scheme, value])
    parts = AddressParts(region.path, community_name, row.street_no, row.building, row.entrance, row.room)
    address = compose(parts)
    _check_numbers(row, company, lookups, seen)
    return Opening(
        row=row,
        company_id=company,
        unit_id=unit.id,
        region_id=region.id,
        community_id=community_id,
        parts=parts,
        address=address,
        opened_date=row.opened_date or on,
        known_customer=customer,
        class_values=tuple(class_values),
        account_no=row.account_no,
    )


def _check_numbers(row: NewAccount, company: int, lookups: OpeningLookups, seen: set[object]) -> None:
    """Numbers are free in the database and in the file so far; then they are taken up into `seen`."""
    keys: list[object] = [row.account_no] if row.account_no else []
    if row.account_no in lookups.taken_account_nos:
        raise AccountNoTaken(account_no=row.account_no)
    for number in row.old_nos:
        if (company, number) in lookups.taken_old_nos:
            raise AliasTaken(old_no=number)
        keys.append((company, number))
    for key in keys:
        if key in seen:
            raise RepeatedInFile(number=key[1] if isinstance(key, tuple) else key)
    if len(set(keys)) < len(keys):
        raise NumberInvalid(number=row.old_nos[0])
    seen.update(keys)


def _give_numbers(actor: Actor, openings: list[Opening], on: date) -> None:
    """Draw account and customer numbers where a row brings none; a drawn number that an import has taken is left out."""
    for company in sorted({opening.company_id for opening in openings}):
        own = [opening for opening in openings if opening.company_id == company]
        unnumbered = [opening for opening in own if not opening.account_no]
        given = {opening.account_no for opening in own if opening.account_no}
        drawn = _drawn(ACCOUNT_NUMBERS, company, on, len(unnumbered), given)
        for opening, number in zip(unnumbered, drawn, strict=True):
            opening.account_no = number
        fresh = [opening for opening in own if opening.known_customer is None]
        for opening, number in zip(fresh, _drawn(CUSTOMER_NUMBERS, company, on, len(fresh), set()), strict=True):
            opening.customer_no = number


def _drawn(kind: str, company_id: int, on: date, count: int, given: set[str]) -> list[str]:
    taken_of = taken_account_nos if kind == ACCOUNT_NUMBERS else taken_customer_nos
    numbers: list[str] = []
    while len(numbers) < count:
        block = reserve(kind=kind, unit_id=company_id, on=on, count=count - len(numbers))
        fresh = [block.text_of(block.first + step) for step in range(block.count)]
        taken = taken_of(fresh) | given
        numbers += [number for number in fresh if number not in taken]
    return numbers


def _audit(actor: Actor, openings: list[Opening]) -> None:
    for company in sorted({opening.company_id for opening in openings}):
        own = [opening for opening in openings if opening.company_id == company]
        units = {opening.unit_id for opening in own}
        record_bulk(
            actor=actor,
            action="customers.open_accounts",
            object_type="account",
            object_keys_hash=sha256_hex("\n".join(sorted(opening.account_no for opening in own))),
            count=len(own),
            company_id=company,
            unit_id=units.pop() if len(units) == 1 else None,
        )

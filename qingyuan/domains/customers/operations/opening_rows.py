"""The rows that opening accounts writes, table by table (立户落库)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers.operations.documents import seal
from qingyuan.domains.customers.operations.opening_lookups import KnownCustomer, premises_at
from qingyuan.domains.customers.operations.pinyin import readings_of
from qingyuan.domains.customers.rules.address import AddressParts
from qingyuan.domains.customers.rules.opening import NewAccount
from qingyuan.domains.customers.rules.tokens import TokenFacts, account_tokens, searched_name
from qingyuan.platform.copying import copy_rows, copy_text, escaped, reserve_ids


@dataclass(slots=True)
class Opening:
    """A good row on its way into the database; numbers and ids are filled in as they are drawn."""

    row: NewAccount
    company_id: int
    unit_id: int
    region_id: int
    community_id: int | None
    parts: AddressParts
    address: str
    opened_date: date
    known_customer: KnownCustomer | None
    class_values: tuple[tuple[int, int], ...]
    account_no: str
    customer_no: str = ""
    account_id: int = 0
    customer_id: int = 0
    premise_id: int = 0

    @property
    def holder_name(self) -> str:
        return self.row.name.strip() or (self.known_customer.name if self.known_customer else "")


def write(openings: Sequence[Opening]) -> None:
    """COPY everything the openings are made of, parents first. Raises IntegrityError when somebody was faster."""
    for opening, account_id in zip(openings, reserve_ids("account", len(openings)), strict=True):
        opening.account_id = account_id
    _write_premises(openings)
    _write_customers(openings)
    _write_accounts(openings)
    _write_facts(openings)
    _write_tokens(openings)


def _write_premises(openings: Sequence[Opening]) -> None:
    known: dict[tuple[int, str], int] = {}
    for company in {opening.company_id for opening in openings}:
        addresses = {opening.address for opening in openings if opening.company_id == company}
        known.update({(company, address): id_ for address, id_ in premises_at(company, addresses).items()})
    fresh = {
        (opening.company_id, opening.address): opening
        for opening in reversed(openings)
        if (opening.company_id, opening.address) not in known
    }
    known.update(zip(fresh, reserve_ids("premise", len(fresh)), strict=True))
    copy_rows(
        "premise",
        (
            "id", "company_id", "region_id", "community_id", "street_no", "building", "entrance", "room",
            "address", "version",
        ),
        (
            (
                known[key], opening.company_id, opening.region_id, opening.community_id, opening.row.street_no,
                opening.row.building, opening.row.entrance, opening.row.room, opening.address, 1,
            )
            for key, opening in fresh.items()
        ),
    )  # fmt: skip
    for opening in openings:
        opening.premise_id = known[opening.company_id, opening.address]


def _write_customers(openings: Sequence[Opening]) -> None:
    fresh = [opening for opening in openings if opening.known_customer is None]
    for opening, customer_id in zip(fresh, reserve_ids("customer", len(fresh)), strict=True):
        opening.customer_id = customer_id
    for opening in openings:
        if opening.known_customer is not None:
            opening.customer_id = opening.known_customer.id
    copy_rows(
        "customer",
        (
            "id", "company_id", "customer_no", "kind", "name", "document_type", "document_cipher", "document_hash",
            "document_mask", "tax_no", "note", "version",
        ),
        (
            (
                opening.customer_id, opening.company_id, opening.customer_no, opening.row.kind.value,
                opening.holder_name, document.document_type, document.cipher, document.hash, document.mask,
                opening.row.tax_no, "", 1,
            )
            for opening in fresh
            for document in [seal(opening.row.document_type, opening.row.document_no)]
        ),
    )  # fmt: skip
    copy_rows(
        "contact",
        ("company_id", "customer_id", "name", "role", "phone", "email", "may_message", "is_primary", "version"),
        (
            (
                opening.company_id, opening.customer_id, opening.row.contact_name, "", opening.row.phone, "",
                opening.row.may_message, True, 1,
            )
            for opening in fresh
            if opening.row.phone or opening.row.contact_name
        ),
    )  # fmt: skip


def _write_accounts(openings: Sequence[Opening]) -> None:
    copy_rows(
        "account",
        (
            "id", "company_id", "unit_id", "account_no", "state", "premise_id", "collection_kind", "user_type",
            "tier_anchor", "opened_date", "note", "version",
        ),
        (
            (
                opening.account_id, opening.company_id, opening.unit_id, opening.account_no, opening.row.state.value,
                opening.premise_id, opening.row.collection_kind.value, opening.row.user_type, opening.row.tier_anchor,
                opening.opened_date, opening.row.note, 1,
            )
            for opening in openings
        ),
    )  # fmt: skip
    copy_rows(
        "account_holder",
        ("company_id", "account_id", "customer_id", "from_date"),
        ((opening.company_id, opening.account_id, opening.customer_id, opening.opened_date) for opening in openings),
    )


def _write_facts(openings: Sequence[Opening]) -> None:
    copy_rows(
        "household_size",
        ("company_id", "account_id", "people", "from_date", "evidence"),
        (
            (opening.company_id, opening.account_id, opening.row.people, opening.opened_date, opening.row.evidence)
            for opening in openings
            if opening.row.people is not None
        ),
    )
    copy_rows(
        "account_relief",
        ("company_id", "account_id", "scheme", "from_date", "to_date", "evidence"),
        (
            (
                opening.company_id, opening.account_id, relief.scheme, opening.opened_date, relief.to_date,
                relief.evidence,
            )
            for opening in openings
            for relief in opening.row.reliefs
        ),
    )  # fmt: skip
    copy_rows(
        "account_alias",
        ("company_id", "account_id", "old_no"),
        ((opening.company_id, opening.account_id, number) for opening in openings for number in opening.row.old_nos),
    )
    copy_rows(
        "account_classification",
        ("company_id", "account_id", "scheme_id", "value_id"),
        (
            (opening.company_id, opening.account_id, scheme_id, value_id)
            for opening in openings
            for scheme_id, value_id in opening.class_values
        ),
    )


def _write_tokens(openings: Sequence[Opening]) -> None:
    copy_text(
        "search_token",
        ("company_id", "account_id", "kind", "token"),
        (
            "".join([f"{head}\t{kind}\t{escaped(token)}\n" for kind, token in account_tokens(_facts(opening))])
            for opening in openings
            for head in [f"{opening.company_id}\t{opening.account_id}"]
        ),
    )


def _facts(opening: Opening) -> TokenFacts:
    return TokenFacts(
        account_no=opening.account_no,
        name=opening.holder_name,
        readings=readings_of(searched_name(opening.holder_name)),
        old_nos=opening.row.old_nos,
        phones=(opening.row.phone,),
        address=opening.parts,
    )

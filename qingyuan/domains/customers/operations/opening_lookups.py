"""What set-wise opening must know from the database, fetched once for all rows (立户所需的对照)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qingyuan.domains.customers.models import (
    Account,
    AccountAlias,
    ClassificationValue,
    Community,
    Customer,
    Premise,
    Region,
)
from qingyuan.domains.customers.rules.opening import NewAccount
from qingyuan.platform.organisation.models import OrgUnit

Coded = tuple[int, str]
"""(company id, code): codes are unique within a company."""


@dataclass(frozen=True, slots=True)
class KnownUnit:
    id: int
    company_id: int | None


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """`path` holds the names from the top down to the region itself."""

    id: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    id: int
    company_id: int
    name: str


@dataclass(frozen=True, slots=True)
class OpeningLookups:
    """Everything by the natural keys that rows use."""

    units: dict[str, KnownUnit]
    regions: dict[Coded, KnownRegion]
    communities: dict[Coded, tuple[int, str]]
    customers: dict[str, KnownCustomer]
    class_values: dict[tuple[int, str, str], tuple[int, int]]
    taken_account_nos: frozenset[str]
    taken_old_nos: frozenset[Coded]


def look_up(rows: Sequence[NewAccount]) -> OpeningLookups:
    """A fixed number of queries, however many rows."""
    units = {
        code: KnownUnit(id_, company)
        for id_, code, company in OrgUnit.objects.filter(
            code__in={row.unit_code for row in rows}, closed_date__isnull=True
        ).values_list("id", "code", "company_id")
    }
    companies = {unit.company_id for unit in units.values() if unit.company_id is not None}
    account_nos = [row.account_no for row in rows if row.account_no]
    old_nos = [number for row in rows for number in row.old_nos]
    return OpeningLookups(
        units=units,
        regions=_regions(companies),
        communities={
            (company, code): (id_, name)
            for id_, company, code, name in Community.objects.filter(
                company_id__in=companies, code__in={row.community_code for row in rows if row.community_code}
            ).values_list("id", "company_id", "code", "name")
        },
        customers={
            number: KnownCustomer(id_, company, name)
            for id_, company, number, name in Customer.objects.filter(
                customer_no__any={row.customer_no for row in rows if row.customer_no}
            ).values_list("id", "company_id", "customer_no", "name")
        },
        class_values=_class_values(companies) if any(row.classifications for row in rows) else {},
        taken_account_nos=taken_account_nos(account_nos),
        taken_old_nos=frozenset(
            AccountAlias.objects.filter(company_id__in=companies, old_no__in=old_nos).values_list(
                "company_id", "old_no"
            )
        ),
    )


def taken_account_nos(numbers: Iterable[str]) -> frozenset[str]:
    """Those of the numbers that an account already has."""
    return frozenset(Account.objects.filter(account_no__any=list(numbers)).values_list("account_no", flat=True))


def taken_customer_nos(numbers: Iterable[str]) -> frozenset[str]:
    """Those of the numbers that a customer already has."""
    return frozenset(Customer.objects.filter(customer_no__any=list(numbers)).values_list("customer_no", flat=True))


def premises_at(company_id: int, addresses: Iterable[str]) -> dict[str, int]:
    """Premises of the company by their address."""
    return dict(
        Premise.objects.filter(company_id=company_id, address__any=list(addresses)).values_list("address", "id")
    )


def _regions(companies: Iterable[int]) -> dict[Coded, KnownRegion]:
    rows = {
        id_: (company, code, name, parent)
        for id_, company, code, name, parent in Region.objects.filter(company_id__in=list(companies)).values_list(
            "id", "company_id", "code", "name", "parent_id"
        )
    }

    def path(region_id: int | None) -> tuple[str, ...]:
        if region_id is None:
            return ()
        _, _, name, parent = rows[region_id]
        return (*path(parent), name)

    return {(company, code): KnownRegion(id_, path(id_)) for id_, (company, code, _, _) in rows.items()}


def _class_values(companies: Iterable[int]) -> dict[tuple[int, str, str], tuple[int, int]]:
    rows = ClassificationValue.objects.filter(company_id__in=list(companies)).values_list(
        "company_id", "scheme__code", "code", "scheme_id", "id"
    )
    return {(company, scheme, value): (scheme_id, id_) for company, scheme, value, scheme_id, id_ in rows}

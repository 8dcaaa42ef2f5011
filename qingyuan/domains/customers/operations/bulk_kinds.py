"""The facts of accounts that are changed in bulk: household size and relief (批量变更：人口、减免)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Generic

from django.db import models

from qingyuan.domains.customers.declarations import CHANGE
from qingyuan.domains.customers.models import AccountRelief, HouseholdSize
from qingyuan.domains.customers.operations.bulk import FactKind, Part, Subject, last_facts
from qingyuan.domains.customers.operations.locks import lock_accounts
from qingyuan.domains.customers.operations.relief_schemes import ReliefSchemeRetired, retired_schemes
from qingyuan.domains.customers.operations.succession import AccountClosed
from qingyuan.domains.customers.queries import account_refs
from qingyuan.domains.customers.rules.bulk import BulkRow, LastFact, ValueT
from qingyuan.domains.customers.rules.opening import check_people, check_relief
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import DomainError


class AccountKind(FactKind[ValueT], Generic[ValueT]):
    """What facts of accounts have in common."""

    permission = CHANGE
    object_type = "account"

    def subjects(self, numbers: Collection[str]) -> Mapping[str, Subject]:
        return {
            number: Subject(
                ref.id, number, ref.company_id, ref.unit_id, ref.opened_date, ref.state is AccountState.CLOSED
            )
            for number, ref in account_refs(numbers).items()
        }

    def lock(self, subject_ids: Iterable[int]) -> None:
        lock_accounts(subject_ids)

    def closed(self, subject: Subject) -> DomainError:
        return AccountClosed(account_no=subject.number)


class HouseholdKind(AccountKind[int]):
    """Household size (用水人口): the value is the number of people."""

    action = "customers.bulk_people"

    @property
    def model(self) -> type[models.Model]:
        return HouseholdSize

    def check(self, row: BulkRow[int]) -> None:
        check_people(row.value)

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[int]]:
        rows = HouseholdSize.objects.filter(account_id__any=list(subject_ids)).order_by("from_date", "id")
        told = rows.values_list("id", "account_id", "people", "from_date", "to_date")
        return last_facts((key, account, "", people, start, end) for key, account, people, start, end in told)

    def rows_of(self, subject: Subject, row: BulkRow[int]) -> list[models.Model]:
        return [
            HouseholdSize(
                company_id=subject.company_id,
                account_id=subject.id,
                people=row.value,
                from_date=row.from_date,
                to_date=row.to_date,
                evidence=row.evidence,
            )
        ]


class ReliefKind(AccountKind[str]):
    """Relief (优惠减免): the value is the scheme. One in force is prolonged or replaced."""

    action = "customers.bulk_relief"

    def __init__(self, company_id: int) -> None:
        super().__init__(company_id)
        self._retired: frozenset[str] = frozenset()

    @property
    def model(self) -> type[models.Model]:
        return AccountRelief

    def look_up(self, values: Sequence[str]) -> None:
        self._retired = retired_schemes(self.company_id, set(values))

    def check(self, row: BulkRow[str]) -> None:
        check_relief(row.value, row.from_date, row.to_date)
        if row.value in self._retired:
            raise ReliefSchemeRetired(scheme=row.value)

    def part(self, value: str) -> str:
        return value

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[str]]:
        rows = AccountRelief.objects.filter(account_id__any=list(subject_ids)).order_by("from_date", "id")
        return last_facts(rows.values_list("id", "account_id", "scheme", "scheme", "from_date", "to_date"))

    def is_same(self, last: LastFact[str] | None, row: BulkRow[str]) -> bool:
        return last is not None and (last.from_date, last.to_date) == (row.from_date, row.to_date)

    def rows_of(self, subject: Subject, row: BulkRow[str]) -> list[models.Model]:
        return [
            AccountRelief(
                company_id=subject.company_id,
                account_id=subject.id,
                scheme=row.value,
                from_date=row.from_date,
                to_date=row.to_date,
                evidence=row.evidence,
            )
        ]

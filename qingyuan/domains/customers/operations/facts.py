"""What holds for an account over time and changes with evidence: holder, household size, relief (过户、人口、减免)."""

from datetime import date

from django.db import transaction

from qingyuan.domains.customers.declarations import CHANGE
from qingyuan.domains.customers.models import AccountHolder, AccountRelief, Customer, HouseholdSize
from qingyuan.domains.customers.operations.payer_groups import leave_payer_group
from qingyuan.domains.customers.operations.relief_schemes import ReliefSchemeRetired, retired_schemes
from qingyuan.domains.customers.operations.succession import add, audit_account, close_last, last_of, locked_account
from qingyuan.domains.customers.operations.tokens import refresh_tokens
from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence, check_span
from qingyuan.domains.customers.rules.opening import check_people, check_relief
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound


class HeldByOtherCompany(DomainError):
    """The customer belongs to another company."""

    code = "customers.customer_of_other_company"


class ReliefNotInForce(DomainError):
    """The account has no such relief in force on that day."""

    code = "customers.relief_not_in_force"


def change_holder(*, actor: Actor, account_id: int, customer_id: int, from_date: date, evidence: str, on: date) -> int:
    """The customer holds the account from `from_date` on; returns the new row's id.

    Open bills, prepayments and deposits stay with whom they belong to. The account leaves its payer group, unless it goes
    to the customer who pays for the group. Raises NotFound, NotPermitted, AccountClosed,
    HeldByOtherCompany, EvidenceMissing, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(evidence)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        customer = Customer.objects.filter(id=customer_id).first()
        if customer is None:
            raise NotFound(customer_id=customer_id)
        if customer.company_id != account.company_id:
            raise HeldByOtherCompany(customer_no=customer.customer_no)
        rows = AccountHolder.objects.filter(account_id=account_id)
        last = last_of(rows)
        if last is not None and last.customer_id == customer_id and last.to_date is None:
            raise NothingChanges(customer_no=customer.customer_no)
        close_last(rows, account=account, from_date=from_date, on=on)
        holder = add(
            AccountHolder(
                company_id=account.company_id, account_id=account_id, customer_id=customer_id, from_date=from_date
            )
        )
        refresh_tokens([account_id])
        left = leave_payer_group(account, from_date=from_date, on=on, keep_payer_id=customer_id)
        audit_account(
            actor,
            account,
            "customers.change_holder",
            before={"customer": last.customer.customer_no if last else None, **({"payer_group": left} if left else {})},
            after={"customer": customer.customer_no, "from_date": from_date},
            reason=evidence,
        )
    return holder.pk


def set_household_size(
    *,
    actor: Actor,
    account_id: int,
    people: int,
    from_date: date,
    evidence: str,
    on: date,
    to_date: date | None = None,
) -> int:
    """The household has so many people in [from_date, to_date); returns the new row's id. After an expiry the tariff's
    base counts again.

    It counts for usage spans that start on or after `from_date`. Raises NotFound, NotPermitted, AccountClosed,
    PeopleInvalid, SpanInvalid, EvidenceMissing, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(evidence)
    check_people(people)
    check_span(from_date, to_date)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        rows = HouseholdSize.objects.filter(account_id=account_id)
        last = last_of(rows)
        if last is not None and (last.people, last.to_date) == (people, to_date):
            raise NothingChanges(people=people)
        close_last(rows, account=account, from_date=from_date, on=on)
        size = add(
            HouseholdSize(
                company_id=account.company_id,
                account_id=account_id,
                people=people,
                from_date=from_date,
                to_date=to_date,
                evidence=evidence,
            )
        )
        audit_account(
            actor,
            account,
            "customers.set_household_size",
            before={"people": last.people if last else None, "from_date": last.from_date if last else None},
            after={"people": people, "from_date": from_date, "to_date": to_date},
            reason=evidence,
        )
    return size.pk


def set_relief(
    *,
    actor: Actor,
    account_id: int,
    scheme: str,
    from_date: date,
    to_date: date | None,
    evidence: str,
    on: date,
) -> int:
    """Grant the relief scheme in [from_date, to_date), prolonging or replacing one in force; returns the new row's id.

    After `to_date` the normal price returns by itself. Raises NotFound, NotPermitted, AccountClosed, ReliefInvalid,
    ReliefSchemeRetired, EvidenceMissing, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(evidence)
    check_relief(scheme, from_date, to_date)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        if retired_schemes(account.company_id, [scheme]):
            raise ReliefSchemeRetired(scheme=scheme)
        rows = AccountRelief.objects.filter(account_id=account_id, scheme=scheme)
        last = last_of(rows)
        if last is not None and (last.from_date, last.to_date) == (from_date, to_date):
            raise NothingChanges(scheme=scheme)
        close_last(rows, account=account, from_date=from_date, on=on)
        relief = add(
            AccountRelief(
                company_id=account.company_id,
                account_id=account_id,
                scheme=scheme,
                from_date=from_date,
                to_date=to_date,
                evidence=evidence,
            )
        )
        audit_account(
            actor,
            account,
            "customers.set_relief",
            after={"scheme": scheme, "from_date": from_date, "to_date": to_date},
            reason=evidence,
        )
    return relief.pk


def end_relief(*, actor: Actor, account_id: int, scheme: str, to_date: date, reason: str, on: date) -> None:
    """End the relief in force before its expiry. Raises NotFound, NotPermitted, AccountClosed, EvidenceMissing,
    ReliefNotInForce, ChangeBeforeCurrent, ChangeTooFarBack."""
    check_evidence(reason)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        rows = AccountRelief.objects.filter(account_id=account_id, scheme=scheme)
        last = last_of(rows)
        if last is None or (last.to_date is not None and last.to_date <= to_date):
            raise ReliefNotInForce(scheme=scheme, on=to_date)
        close_last(rows, account=account, from_date=to_date, on=on)
        audit_account(
            actor,
            account,
            "customers.end_relief",
            before={"scheme": scheme, "to_date": last.to_date},
            after={"scheme": scheme, "to_date": to_date},
            reason=reason,
        )

"""Giving an account to another holder (过户): the new holder is a customer there is, or one entered with it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.operations.opening import CustomerUnknown
from qingyuan.domains.customers.queries import account_ref, customer_id_of
from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class NewHolder:
    """Who takes the account over: an existing customer by number, else a new one of this kind and name."""

    customer_no: str = ""
    kind: CustomerKind = CustomerKind.PERSON
    name: str = ""
    phone: str = ""
    document_type: str = ""
    document_no: str = ""
    tax_no: str = ""


def transfer_account(
    *, actor: Actor, account_no: str, holder: NewHolder, from_date: date, evidence: str, on: date
) -> int:
    """The account is held by `holder` from `from_date` on; returns the holder row's id. All of it or nothing.

    Raises CustomerUnknown, and what customers' `create_customer` and `change_holder` raise.
    """
    with transaction.atomic():
        account = account_ref(account_no)
        customers.lock_accounts([account.id])  # before a customer number is drawn: the order of locks
        if holder.customer_no:
            customer_id = customer_id_of(account.company_id, holder.customer_no)
            if customer_id is None:
                raise CustomerUnknown(customer_no=holder.customer_no)
        else:
            customer_id = customers.create_customer(
                actor=actor,
                company_id=account.company_id,
                kind=holder.kind,
                name=holder.name,
                phone=holder.phone,
                document_type=holder.document_type,
                document_no=holder.document_no,
                tax_no=holder.tax_no,
                on=on,
            )
        return customers.change_holder(
            actor=actor,
            account_id=account.id,
            customer_id=customer_id,
            from_date=from_date,
            evidence=evidence,
            on=on,
        )

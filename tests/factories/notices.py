"""Accounts that can be told: a contact with a number for the holder of a point's account."""

from qingyuan.domains.customers.models import AccountHolder, Contact
from tests.factories.billing import account_of


def give_phone(point_id: int, phone: str = "13900000001", *, may_message: bool = True, is_primary: bool = True) -> int:
    """A contact of the account's holder; returns its id."""
    holder = AccountHolder.objects.get(account_id=account_of(point_id))
    contact = Contact.objects.create(
        company_id=holder.company_id,
        customer_id=holder.customer_id,
        phone=phone,
        may_message=may_message,
        is_primary=is_primary,
    )
    return contact.pk

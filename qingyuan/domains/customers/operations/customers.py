"""Customers themselves (客户资料): name, identity document, tax number, how they are reached."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from qingyuan.domains.customers.declarations import CHANGE, CUSTOMER_NUMBERS
from qingyuan.domains.customers.models import AccountHolder, Contact, Customer
from qingyuan.domains.customers.operations.documents import NO_DOCUMENT, seal
from qingyuan.domains.customers.operations.tokens import refresh_tokens
from qingyuan.domains.customers.rules.address import clean
from qingyuan.domains.customers.rules.opening import NameMissing, TextTooLong, check_phone
from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.platform.audit.operations import record
from qingyuan.platform.numbering.operations import draw
from qingyuan.platform.staff.operations import require
from qingyuan.platform.staff.queries import reach

NAME_LIMIT = 100


def create_customer(
    *,
    actor: Actor,
    company_id: int,
    kind: CustomerKind,
    name: str,
    on: date,
    phone: str = "",
    document_type: str = "",
    document_no: str = "",
    tax_no: str = "",
) -> int:
    """A customer without an account yet, as one who takes an account over (过户新户主); returns its id.

    Raises NotPermitted, NameMissing, TextTooLong, PhoneInvalid, DocumentInvalid.
    """
    require(actor, CHANGE, on=on)
    _check_name(name)
    check_phone(phone)
    document = seal(document_type, document_no)
    with transaction.atomic():
        number = draw(kind=CUSTOMER_NUMBERS, unit_id=company_id, on=on)
        customer = Customer.objects.create(
            company_id=company_id,
            customer_no=number.text,
            kind=kind.value,
            name=name.strip(),
            document_type=document.document_type,
            document_cipher=document.cipher,
            document_hash=document.hash,
            document_mask=document.mask,
            tax_no=tax_no,
        )
        if phone:
            Contact.objects.create(company_id=company_id, customer=customer, phone=phone, is_primary=True)
        _audit(actor, customer, "customers.update_customer", {}, {"name": customer.name, "kind": kind.value})
    return customer.pk


def update_customer(
    *,
    actor: Actor,
    customer_id: int,
    version: int,
    name: str,
    tax_no: str,
    note: str,
    on: date,
    document_type: str = "",
    document_no: str = "",
) -> None:
    """Correct the customer's name and numbers; an empty document number leaves the document as it is.

    A new holder is no correction: see `change_holder`. Raises NotFound, NotPermitted, StaleEdit, NameMissing,
    TextTooLong, DocumentInvalid.
    """
    _check_name(name)
    document = seal(document_type, document_no) if document_no else NO_DOCUMENT
    with transaction.atomic():
        customer = _reached(actor, customer_id, on)
        before = {"name": customer.name, "tax_no": customer.tax_no, "note": customer.note}
        after: dict[str, object] = {"name": name.strip(), "tax_no": tax_no, "note": note}
        changed = dict(after)
        if document is not NO_DOCUMENT:
            changed |= {
                "document_type": document.document_type,
                "document_cipher": document.cipher,
                "document_hash": document.hash,
                "document_mask": document.mask,
            }
            before["document"], after["document"] = customer.document_mask, document.mask
        if not Customer.objects.filter(id=customer_id, version=version).update(**changed, version=version + 1):
            raise StaleEdit(customer_no=customer.customer_no)
        refresh_tokens(_accounts_held(customer_id))
        _audit(actor, customer, "customers.update_customer", before, after)


def set_contact(
    *,
    actor: Actor,
    customer_id: int,
    phone: str,
    on: date,
    contact_id: int | None = None,
    name: str = "",
    role: str = "",
    email: str = "",
    may_message: bool = False,
    is_primary: bool = False,
) -> int:
    """Add a contact, or change the one named; a new primary takes the place of the old. Returns its id.

    Raises NotFound, NotPermitted, PhoneInvalid.
    """
    check_phone(phone)
    with transaction.atomic():
        customer = _reached(actor, customer_id, on)
        contact = Contact(company_id=customer.company_id, customer=customer)
        if contact_id is not None:
            found = Contact.objects.filter(id=contact_id, customer=customer).first()
            if found is None:
                raise NotFound(contact_id=contact_id)
            contact = found
        before = {"phone": contact.phone, "name": contact.name, "may_message": contact.may_message}
        if is_primary:
            Contact.objects.filter(customer=customer, is_primary=True).update(is_primary=False)
        contact.name, contact.role, contact.phone, contact.email = name, role, phone, email
        contact.may_message, contact.is_primary = may_message, is_primary
        contact.version += 1 if contact.pk else 0
        contact.save()
        refresh_tokens(_accounts_held(customer_id))
        after = {"phone": phone, "name": name, "may_message": may_message}
        _audit(actor, customer, "customers.set_contact", before, after)
    return contact.pk


def _check_name(name: str) -> None:
    if not clean(name):
        raise NameMissing()
    if len(name) > NAME_LIMIT:
        raise TextTooLong(field="name", limit=NAME_LIMIT)


def _reached(actor: Actor, customer_id: int, on: date) -> Customer:
    """The customer, whom the actor reaches by one of his accounts. Raises NotFound, NotPermitted."""
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        raise NotFound(customer_id=customer_id)
    reached = reach(actor, CHANGE, on=on)
    units = set(AccountHolder.objects.filter(customer_id=customer_id).values_list("account__unit_id", flat=True))
    if not any(reached.covers(unit) for unit in units or {customer.company_id}):
        raise NotPermitted(permission=CHANGE, customer_no=customer.customer_no)
    return customer


def _accounts_held(customer_id: int) -> list[int]:
    held = AccountHolder.objects.filter(customer_id=customer_id, to_date__isnull=True)
    return list(held.order_by("account_id").values_list("account_id", flat=True))


def _audit(
    actor: Actor, customer: Customer, action: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    record(
        actor=actor,
        action=action,
        object_type="customer",
        object_key=customer.customer_no,
        company_id=customer.company_id,
        before=before,
        after=after,
    )

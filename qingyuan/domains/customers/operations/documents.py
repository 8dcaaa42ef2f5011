"""Keeping identity documents secret (证件加密): encrypted, searched by a keyed hash, shown masked.

The keys are the instance's data keys (settings.DATA_KEYS): the first encrypts, all decrypt; the hash is keyed by one
derived from the last, so that a new key put in front changes no hash.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction

from qingyuan.domains.customers.declarations import SEE_DOCUMENT
from qingyuan.domains.customers.models import AccountHolder, Customer
from qingyuan.domains.customers.rules import document
from qingyuan.domains.customers.rules.history import check_evidence
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """The three forms in which a document number is kept."""

    document_type: str
    cipher: bytes | None
    hash: str
    mask: str


NO_DOCUMENT = SealedDocument("", None, "", "")


def seal(document_type: str, number: str) -> SealedDocument:
    """The document ready to be stored; NO_DOCUMENT for none. Raises DocumentInvalid."""
    if not document_type and not number:
        return NO_DOCUMENT
    kept = document.checked(document_type, number)
    return SealedDocument(
        document_type, _cipher().encrypt(kept.encode()), document_hash(document_type, kept), document.masked(kept)
    )


def document_hash(document_type: str, number: str) -> str:
    """The keyed hash by which a document is found again. Raises DocumentInvalid."""
    kept = document.checked(document_type, number)
    return hmac.new(_hash_key(), f"{document_type}:{kept}".encode(), hashlib.sha256).hexdigest()


def reveal_document(*, actor: Actor, customer_id: int, on: date, reason: str) -> str:
    """The whole document number, audited with the reason; empty when there is none.

    Raises NotFound, NotPermitted (the unit of one of the customer's accounts must be reached) and EvidenceMissing
    without a reason.
    """
    check_evidence(reason)
    with transaction.atomic():
        customer = Customer.objects.filter(id=customer_id).first()
        if customer is None:
            raise NotFound(customer_id=customer_id)
        holding = AccountHolder.objects.filter(customer_id=customer_id).order_by("-from_date", "-id")
        unit_id = holding.values_list("account__unit_id", flat=True).first() or customer.company_id
        require(actor, SEE_DOCUMENT, on=on, unit_id=unit_id)
        record(
            actor=actor,
            action="customers.reveal_document",
            object_type="customer",
            object_key=customer.customer_no,
            company_id=customer.company_id,
            unit_id=unit_id,
            reason=reason,
        )
    if customer.document_cipher is None:
        return ""
    return _cipher().decrypt(bytes(customer.document_cipher)).decode()


@lru_cache(maxsize=1)
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.DATA_KEYS])


@lru_cache(maxsize=1)
def _hash_key() -> bytes:
    return hashlib.sha256(b"customers.document_hash:" + settings.DATA_KEYS[-1].encode()).digest()

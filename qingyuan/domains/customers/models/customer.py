"""Customers (客户) and how they are reached."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class Customer(CompanyRow):
    """A person or an organisation that has, or had, an account.

    The identity document is kept encrypted (`document_cipher`), searched by a keyed hash (`document_hash`) and shown
    masked (`document_mask`).
    """

    customer_no = CodeField(unique=True)
    kind = CodeField(choices=choices_of(CustomerKind))
    name = models.CharField(max_length=100)
    document_type = CodeField(blank=True)
    document_cipher = models.BinaryField(null=True)
    document_hash = models.CharField(max_length=64, blank=True)
    document_mask = models.CharField(max_length=40, blank=True)
    tax_no = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customer"
        indexes = [models.Index(fields=["document_hash"], name="customer_document", condition=~Q(document_hash=""))]
        constraints = [one_of("kind", CustomerKind, "customer_kind")]

    def __str__(self) -> str:
        return self.name


class Contact(CompanyPart):
    """A person to reach about a customer, with the consent to messages."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=60, blank=True)
    role = CodeField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=100, blank=True)
    may_message = models.BooleanField(default=False)
    is_primary = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "contact"
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="contact_one_primary")
        ]

    def __str__(self) -> str:
        return self.name or self.phone

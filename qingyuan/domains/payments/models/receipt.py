"""Receipts (收据) and how often each was printed."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.platform.columns import CodeField


class Receipt(models.Model):
    """The receipt of a payment: its own gapless number, drawn in the payment's transaction, and what it said (`content`)."""

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    form_type = CodeField(default="RECEIPT")
    receipt_no = CodeField()
    number = models.BigIntegerField()
    payment = models.OneToOneField("payments.Payment", on_delete=models.PROTECT, related_name="receipt")
    content = models.JSONField()

    class Meta:
        db_table = "receipt"
        constraints = [
            models.UniqueConstraint(fields=["receipt_no"], name="receipt_no_once"),
            models.UniqueConstraint(fields=["unit", "form_type", "number"], name="receipt_number_once"),
        ]

    def __str__(self) -> str:
        return self.receipt_no


class ReceiptPrint(models.Model):
    """One printing of a receipt (打印记录); the second and later ones are marked 补打."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="prints")
    print_no = models.PositiveIntegerField()
    printed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    printed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "receipt_print"
        constraints = [models.UniqueConstraint(fields=["receipt", "print_no"], name="receipt_print_once")]

    def __str__(self) -> str:
        return f"{self.receipt_id} #{self.print_no}"

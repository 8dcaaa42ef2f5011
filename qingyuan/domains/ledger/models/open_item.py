"""Receivables and what cleared them (应收、核销). Bulk tables: no row-level foreign keys; a set-based check stands in."""

from django.db import models
from django.db.models import F, Q

from qingyuan.domains.ledger.rules.states import ClearingSource, ReceivableKind
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of


class OpenItem(models.Model):
    """One receivable (应收款), usually one bill. `outstanding` is the only column that changes: amount − Σ clearings.

    `bill_id` names the bill without a foreign key (bills live above); `label` is what a person knows it by (bill number).
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "customers.Account", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = CodeField(choices=choices_of(ReceivableKind))
    bill_id = models.BigIntegerField(null=True)
    label = CodeField()
    yyyymm = models.PositiveIntegerField()
    posting_date = models.DateField()
    due_date = models.DateField()
    amount = MoneyField()
    outstanding = MoneyField()
    journal = models.ForeignKey(
        "ledger.Journal", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        db_table = "open_item"
        indexes = [
            models.Index(fields=["account", "due_date", "id"], name="open_item_owed", condition=Q(outstanding__gt=0)),
            models.Index(fields=["account", "id"], name="open_item_account"),
        ]
        constraints = [
            one_of("kind", ReceivableKind, "open_item_kind"),
            models.UniqueConstraint(fields=["bill_id"], condition=Q(bill_id__isnull=False), name="open_item_bill"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="open_item_amount"),
            models.CheckConstraint(
                condition=Q(outstanding__gte=0, outstanding__lte=F("amount")), name="open_item_outstanding"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class OpenItemPart(models.Model):
    """The part of a receivable that belongs to one charge item. Append-only."""

    pk = models.CompositePrimaryKey("open_item_id", "charge_item_id")
    open_item = models.ForeignKey(
        OpenItem, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="parts"
    )
    charge_item = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    amount = MoneyField()

    class Meta:
        db_table = "open_item_part"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="open_item_part_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.open_item_id}/{self.charge_item_id}"


class OpenItemNetting(models.Model):
    """What a bill's negative item took from a positive part (轧抵): with the parts it tells the amounts as they were
    posted. Append-only. Bulk: no row-level foreign keys.
    """

    open_item = models.ForeignKey(
        OpenItem, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="nettings"
    )
    from_charge = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    into_charge = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    amount = MoneyField()

    class Meta:
        db_table = "open_item_netting"
        constraints = [
            models.UniqueConstraint(fields=["open_item", "from_charge", "into_charge"], name="open_item_netting_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="open_item_netting_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.open_item_id}: {self.from_charge_id} → {self.into_charge_id}"


class Clearing(models.Model):
    """Source × open item × charge item × amount (核销). Append-only; undoing is a row with the negative amount (`reverses`).

    `source_id` names, by `source`, the payment part, the prepayment movement, the credit note, or the bill reversed.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    open_item = models.ForeignKey(OpenItem, on_delete=models.DO_NOTHING, db_constraint=False, related_name="clearings")
    charge_item = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    source = CodeField(choices=choices_of(ClearingSource))
    source_id = models.BigIntegerField()
    amount = MoneyField()
    value_date = models.DateField()
    journal = models.ForeignKey("ledger.Journal", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    reverses = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="reversed_by"
    )

    class Meta:
        db_table = "clearing"
        indexes = [models.Index(fields=["source", "source_id"], name="clearing_source")]
        constraints = [
            one_of("source", ClearingSource, "clearing_source_known"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="clearing_reversed_once"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="clearing_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.open_item_id} {self.amount}"


class CreditNote(models.Model):
    """Money owed back by a credit bill (贷项): used up at once, by clearings and what goes to prepayment."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    bill_id = models.BigIntegerField(unique=True)
    label = CodeField()
    amount = MoneyField()
    to_prepayment = MoneyField()
    journal = models.ForeignKey("ledger.Journal", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "credit_note"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, to_prepayment__gte=0), name="credit_note_amount"),
            models.CheckConstraint(condition=Q(to_prepayment__lte=F("amount")), name="credit_note_prepayment"),
        ]

    def __str__(self) -> str:
        return self.label


class CreditNotePart(models.Model):
    """The part of a credit note that belongs to one charge item."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="parts")
    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        db_table = "credit_note_part"
        constraints = [models.UniqueConstraint(fields=["credit_note", "charge_item"], name="credit_note_part_once")]

    def __str__(self) -> str:
        return f"{self.credit_note_id}/{self.charge_item_id}"


class CreditNoteReversal(models.Model):
    """A credit note whose bill was cancelled: what it cleared is owed again. Append-only."""

    credit_note = models.OneToOneField(CreditNote, on_delete=models.PROTECT, related_name="reversal")
    journal = models.ForeignKey("ledger.Journal", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        db_table = "credit_note_reversal"

    def __str__(self) -> str:
        return str(self.credit_note_id)

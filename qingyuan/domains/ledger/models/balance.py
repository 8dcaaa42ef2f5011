"""Stored balances: prepayment per account and customer, and what an account owes (预存、账户余额). `verify` proves them."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.ledger.rules.states import MovementKind
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of


class Prepayment(models.Model):
    """Money paid ahead (预存) by one customer on one account; never negative."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    balance = MoneyField(default=0)

    class Meta:
        db_table = "prepayment"
        constraints = [
            models.UniqueConstraint(fields=["account", "customer"], name="prepayment_once"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="prepayment_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.balance}"


class PrepaymentMovement(models.Model):
    """One change of a prepayment. Append-only. Bulk: no row-level foreign keys."""

    prepayment = models.ForeignKey(
        Prepayment, on_delete=models.DO_NOTHING, db_constraint=False, related_name="movements"
    )
    kind = CodeField(choices=choices_of(MovementKind))
    amount = MoneyField()
    source_type = CodeField(blank=True)
    source_id = models.BigIntegerField(null=True)
    value_date = models.DateField()
    journal = models.ForeignKey("ledger.Journal", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    reverses = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="reversed_by"
    )

    class Meta:
        db_table = "prepayment_movement"
        constraints = [
            one_of("kind", MovementKind, "prepayment_movement_kind"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="prepayment_movement_reversed_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="prepayment_movement_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.prepayment_id} {self.amount}"


class AccountBalance(models.Model):
    """What an account owes and has paid ahead: the figures that lists sort by. Derived, stored, proved by `verify`."""

    account = models.OneToOneField(
        "customers.Account", on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    # Every posting rewrites these rows in place: an index on a figure would have to be written each time.
    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, related_name="+")
    owed = MoneyField(default=0)
    oldest_due_date = models.DateField(null=True)
    open_count = models.PositiveIntegerField(default=0)
    prepaid = MoneyField(default=0)

    class Meta:
        db_table = "account_balance"
        constraints = [models.CheckConstraint(condition=Q(owed__gte=0, prepaid__gte=0), name="account_balance_sign")]

    def __str__(self) -> str:
        return f"{self.account_id} −{self.owed} +{self.prepaid}"

"""Bills (账单). Bulk tables: no row-level foreign keys; a set-based check in the same transaction stands in."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from qingyuan.domains.billing.rules.states import BillBasis, BillKind
from qingyuan.platform.columns import (
    CodeField,
    MoneyField,
    PriceField,
    RateField,
    VolumeField,
    choices_of,
    one_of,
)


class Bill(models.Model):
    """What an account is charged for one point and reading period. Append-only; live unless a BillReversal names it.

    Three things are kept apart: tier position (`tier_position`, `tier_sequence`), reading period (`yyyymm`, `round_no`)
    and posting (`posting_date`). `snapshot` is the canonical input from which the lines can be computed again to the same
    `hash`, in the format `hash_format` names. `change_id` names the change of consumption that a correcting bill answers.
    """

    bill_no = CodeField()
    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    run = models.ForeignKey(
        "billing.BillingRun", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    run_position = models.PositiveIntegerField()
    kind = CodeField(choices=choices_of(BillKind))
    basis = CodeField(choices=choices_of(BillBasis))
    account = models.ForeignKey(
        "customers.Account", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    point = models.ForeignKey(
        "meters.ServicePoint",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    book = models.ForeignKey(
        "routes.Book", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    reading_item = models.ForeignKey(
        "readings.ReadingItem",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    group = models.ForeignKey(
        "billing.TierGroup",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    yyyymm = models.PositiveIntegerField()
    round_no = models.PositiveSmallIntegerField()
    tier_position = models.PositiveIntegerField()
    tier_sequence = models.BigIntegerField()
    from_date = models.DateField()
    to_date = models.DateField()
    months = models.PositiveSmallIntegerField()
    volume = VolumeField()
    amount = MoneyField()
    tax_amount = MoneyField()
    posting_date = models.DateField()
    due_date = models.DateField()
    replaces_bill_id = models.BigIntegerField(null=True)
    corrects_bill_id = models.BigIntegerField(null=True)
    change_id = models.BigIntegerField(null=True)
    carry_after = VolumeField(default=0)
    hash_format = CodeField()
    hash = models.CharField(max_length=64)
    snapshot = models.TextField()

    class Meta:
        db_table = "bill"
        indexes = [
            models.Index(fields=["account", "tier_position", "id"], name="bill_account"),
            BrinIndex(fields=["run"], name="bill_run", autosummarize=True),
            BrinIndex(fields=["posting_date"], name="bill_posted", autosummarize=True),
            models.Index(
                fields=["corrects_bill_id"], name="bill_corrects", condition=Q(corrects_bill_id__isnull=False)
            ),
            models.Index(fields=["change_id"], name="bill_change", condition=Q(change_id__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bill_no"], name="bill_no_once"),
            one_of("kind", BillKind, "bill_kind"),
            one_of("basis", BillBasis, "bill_basis"),
        ]

    def __str__(self) -> str:
        return self.bill_no


class BillLine(models.Model):
    """One line of a bill, by bill and position. Append-only. `volume` is what is charged; `counts` says whether its metered volume counts in
    tier use.
    """

    pk = models.CompositePrimaryKey("bill_id", "position")
    bill = models.ForeignKey(
        Bill, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.PositiveSmallIntegerField()
    kind = CodeField()
    charge_item = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    price_version = models.ForeignKey(
        "tariffs.PriceVersion",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    usage_class = models.ForeignKey(
        "tariffs.UsageClass",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    tier = models.PositiveSmallIntegerField(null=True)
    volume = VolumeField(null=True)
    metered_volume = VolumeField(null=True)
    price = PriceField(null=True)
    amount = MoneyField()
    tax_rate = RateField(null=True)
    tax_amount = MoneyField()
    counts = models.BooleanField()

    class Meta:
        db_table = "bill_line"
        # Few lines are reliefs: their cost is asked of years of bills.
        indexes = [models.Index(fields=["bill"], name="bill_line_relief", condition=Q(kind="relief"))]

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.position}"


class BillLive(models.Model):
    """The live bill of a point and period, for kinds REGULAR, FINAL and ESTIMATED; a reversal deletes the row.

    Bulk: no row-level foreign keys.
    """

    bill_id = models.BigIntegerField(primary_key=True)
    point = models.ForeignKey(
        "meters.ServicePoint", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    yyyymm = models.PositiveIntegerField()
    round_no = models.PositiveSmallIntegerField()
    from_date = models.DateField()
    to_date = models.DateField()

    class Meta:
        db_table = "bill_live"
        constraints = [models.UniqueConstraint(fields=["point", "yyyymm", "round_no"], name="bill_live_once")]

    def __str__(self) -> str:
        return str(self.bill_id)


class BillReversal(models.Model):
    """A bill cancelled (应收冲正): who, when, why, and what replaced it. Append-only."""

    bill_id = models.BigIntegerField(unique=True)
    reading_item_id = models.BigIntegerField(null=True, db_index=True)
    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    posting_date = models.DateField()
    journal = models.ForeignKey("ledger.Journal", on_delete=models.PROTECT, null=True, related_name="+")
    reversed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField()

    class Meta:
        db_table = "bill_reversal"

    def __str__(self) -> str:
        return str(self.bill_id)

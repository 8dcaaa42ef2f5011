"""Recurring fees (周期费用): what an account is charged every so many months, and which periods stand charged."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.billing.models.fee import FeeType
from qingyuan.domains.billing.rules.standing import MOST_MONTHS
from qingyuan.platform.columns import MoneyField, VolumeField
from qingyuan.platform.organisation.models import CompanyRow


class StandingFee(CompanyRow):
    """A fee of an account that returns every `every_months` months, from the month `from_yyyymm` on.

    `quantity` for a type priced by the piece, `amount` (yuan) for one of free amount; the price is the type's on the day of
    charging. `until_yyyymm` is the last month in which a period may begin. Ended, never deleted.
    """

    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    fee_type = models.ForeignKey(FeeType, on_delete=models.PROTECT, related_name="+")
    quantity = VolumeField(null=True)
    amount = MoneyField(null=True)
    every_months = models.PositiveSmallIntegerField()
    from_yyyymm = models.PositiveIntegerField()
    until_yyyymm = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200)
    end_reason = models.CharField(max_length=200, blank=True, default="")
    created_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "standing_fee"
        ordering = ["id"]
        indexes = [models.Index(fields=["company", "from_yyyymm"], name="standing_fee_from")]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_months__gte=1, every_months__lte=MOST_MONTHS), name="standing_fee_every"
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="standing_fee_quantity"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="standing_fee_amount"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(amount__isnull=True), name="standing_fee_one_of_both"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.fee_type_id}"


class StandingFeeLive(models.Model):
    """The live bill of a recurring fee's period, which begins in `yyyymm`; a reversal deletes the row."""

    bill_id = models.BigIntegerField(primary_key=True)
    standing_fee = models.ForeignKey(StandingFee, on_delete=models.PROTECT, related_name="live")
    yyyymm = models.PositiveIntegerField()

    class Meta:
        db_table = "standing_fee_live"
        constraints = [models.UniqueConstraint(fields=["standing_fee", "yyyymm"], name="standing_fee_live_once")]

    def __str__(self) -> str:
        return str(self.bill_id)

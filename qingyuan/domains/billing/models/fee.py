"""Other fees (其它费用): their types, what was charged by hand, and by file."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.platform.columns import CodeField, MoneyField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class FeeType(CompanyRow):
    """A kind of fee (其它费用类型): what it is called, which charge item it is booked and taxed by, how it is priced.

    `price` (yuan) is for one `piece` (UNIT) or for the whole (FIXED); FREE has none.
    """

    code = CodeField()
    name = models.CharField(max_length=60)
    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, related_name="+")
    pricing = CodeField(choices=choices_of(FeePricing))
    price = MoneyField(null=True)
    piece = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "fee_type"
        ordering = ["code"]
        constraints = [
            one_of("pricing", FeePricing, "fee_type_pricing"),
            models.UniqueConstraint(fields=["company", "code"], name="fee_type_code"),
            models.CheckConstraint(
                condition=Q(pricing="FREE", price__isnull=True)
                | (~Q(pricing="FREE") & Q(price__isnull=False) & Q(price__gt=0)),
                name="fee_type_price",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FeeCharge(CompanyRow):
    """A fee charged on an account, with its bill. Append-only: it is taken back by cancelling the bill (应收冲正).

    `request_key` is the form's own: sent twice, it charges once. `standing_fee` names the recurring fee that was charged.
    """

    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    fee_type = models.ForeignKey(FeeType, on_delete=models.PROTECT, related_name="+")
    bill_id = models.BigIntegerField(unique=True)
    quantity = VolumeField(null=True)
    price = MoneyField(null=True)
    amount = MoneyField()
    standing_fee = models.ForeignKey("billing.StandingFee", on_delete=models.PROTECT, null=True, related_name="charges")
    note = models.CharField(max_length=200)
    charged_date = models.DateField()
    request_key = models.CharField(max_length=36, unique=True)
    charged_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    charged_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "fee_charge"
        indexes = [models.Index(fields=["account", "id"], name="fee_charge_account")]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="fee_charge_amount")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class FeeImport(CompanyRow):
    """A file of fees that was charged (其它费用导入), one run. Append-only.

    `content_hash` is over the cells of all its rows, whatever the file's format: the same rows are charged once.
    """

    run = models.OneToOneField("billing.BillingRun", on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    charged_count = models.PositiveIntegerField()
    left_out_count = models.PositiveIntegerField()
    amount = MoneyField()
    imported_date = models.DateField()
    imported_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "fee_import"
        constraints = [models.UniqueConstraint(fields=["company", "content_hash"], name="fee_import_content")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.amount}"

"""Volume adjustments (增减水量): a person's change of a month's usage, with its reason, its evidence and who decided it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.platform.columns import CodeField, MoneyField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class VolumeAdjustment(CompanyRow):
    """One adjustment of one reading item. It moves money and never the register.

    `change` in m³ is what is added (negative: let off); `usage_before` what the month's usage was when it was asked for.
    With a `charge_item` only that item is charged more or less (单项增减), or, `is_waived`, not at all. `effect` is what the
    month's bill was found to move by when it was asked for, in yuan; None where that could not be worked out.
    An approved one is a part of the item's consumption until it is reversed. `reason_code` is a code of the dictionary's set
    adjustment_kind; evidence hangs on (volume_adjustment, adjustment_no). Nobody approves their own; without a person
    (`requested_by` empty) the system itself adjusted.
    """

    adjustment_no = CodeField(unique=True)
    reading_item = models.ForeignKey("readings.ReadingItem", on_delete=models.PROTECT, related_name="adjustments")
    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, null=True, related_name="+")
    book = models.ForeignKey("routes.Book", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, null=True, related_name="+")
    is_waived = models.BooleanField(default=False)
    change = VolumeField()
    effect = MoneyField(null=True)
    usage_before = VolumeField()
    reason_code = CodeField()
    reason = models.CharField(max_length=200)
    state = CodeField(choices=choices_of(AdjustmentState), default=AdjustmentState.REQUESTED)
    is_second_person = models.BooleanField()
    requested_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    requested_on = models.DateField()
    decided_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)
    closed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    closing_note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "volume_adjustment"
        indexes = [models.Index(fields=["state", "unit"], name="volume_adjustment_state")]
        constraints = [
            one_of("state", AdjustmentState, "volume_adjustment_state"),
            models.CheckConstraint(
                condition=(Q(is_waived=False) & ~Q(change=0)) | Q(is_waived=True, change=0, charge_item__isnull=False),
                name="volume_adjustment_changes",
            ),
            models.CheckConstraint(
                condition=~Q(is_second_person=True, state__in=["APPROVED", "REVERSED"])
                | Q(requested_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(requested_by=F("decided_by")),
                name="volume_adjustment_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return self.adjustment_no

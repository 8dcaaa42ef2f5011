"""Tier groups (阶梯共用户) and the use counted in them."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.billing.rules.states import TierSource
from qingyuan.platform.columns import CodeField, VolumeField, choices_of, no_overlap, one_of, span_ordered
from qingyuan.platform.organisation.models import CompanyRow


class TierGroup(CompanyRow):
    """Accounts or points that share one tier room. Every account gets a group of its own at opening (`group_no` = account no)."""

    group_no = CodeField(unique=True)
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "tier_group"

    def __str__(self) -> str:
        return self.group_no


class TierGroupMember(CompanyRow):
    """An account (or, with `point`, only that point of it) in a group in [from_date, to_date).

    A row with `point` wins over the account's own row.
    """

    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, null=True, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "tier_group_member"
        constraints = [
            span_ordered("tier_group_member_span"),
            no_overlap("tier_group_member_account", "account", condition=Q(point__isnull=True)),
            no_overlap("tier_group_member_point", "point", condition=Q(point__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.group_id}"


class TierEntry(models.Model):
    """Volume counted in a group's tier use: group × counter × cycle start. Append-only. Bulk: no row-level foreign keys.

    (`position`, `sequence`) is the tier position: position = yyyymm × 100 + round of the reading period, sequence = id of
    the bill that first took the place (a re-bill takes the place of the bill it replaces). Reversing a bill writes a row
    with the negative volume at the same place.
    """

    group = models.ForeignKey(
        TierGroup, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    counter = CodeField()
    cycle_start_date = models.DateField()
    position = models.PositiveIntegerField()
    sequence = models.BigIntegerField()
    volume = VolumeField()
    source = CodeField(choices=choices_of(TierSource))
    bill_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "tier_entry"
        # A bill's entries are found by its group: an index of their own would be written for every bill and read for few.
        indexes = [models.Index(fields=["group", "counter", "cycle_start_date"], name="tier_entry_use")]
        constraints = [
            one_of("source", TierSource, "tier_entry_source"),
            models.CheckConstraint(
                condition=Q(source=TierSource.BILL.value, bill_id__isnull=False)
                | (~Q(source=TierSource.BILL.value) & Q(bill_id__isnull=True)),
                name="tier_entry_bill_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.counter} {self.volume}"

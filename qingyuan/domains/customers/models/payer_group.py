"""Payer groups (合收户): accounts for which one customer pays."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.platform.columns import CodeField, no_overlap, span_ordered
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class PayerGroup(CompanyRow):
    """Accounts that one customer pays for together. Each account goes on owing for itself: the group has no debt of its own.

    `unit` says who sees and keeps the group; its members are accounts of the same company. `initials`: the pinyin
    initials of the name, each way of reading it after a blank, as the counter searches them.
    """

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    code = CodeField(unique=True)
    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=200, blank=True)
    payer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="payer_groups")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "payer_group"

    def __str__(self) -> str:
        return self.code


class PayerGroupMember(CompanyPart):
    """An account is in the group in [from_date, to_date); in one group at most on any day."""

    group = models.ForeignKey(PayerGroup, on_delete=models.PROTECT, related_name="members")
    # payer_group_member_no_overlap begins with the account: no index of its own
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, db_index=False, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "payer_group_member"
        constraints = [
            span_ordered("payer_group_member_span"),
            no_overlap("payer_group_member_no_overlap", "account"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} ← {self.account_id}"

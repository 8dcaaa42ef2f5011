"""How an account wants to be told (通知方式)."""

from django.db import models
from django.db.models import Q

from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyPart


class AccountNotices(CompanyPart):
    """The choices of an account that departs from its unit's: `channel` SMS, PAPER, NONE (no notices) or empty; `language`
    empty for the unit's; `contact` the person to be told, None for the holder's main contact.

    A contact of a former holder is not used: who reads this compares the customers.
    """

    account = models.OneToOneField("customers.Account", on_delete=models.PROTECT, related_name="notices")
    channel = CodeField(blank=True)
    language = CodeField(blank=True)
    contact = models.ForeignKey("customers.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "account_notices"
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["", "SMS", "PAPER", "NONE"]), name="account_notices_channel"
            ),
            models.CheckConstraint(condition=Q(language__in=["", "zh-hans", "en"]), name="account_notices_language"),
        ]

    def __str__(self) -> str:
        return self.channel

"""Relief schemes (减免方案): what a code on accounts and in price plans is called, and who pays for it."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.customers.rules.relief_schemes import MOST_MONTHS
from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyRow


class ReliefScheme(CompanyRow):
    """A relief scheme of the company. `code` is what accounts hold and price plans know; a code without a row works too.

    `funder` (资金来源) says who bears the relief, `evidence` what proves the right to it; `default_months` is its usual
    term, None for none.
    """

    code = CodeField()
    name = models.CharField(max_length=60)
    funder = models.CharField(max_length=60, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    default_months = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "relief_scheme"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="relief_scheme_code"),
            # names are typed in files in place of codes
            models.UniqueConstraint(fields=["company", "name"], name="relief_scheme_name"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="relief_scheme_named"),
            models.CheckConstraint(
                condition=Q(default_months__isnull=True) | Q(default_months__range=(1, MOST_MONTHS)),
                name="relief_scheme_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name

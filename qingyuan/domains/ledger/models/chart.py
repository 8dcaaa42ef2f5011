"""Chart of accounts, posting rules, accounting periods (会计科目、入账规则、会计期间)."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.ledger.rules.states import ChartRole, PeriodState
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class ChartAccount(CompanyRow):
    """An account of a company's chart (科目)."""

    code = CodeField()
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    role = CodeField(choices=choices_of(ChartRole))
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "chart_account"
        ordering = ["code"]
        constraints = [
            one_of("role", ChartRole, "chart_account_role"),
            models.UniqueConstraint(fields=["company", "code"], name="chart_account_code"),
            models.UniqueConstraint(
                fields=["company", "role"],
                condition=Q(role__in=["RECEIVABLE", "PREPAYMENT", "OVER_SHORT", "ROUNDING", "INTERCOMPANY"]),
                name="chart_account_single_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PostingRule(CompanyRow):
    """Charge item × unit (None: all units of the company) → the account its charges are booked to."""

    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    chart_account = models.ForeignKey(ChartAccount, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "posting_rule"
        constraints = [
            models.UniqueConstraint(fields=["charge_item", "unit"], nulls_distinct=False, name="posting_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.charge_item_id} → {self.chart_account_id}"


class AccountingPeriod(CompanyRow):
    """Company × month; a journal belongs to the one of its posting date."""

    yyyymm = models.PositiveIntegerField()
    state = CodeField(choices=choices_of(PeriodState), default=PeriodState.OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "accounting_period"
        ordering = ["-yyyymm"]
        constraints = [
            one_of("state", PeriodState, "accounting_period_state"),
            models.UniqueConstraint(fields=["company", "yyyymm"], name="accounting_period_once"),
        ]

    def __str__(self) -> str:
        return str(self.yyyymm)

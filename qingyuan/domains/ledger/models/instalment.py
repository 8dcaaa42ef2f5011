"""Instalment agreements (分次收费协议): a schedule over receivables that an account pays step by step."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.ledger.rules.instalments import LIVE_PLANS, PlanState
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class InstalmentPlan(CompanyRow):
    """An agreement for some receivables of an account. The receivables stay the debt and keep their due dates.

    `amount` (yuan) is what they owed when it was asked for, and the sum of the instalments; `grace_days` how late one may be paid, as the parameter said then. `document_no` names
    what proves it. Nobody approves their own.
    """

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    plan_no = CodeField(unique=True)
    state = CodeField(choices=choices_of(PlanState), default=PlanState.REQUESTED)
    amount = MoneyField()
    grace_days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    document_no = models.CharField(max_length=80)
    requested_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    requested_on = models.DateField()
    decided_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    decision_note = models.CharField(max_length=200, blank=True, default="")
    ended_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "instalment_plan"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["account"],
                name="instalment_plan_live",
                condition=Q(state__in=[state.value for state in LIVE_PLANS]),
            )
        ]
        constraints = [
            one_of("state", PlanState, "instalment_plan_state"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_plan_amount"),
        ]

    def __str__(self) -> str:
        return self.plan_no


class InstalmentRow(models.Model):
    """One instalment of an agreement. Append-only."""

    plan = models.ForeignKey(InstalmentPlan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    amount = MoneyField()

    class Meta:
        db_table = "instalment"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="instalment_number"),
            models.UniqueConstraint(fields=["plan", "due_date"], name="instalment_due_date"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class InstalmentItem(models.Model):
    """A receivable in an agreement with what it owed then. `is_live` while the agreement is asked for or kept."""

    plan = models.ForeignKey(InstalmentPlan, on_delete=models.PROTECT, related_name="receivables")
    open_item = models.ForeignKey("ledger.OpenItem", on_delete=models.PROTECT, related_name="+")
    agreed = MoneyField()
    is_live = models.BooleanField(default=True)

    class Meta:
        db_table = "instalment_item"
        constraints = [
            models.UniqueConstraint(fields=["plan", "open_item"], name="instalment_item_once"),
            models.UniqueConstraint(fields=["open_item"], condition=Q(is_live=True), name="instalment_item_live"),
            models.CheckConstraint(condition=Q(agreed__gt=0), name="instalment_item_agreed"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.open_item_id}"

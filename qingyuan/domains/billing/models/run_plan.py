"""Plans of billing runs (出账计划) and what became of their starts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanTiming, StartState
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class RunPlan(CompanyRow):
    """Which runs are started by themselves, over what and when. A plan never issues.

    The scope is that of the page which starts a run: the unit with all below, narrowed by reading area, cycle
    (`months_interval`, `first_month`) and books (`book_ids`; none: all). `rules/run_plans.py` explains the timing.
    `counts_from`: planned instants before it are no starts of this plan (it did not exist, or said something else).
    `responsible` is who saved it last: the runs are started in that person's name and by that person's permissions.
    """

    name = models.CharField(max_length=60)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("routes.ReadingArea", on_delete=models.PROTECT, null=True, related_name="+")
    months_interval = models.PositiveSmallIntegerField(null=True)
    first_month = models.PositiveSmallIntegerField(null=True)
    book_ids = ArrayField(models.BigIntegerField(), default=list)
    purpose = CodeField(choices=choices_of(RunPurpose))
    with_earlier = models.BooleanField(default=True)
    timing = CodeField(choices=choices_of(PlanTiming))
    day = models.PositiveSmallIntegerField()
    hour = models.PositiveSmallIntegerField()
    months_back = models.PositiveSmallIntegerField(default=0)
    on_workdays = models.BooleanField(default=False)
    business_date_rule = CodeField(choices=choices_of(PlanBusinessDate))
    active_from = models.DateField()
    last_date = models.DateField(null=True)
    counts_from = models.DateTimeField()
    is_paused = models.BooleanField(default=False)
    created_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    responsible = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "run_plan"
        ordering = ["name", "id"]
        constraints = [
            one_of("purpose", RunPurpose, "run_plan_purpose"),
            one_of("timing", PlanTiming, "run_plan_timing"),
            one_of("business_date_rule", PlanBusinessDate, "run_plan_business_date"),
            models.UniqueConstraint(fields=["company", "name"], name="run_plan_name"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=31, hour__lte=23), name="run_plan_day"),
            models.CheckConstraint(condition=Q(months_back__lte=1), name="run_plan_months_back"),
            models.CheckConstraint(
                condition=Q(months_interval__isnull=True, first_month__isnull=True)
                | Q(months_interval__in=[1, 2, 3, 4, 6, 12], first_month__gte=1, first_month__lte=F("months_interval")),
                name="run_plan_cycle",
            ),
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("active_from")), name="run_plan_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduledStart(models.Model):
    """What became of a plan's start for a reading period: at most one of each (计划启动).

    The row is written in the transaction that starts the run, before it: of two workers the second waits for the
    first and finds the row; a worker that dies between the two leaves neither. `error_code` with `error_params` says why
    it failed. `waiting_count`: readings of the plan's books that were not approved then; `taskless_count`: books
    that were due but had no reading task.
    """

    plan = models.ForeignKey(RunPlan, on_delete=models.PROTECT, related_name="starts")
    yyyymm = models.PositiveIntegerField()
    state = CodeField(choices=choices_of(StartState))
    planned_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    run = models.OneToOneField("billing.BillingRun", on_delete=models.PROTECT, null=True, related_name="+")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_params = models.JSONField(default=dict)
    waiting_count = models.PositiveIntegerField(default=0)
    taskless_count = models.PositiveIntegerField(default=0)
    settled_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "scheduled_start"
        ordering = ["-yyyymm", "-id"]
        constraints = [
            one_of("state", StartState, "scheduled_start_state"),
            models.UniqueConstraint(fields=["plan", "yyyymm"], name="scheduled_start_once"),
            models.CheckConstraint(
                condition=Q(state="STARTED", run__isnull=False) | (~Q(state="STARTED") & Q(run__isnull=True)),
                name="scheduled_start_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.yyyymm} {self.state}"

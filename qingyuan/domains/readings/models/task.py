"""Reading periods, tasks, and what is to be read in them (抄表账期、抄表任务)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.readings.rules.states import ItemState, PeriodState
from qingyuan.platform.columns import CodeField, RateField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class ReadingPeriod(CompanyRow):
    """Company × month (yyyymm) × round (抄次; large users are read several times a month)."""

    yyyymm = models.PositiveIntegerField()
    round_no = models.PositiveSmallIntegerField(default=1)
    state = CodeField(choices=choices_of(PeriodState), default=PeriodState.OPEN)

    class Meta:
        db_table = "reading_period"
        ordering = ["-yyyymm", "-round_no"]
        constraints = [
            one_of("state", PeriodState, "reading_period_state"),
            models.UniqueConstraint(fields=["company", "yyyymm", "round_no"], name="reading_period_once"),
            models.CheckConstraint(condition=Q(yyyymm__gte=190001, yyyymm__lte=999812), name="reading_period_month"),
        ]

    def __str__(self) -> str:
        return f"{self.yyyymm}/{self.round_no}"


class ReadingTask(CompanyRow):
    """Book × period (抄表任务). Its state is derived from its items."""

    book = models.ForeignKey("routes.Book", on_delete=models.PROTECT, related_name="tasks")
    period = models.ForeignKey(ReadingPeriod, on_delete=models.PROTECT, related_name="tasks")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    planned_date = models.DateField()
    generated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reading_task"
        constraints = [models.UniqueConstraint(fields=["book", "period"], name="reading_task_once")]

    def __str__(self) -> str:
        return f"{self.book_id} {self.period_id}"


class ReadingItem(CompanyRow):
    """One point in one period: what was known at generation (`revision` counts later revisions), and where it stands.

    `usage_volume` is what the chosen readings give; `consumption` is the evidence that billing takes, set at approval.
    `average_volume` is a month's mean of earlier usage, None without history. `is_waiting`, `never_billed` and
    `fixed_volume` are the point's flags of that day. Company, period, book and unit are the task's own, copied so that
    lists need no join; the task's row-level foreign keys stand for them.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    task = models.ForeignKey(ReadingTask, on_delete=models.PROTECT, db_index=False, related_name="reading_items")
    period = models.ForeignKey(
        ReadingPeriod, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    book = models.ForeignKey(
        "routes.Book", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    point = models.ForeignKey(
        "meters.ServicePoint", on_delete=models.PROTECT, db_index=False, related_name="reading_items"
    )
    account = models.ForeignKey(
        "customers.Account", on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    order_no = models.PositiveIntegerField(default=0)
    state = CodeField(choices=choices_of(ItemState), default=ItemState.PENDING)
    skip_reason = CodeField(blank=True)
    is_waiting = models.BooleanField(default=False)
    never_billed = models.BooleanField(default=False)
    fixed_volume = VolumeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    previous_date = models.DateField(null=True)
    average_volume = VolumeField(null=True)
    last_year_volume = VolumeField(null=True)
    high_usage_limit = VolumeField(null=True)
    months = models.PositiveSmallIntegerField(default=1)
    condition = models.ForeignKey(
        "readings.ReadingCondition", on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    read_date = models.DateField(null=True)
    usage_volume = VolumeField(null=True)
    is_estimated = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    read_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    approved_by = models.ForeignKey(
        "staff.Staff", on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    consumption = models.ForeignKey(
        "readings.Consumption",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "reading_item"
        indexes = [
            models.Index(fields=["task"], name="reading_item_task"),
            # The queue's rows without naming `state`: a change of a column that an index names writes all indexes anew, and
            # each item is billed every month.
            models.Index(
                fields=["unit"], name="reading_item_waiting", condition=Q(approved_at=None, read_date__isnull=False)
            ),
        ]
        constraints = [
            one_of("state", ItemState, "reading_item_state"),
            models.UniqueConstraint(fields=["point", "period"], name="reading_item_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "BILLED"]) | Q(consumption__isnull=False),
                name="reading_item_approved_has_consumption",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["READ", "HELD"]) | Q(approved_at=None, read_date__isnull=False),
                name="reading_item_waits_as_indexed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.period_id} {self.state}"


class ReadingSegment(CompanyRow):
    """One register's stretch inside a reading item: an exchange cuts it, so that old and new meter stand apart.

    `end_*` are None until read; `is_final` says that the end comes from a removal, not from the reader, and then
    `end_value` stands from the beginning. `end_kind` is a code of rules.usage.EndKind, empty until read.
    `last_real_*` is the last value a person or device really saw, which differs from `start_*` after estimates.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    reading_item = models.ForeignKey(ReadingItem, on_delete=models.PROTECT, db_index=False, related_name="segments")
    position = models.PositiveSmallIntegerField(default=1)
    installation = models.ForeignKey("meters.Installation", on_delete=models.PROTECT, db_index=False, related_name="+")
    register = models.ForeignKey("meters.Register", on_delete=models.PROTECT, db_index=False, related_name="+")
    register_no = models.PositiveSmallIntegerField(default=1)
    meter_no = CodeField(blank=True)
    multiplier = RateField(default=1)
    maximum = VolumeField()
    decimals = models.PositiveSmallIntegerField(default=0)
    is_reversed = models.BooleanField(default=False)
    start_date = models.DateField()
    start_value = VolumeField()
    start_reading = models.ForeignKey(
        "readings.Reading", on_delete=models.PROTECT, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    last_real_date = models.DateField(null=True)
    last_real_value = VolumeField(null=True)
    end_date = models.DateField(null=True)
    end_value = VolumeField(null=True)
    end_reading = models.ForeignKey(
        "readings.Reading", on_delete=models.PROTECT, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    end_kind = CodeField(blank=True)
    is_final = models.BooleanField(default=False)
    volume = VolumeField(null=True)

    class Meta:
        db_table = "reading_segment"
        constraints = [
            models.UniqueConstraint(fields=["reading_item", "position"], name="reading_segment_position"),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True, end_value__isnull=True)
                | Q(end_date__isnull=False, end_value__isnull=False),
                name="reading_segment_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reading_item_id}/{self.position}"

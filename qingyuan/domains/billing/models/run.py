"""Billing runs (开账批次): what was chosen, its chunks, and what each account and point came to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.billing.rules.states import (
    BillKind,
    ChunkState,
    RunItemState,
    RunPurpose,
    RunState,
)
from qingyuan.platform.columns import CodeField, MoneyField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class BillingRun(CompanyRow):
    """One run over the approved reading items of some books (or a selection) in one reading period.

    `business_date` stands for today in every rule; `posting_date` is fixed when issue starts and gives the accounting
    period; `undo_date` does so for the reversals when the issued run is undone. `selection` is what the person chose, `totals` what the stepper shows, `job_id` the job of the present stage. While it `is_paused` no chunk of the present stage is begun. A re-bill, a manual or a correcting bill
    is a run of one; that of a fee has no reading period, that of recurring fees names the month charged in its selection.
    """

    run_no = CodeField(unique=True)
    purpose = CodeField(choices=choices_of(RunPurpose))
    state = CodeField(choices=choices_of(RunState), default=RunState.DRAFT)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey("readings.ReadingPeriod", on_delete=models.PROTECT, null=True, related_name="+")
    selection = models.JSONField(default=dict)
    business_date = models.DateField()
    due_date = models.DateField(null=True)
    posting_date = models.DateField(null=True)
    hash_format = CodeField(default="qy-run/1")
    result_hash = models.CharField(max_length=64, blank=True)
    totals = models.JSONField(default=dict)
    chunk_count = models.PositiveIntegerField(default=0)
    scope_count = models.PositiveIntegerField(default=0)
    chunk_size = models.PositiveIntegerField(default=2000)
    bill_no_start = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    checked_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    issued_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    calculated_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    undo_date = models.DateField(null=True)
    undo_reason = models.CharField(max_length=200, blank=True, default="")
    undone_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    is_paused = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "billing_run"
        ordering = ["-id"]
        constraints = [
            one_of("purpose", RunPurpose, "billing_run_purpose"),
            one_of("state", RunState, "billing_run_state"),
            models.CheckConstraint(
                condition=Q(purpose=RunPurpose.REAL.value)
                | Q(state__in=[RunState.DRAFT, RunState.CALCULATING, RunState.CALCULATED, RunState.DISCARDED]),
                name="billing_run_rehearsal_never_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.run_no

    @property
    def yyyymm(self) -> int:
        """The reading period's month; of a run without one, the month of recurring fees or that of its business date."""
        day = self.business_date
        if "standing" in self.selection:
            return int(self.selection["standing"])
        return day.year * 100 + day.month if self.period is None else self.period.yyyymm

    @property
    def round_no(self) -> int:
        """The reading period's round."""
        return 1 if self.period is None else self.period.round_no


class RunBook(models.Model):
    """A book taken by an unissued real run: at most one per book and period. Deleted when the run is issued or discarded."""

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="books")
    book = models.ForeignKey("routes.Book", on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey("readings.ReadingPeriod", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "run_book"
        constraints = [models.UniqueConstraint(fields=["book", "period"], name="run_book_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.book_id}"


class RunHold(models.Model):
    """A tier group held by an unissued real run; at most one. Deleted when the run is issued or discarded.

    Bulk: no row-level foreign keys.
    """

    group = models.OneToOneField(
        "billing.TierGroup", on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+"
    )
    run = models.ForeignKey(BillingRun, on_delete=models.DO_NOTHING, db_constraint=False, related_name="holds")

    class Meta:
        db_table = "run_hold"

    def __str__(self) -> str:
        return f"{self.group_id} by {self.run_id}"


class RunChunk(models.Model):
    """A set of whole tier groups worked in one transaction: given readings, or what the given tasks have when the chunk is
    calculated (less what other chunks were given). The row is locked and marked done in the transaction that
    writes the chunk's results, so that a job delivered twice does nothing twice.

    The accounts, points and groups are those of the readings when the run was planned: where to look for facts first; what
    stands elsewhere by now is found one by one. `prices` is the fingerprint of the price list that was calculated by.
    A chunk of recurring fees has these instead of readings, in the order of the run's items.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="chunks")
    chunk_no = models.PositiveIntegerField()
    state = CodeField(choices=choices_of(ChunkState), default=ChunkState.WAITING)
    task_ids = ArrayField(models.BigIntegerField(), default=list)
    reading_item_ids = ArrayField(models.BigIntegerField(), default=list)
    account_ids = ArrayField(models.BigIntegerField(), default=list)
    point_ids = ArrayField(models.BigIntegerField(), default=list)
    group_ids = ArrayField(models.BigIntegerField(), default=list)
    standing_fee_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    prices = models.CharField(max_length=64, blank=True)
    bill_offset = models.PositiveIntegerField(null=True)
    bill_count = models.PositiveIntegerField(default=0)
    amount = MoneyField(default=0)
    error_code = models.CharField(max_length=80, blank=True)
    error_detail = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "run_chunk"
        constraints = [
            one_of("state", ChunkState, "run_chunk_state"),
            models.UniqueConstraint(fields=["run", "chunk_no"], name="run_chunk_no"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.chunk_no}"


class RunItem(models.Model):
    """What one account and point came to in a run (试算明细). Bulk: no row-level foreign keys.

    `hash` is sha256 over the canonical input and the lines; a rehearsal leaves these rows, their pricings and nothing
    else. `natural_key` is the place in the run's order (group, account, point, period) as a text that sorts like it,
    `position` a number within the chunk. `exception_code` says why there is no bill, or, on a calculated row, what a
    person should look at. `change_id` names the change of consumption that a correction answers. `pricing_no` names the
    chunk's RunPricing with the lines. Rows with a `fingerprint` (of the canonical input) were calculated set-wise and are
    issued so when their input comes to the same again (bulk_facts.py).
    """

    pk = models.CompositePrimaryKey("run_id", "chunk_no", "position")
    run = models.ForeignKey(
        BillingRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    chunk_no = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    natural_key = models.CharField(max_length=250, blank=True, default="")
    state = CodeField(choices=choices_of(RunItemState))
    kind = CodeField(choices=choices_of(BillKind))
    group = models.ForeignKey(
        "billing.TierGroup",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    account = models.ForeignKey(
        "customers.Account", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    point = models.ForeignKey(
        "meters.ServicePoint",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    reading_item = models.ForeignKey(
        "readings.ReadingItem",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    corrects_bill_id = models.BigIntegerField(null=True)
    change_id = models.BigIntegerField(null=True)
    book = models.ForeignKey(
        "routes.Book", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    volume = VolumeField(default=0)
    amount = MoneyField(default=0)
    exception_code = models.CharField(max_length=80, blank=True)
    exception_params = models.JSONField(null=True)
    pricing_no = models.PositiveIntegerField(null=True)
    fingerprint = models.BigIntegerField(null=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "run_item"
        indexes = [
            models.Index(fields=["run", "exception_code"], name="run_item_exception", condition=~Q(exception_code="")),
        ]
        constraints = [one_of("state", RunItemState, "run_item_state"), one_of("kind", BillKind, "run_item_kind")]

    def __str__(self) -> str:
        return f"{self.run_id}#{self.position}"


class RunPricing(models.Model):
    """What usages of one kind come to in a chunk of a run (计价结果): the same terms, volume and tier use before give the same
    lines, and there are far fewer kinds than usages. Bulk: no row-level foreign keys.

    `key` is what the kind has in common (bulk_facts.py), empty for what was calculated one by one. `input_before` and
    `input_after` are the canonical input around the usage, `lines` the canonical lines. `line_rows` are the bill's lines as
    rows, `parts` [charge item, amount] and `entries` [counter, cycle start, volume], as they are inserted at issue.
    """

    pk = models.CompositePrimaryKey("run_id", "chunk_no", "pricing_no")
    run = models.ForeignKey(
        BillingRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    chunk_no = models.PositiveIntegerField()
    pricing_no = models.PositiveIntegerField()
    key = models.TextField(blank=True)
    input_before = models.TextField(blank=True)
    input_after = models.TextField(blank=True)
    lines = models.TextField()
    volume = VolumeField()
    amount = MoneyField()
    tax_amount = MoneyField()
    line_rows = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    entries = models.JSONField(default=list)

    class Meta:
        db_table = "run_pricing"

    def __str__(self) -> str:
        return f"{self.run_id}/{self.chunk_no}/{self.pricing_no}"

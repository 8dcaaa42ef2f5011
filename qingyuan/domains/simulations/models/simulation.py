"""Simulations, their chunks, and what each account comes to. Nothing here is of the books: a simulation may be deleted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class Simulation(CompanyRow):
    """One version over the reading periods [first_month, last_month] (yyyymm, both included) in place of `replaces`.

    `source` is the version's tariff file as it was when the simulation started: a draft may change since, a result may
    not. `lead_month` is the first period read to fill the tiers. `results` are the sums (rules.sums.merged) and what the
    end adds: accounts, spread, examples.
    """

    title = models.CharField(max_length=120)
    plan = models.ForeignKey("tariffs.PricePlan", on_delete=models.PROTECT, related_name="+")
    version_from = models.DateField()
    is_draft = models.BooleanField()
    document_no = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    content_hash = models.CharField(max_length=64)
    replaces = CodeField(max_length=60)
    first_month = models.PositiveIntegerField()
    last_month = models.PositiveIntegerField()
    lead_month = models.PositiveIntegerField()
    state = CodeField(choices=choices_of(SimulationState), default=SimulationState.RUNNING)
    account_count = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "simulation"
        ordering = ["-id"]
        constraints = [
            one_of("state", SimulationState, "simulation_state"),
            models.CheckConstraint(
                condition=Q(first_month__lte=models.F("last_month"), lead_month__lte=models.F("first_month")),
                name="simulation_months",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SimulationChunk(models.Model):
    """Accounts that are walked in one transaction: whole tier groups. `result` are the chunk's sums once it is done."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="chunks")
    chunk_no = models.PositiveIntegerField()
    state = CodeField(choices=choices_of(ChunkState), default=ChunkState.WAITING)
    account_ids = ArrayField(models.BigIntegerField())
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=80, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        db_table = "simulation_chunk"
        constraints = [
            one_of("state", ChunkState, "simulation_chunk_state"),
            models.UniqueConstraint(fields=["simulation", "chunk_no"], name="simulation_chunk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id}/{self.chunk_no}"


class SimulationAccount(models.Model):
    """What an account comes to over the window, in fen and litres. Bulk: no row-level foreign keys."""

    simulation = models.ForeignKey(
        Simulation, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "customers.Account", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    usage_class = models.ForeignKey(
        "tariffs.UsageClass",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    area = models.ForeignKey(
        "routes.ReadingArea",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    people = models.PositiveSmallIntegerField(null=True)
    bills = models.PositiveIntegerField()
    litres = models.BigIntegerField()
    base_fen = models.BigIntegerField()
    new_fen = models.BigIntegerField()
    bin = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "simulation_account"
        constraints = [models.UniqueConstraint(fields=["simulation", "account"], name="simulation_account_once")]

    def __str__(self) -> str:
        return f"{self.simulation_id}/{self.account_id}"

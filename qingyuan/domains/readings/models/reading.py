"""Readings (抄表读数) and anomalies (异常)."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.domains.readings.rules.states import AnomalyCode, ReadingSource
from qingyuan.platform.columns import CodeField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class Reading(CompanyRow):
    """One register value at one instant from one source. Append-only; a correction supersedes.

    Reads from all sources are kept; which one counts is said by the reading item's segment. `source_key` makes repeated
    deliveries of the same read one row.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    point = models.ForeignKey(
        "meters.ServicePoint", on_delete=models.PROTECT, db_constraint=False, related_name="readings"
    )
    installation = models.ForeignKey(
        "meters.Installation", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    register = models.ForeignKey(
        "meters.Register", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="readings"
    )
    reading_item = models.ForeignKey(
        "readings.ReadingItem",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="readings",
    )
    read_at = models.DateTimeField()
    read_date = models.DateField()
    value = VolumeField()
    source = CodeField(choices=choices_of(ReadingSource))
    condition = models.ForeignKey(
        "readings.ReadingCondition",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="+",
    )
    photo_hash = models.CharField(max_length=64, blank=True)
    reader = models.ForeignKey(
        "staff.Staff", on_delete=models.PROTECT, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="superseded_by"
    )
    source_key = models.CharField(max_length=100)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reading"
        indexes = [models.Index(fields=["register", "read_at"], name="reading_register")]
        constraints = [
            one_of("source", ReadingSource, "reading_source"),
            models.UniqueConstraint(fields=["source_key"], name="reading_source_key"),
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.read_date} {self.value}"


class Anomaly(CompanyRow):
    """Why a reading is held until a person decides (异常). `facts` are the numbers that the sentence is filled with."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, related_name="+")
    reading_item = models.ForeignKey(
        "readings.ReadingItem", on_delete=models.PROTECT, db_index=False, related_name="anomalies"
    )
    revision = models.PositiveIntegerField()
    code = CodeField(choices=choices_of(AnomalyCode))
    facts = models.JSONField(default=dict)
    decision = CodeField(blank=True)
    decided_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "anomaly"
        constraints = [
            one_of("code", AnomalyCode, "anomaly_code"),
            models.UniqueConstraint(fields=["reading_item", "revision", "code"], name="anomaly_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reading_item_id} {self.code}"

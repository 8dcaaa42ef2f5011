"""Audit entries and seals (审计)."""

from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Who did what to which object, from where, with what before and after. Append-only; no foreign keys."""

    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    origin = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=60)
    company_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=40)
    object_key = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["object_type", "object_key", "id"], name="audit_entry_object"),
            models.Index(fields=["actor_id", "id"], name="audit_entry_actor"),
            models.Index(fields=["action", "id"], name="audit_entry_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.action} {self.object_type} {self.object_key}"


class AuditSeal(models.Model):
    """A link of the hash chain over the entries with from_id <= id < to_id that are no longer in any running transaction."""

    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()
    entry_count = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_seal"
        constraints = [
            models.UniqueConstraint(fields=["from_id"], name="audit_seal_from"),
            models.UniqueConstraint(fields=["to_id"], name="audit_seal_to"),
            models.UniqueConstraint(fields=["previous_hash"], name="audit_seal_one_chain"),
        ]

    def __str__(self) -> str:
        return f"[{self.from_id}, {self.to_id}) {self.hash[:12]}"


class AuditHorizon(models.Model):
    """The one row that remembers up to where entries become final once the transactions before it have ended."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    last_id = models.BigIntegerField()
    transaction_no = models.BigIntegerField()

    class Meta:
        db_table = "audit_horizon"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_horizon_one_row")]

    def __str__(self) -> str:
        return f"{self.last_id} before transaction {self.transaction_no}"

"""Installations (装表): which meter hung at which point from when to when."""

from django.db import models
from django.db.models import Q

from qingyuan.platform.columns import CodeField, RateField, VolumeField, no_overlap, span_ordered
from qingyuan.platform.organisation.models import CompanyPart


class Installation(CompanyPart):
    """Meter × point × [installed_at, removed_at). The billed volume is the register difference × `multiplier`."""

    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="installations")
    meter = models.ForeignKey("meters.Meter", on_delete=models.PROTECT, related_name="installations")
    installed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    multiplier = RateField(default=1)
    reason = CodeField(blank=True)
    removal_reason = CodeField(blank=True)

    class Meta:
        db_table = "installation"
        constraints = [
            span_ordered("installation_span", start="installed_at", end="removed_at"),
            no_overlap("installation_point", "point", start="installed_at", end="removed_at", instants=True),
            no_overlap("installation_meter", "meter", start="installed_at", end="removed_at", instants=True),
            models.CheckConstraint(condition=Q(multiplier__gt=0), name="installation_multiplier"),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} at {self.point_id}"


class InstallationRegister(CompanyPart):
    """Start and final value (起码、止码) of one register in one installation."""

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="registers")
    register = models.ForeignKey("meters.Register", on_delete=models.PROTECT, related_name="installations")
    start_value = VolumeField()
    final_value = VolumeField(null=True, blank=True)

    class Meta:
        db_table = "installation_register"
        constraints = [
            models.UniqueConstraint(fields=["installation", "register"], name="installation_register_once"),
            models.CheckConstraint(condition=Q(start_value__gte=0), name="installation_register_start"),
        ]

    def __str__(self) -> str:
        return f"{self.installation_id}/{self.register_id}"

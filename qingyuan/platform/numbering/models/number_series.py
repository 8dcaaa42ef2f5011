"""Number series (编号规则)."""

from django.db import models


class NumberSeries(models.Model):
    """The next number of one kind at one unit within one scope (the rendered date part, empty without one)."""

    kind = models.CharField(max_length=60)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=20, blank=True)
    next_value = models.BigIntegerField(default=1)

    class Meta:
        db_table = "number_series"
        constraints = [models.UniqueConstraint(fields=["kind", "unit", "scope"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {self.scope}"

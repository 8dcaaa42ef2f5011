"""Values of parameters (参数值)."""

from django.db import models


class ParameterValue(models.Model):
    """The value of a parameter at a unit (None: the whole installation) from a date on, until the next row.

    Looked up from the unit upwards; the history stays.
    """

    code = models.CharField(max_length=80)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    from_date = models.DateField()
    value = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "parameter_value"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "unit", "from_date"], nulls_distinct=False, name="parameter_value_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.from_date}"

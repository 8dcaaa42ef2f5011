"""ReadingArea (片区)."""

from django.db import models

from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyRow


class ReadingArea(CompanyRow):
    """A part of a unit's territory that groups books."""

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    code = CodeField()
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "reading_area"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="reading_area_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

"""Days that differ from the week's pattern (节假日、调休)."""

from enum import StrEnum

from django.db import models

from qingyuan.platform.columns import CodeField, choices_of, one_of


class DayKind(StrEnum):
    HOLIDAY = "HOLIDAY"
    WORKDAY = "WORKDAY"


class CalendarDay(models.Model):
    """A holiday, or a weekend day on which work is done; for one company, or (None) for all."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    date = models.DateField()
    kind = CodeField(choices=choices_of(DayKind))
    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "calendar_day"
        constraints = [
            one_of("kind", DayKind, "calendar_day_kind"),
            models.UniqueConstraint(fields=["company", "date"], nulls_distinct=False, name="calendar_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

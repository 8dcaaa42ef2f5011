"""Book (抄表册)."""

from django.db import models
from django.db.models import Q

from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyRow


class Book(CompanyRow):
    """Points read together, in order, every `months_interval` months by one reader.

    A book is read in the months whose number m gives (m − phase_month) divisible by the interval. `book_no` is unique
    in the installation. `next_order` is kept nowhere: the order lies with the points (PointBook).
    """

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(
        "routes.ReadingArea", on_delete=models.PROTECT, null=True, blank=True, related_name="books"
    )
    book_no = CodeField(unique=True)
    name = models.CharField(max_length=60)
    reader = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    months_interval = models.PositiveSmallIntegerField(default=1)
    phase_month = models.PositiveSmallIntegerField(default=1)
    reading_day = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "book"
        ordering = ["book_no"]
        indexes = [models.Index(fields=["unit", "book_no"], name="book_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(months_interval__in=[1, 2, 3, 4, 6, 12]), name="book_interval"),
            models.CheckConstraint(condition=Q(phase_month__gte=1, phase_month__lte=12), name="book_phase"),
            models.CheckConstraint(condition=Q(reading_day__gte=1, reading_day__lte=28), name="book_reading_day"),
        ]

    def __str__(self) -> str:
        return f"{self.book_no} {self.name}"

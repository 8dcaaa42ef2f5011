"""Reading conditions (表况)."""

from django.db import models

from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class ReadingCondition(CompanyRow):
    """What the reader found; it decides which usage algorithm applies and whether a photo is needed."""

    code = CodeField()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    algorithm = CodeField(choices=choices_of(Algorithm))
    photo_needed = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "reading_condition"
        ordering = ["position", "code"]
        constraints = [
            one_of("algorithm", Algorithm, "reading_condition_algorithm"),
            models.UniqueConstraint(fields=["company", "code"], name="reading_condition_code"),
        ]

    def __str__(self) -> str:
        return self.name

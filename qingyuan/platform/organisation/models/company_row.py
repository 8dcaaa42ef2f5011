"""Every business row carries its company (水司)."""

from django.db import models


class CompanyRow(models.Model):
    """Abstract: the company column of business tables."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class CompanyPart(models.Model):
    """Abstract: the company column of rows that are part of a parent and take the company from it.

    The parent's foreign key stands for theirs: no constraint and no index of their own, which set-wise writes would pay
    for row by row.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True

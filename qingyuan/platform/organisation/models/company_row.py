"""Every business row carries its company (水司)."""

from django.db import models


class CompanyRow(models.Model):
    """Abstract: the company column of business tables."""

    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

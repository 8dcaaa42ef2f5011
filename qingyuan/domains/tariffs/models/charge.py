"""Charge items (费用项目) and usage classes (用水性质)."""

from enum import StrEnum

from django.db import models

from qingyuan.platform.columns import CodeField, RateField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class TaxTreatment(StrEnum):
    TAXED = "taxed"
    EXEMPT = "exempt"
    NOT_TAXABLE = "not_taxable"


class ChargeItem(CompanyRow):
    """What is charged for: water, sewage, refuse ... `payee` is named when the money is collected for another (代收)."""

    code = CodeField()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    payee = models.CharField(max_length=100, blank=True)
    tax_treatment = CodeField(choices=choices_of(TaxTreatment), default=TaxTreatment.NOT_TAXABLE)
    tax_rate = RateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "charge_item"
        ordering = ["position", "code"]
        constraints = [
            one_of("tax_treatment", TaxTreatment, "charge_item_tax"),
            models.UniqueConstraint(fields=["company", "code"], name="charge_item_code"),
        ]

    def __str__(self) -> str:
        return self.name


class UsageClass(CompanyRow):
    """What the water is used for (居民、非居民、特种 ...); the price follows from it. A tree, by `parent`."""

    code = CodeField()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    is_residential = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "usage_class"
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="usage_class_code")]

    def __str__(self) -> str:
        return self.name

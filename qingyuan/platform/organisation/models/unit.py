"""OrgUnit (组织机构): 集团 → 水司 → 分公司/营业所 → 供水所/网点."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from qingyuan.platform.columns import CodeField, choices_of, one_of


class UnitKind(StrEnum):
    GROUP = "GROUP"  # 集团
    COMPANY = "COMPANY"  # 水司
    BRANCH = "BRANCH"  # 分公司、营业所
    STATION = "STATION"  # 供水所、网点


class OrgUnit(models.Model):
    """A node of the organisation tree. `path` is the ids from the root, each followed by a slash: its prefix is the subtree.

    A unit with `is_company` is a legal entity (水司); `company` is the nearest one at or above the unit, None only
    above all companies (集团).
    """

    code = CodeField(unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40, blank=True)
    kind = CodeField(choices=choices_of(UnitKind))
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    company = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_company = models.BooleanField(default=False)
    path = models.CharField(max_length=255, unique=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    closed_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "org_unit"
        ordering = ["path"]
        constraints = [
            one_of("kind", UnitKind, "org_unit_kind"),
            models.CheckConstraint(
                condition=Q(is_company=False) | Q(company=F("id")) | Q(company__isnull=True),
                name="org_unit_company_is_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

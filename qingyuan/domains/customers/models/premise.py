"""Where water is used (用水地址): regions, communities, premises."""

from django.db import models

from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyRow


class Region(CompanyRow):
    """A node of the region tree down to the street or road (区划、街道、道路)."""

    code = CodeField()
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "region"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="region_code")]

    def __str__(self) -> str:
        return self.name


class Community(CompanyRow):
    """A residential estate or compound (小区)."""

    code = CodeField()
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="communities")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "community"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="community_code")]

    def __str__(self) -> str:
        return self.name


class Premise(CompanyRow):
    """One address. `address` is composed from the parts by the rule, never typed."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="premises")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, null=True, blank=True, related_name="premises")
    street_no = models.CharField(max_length=20, blank=True)
    building = models.CharField(max_length=20, blank=True)
    entrance = models.CharField(max_length=20, blank=True)
    room = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "premise"
        constraints = [models.UniqueConstraint(fields=["company", "address"], name="premise_address")]

    def __str__(self) -> str:
        return self.address

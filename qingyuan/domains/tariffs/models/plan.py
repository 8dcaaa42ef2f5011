"""Price plans, their versions, and which class is charged by which plan where and when (价格方案)."""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from qingyuan.platform.columns import CodeField, choices_of, no_overlap, one_of, span_ordered
from qingyuan.platform.organisation.models import CompanyRow


class PlanKind(StrEnum):
    PLAN = "plan"  # a whole price plan
    ITEM = "item"  # a single charge that replaces one of a plan (污水单价类型 and the like)


class VersionState(StrEnum):
    DRAFT = "DRAFT"
    TESTED = "TESTED"
    PUBLISHED = "PUBLISHED"


class PricePlan(CompanyRow):
    """A plan by its code; what it says at a date is said by its versions."""

    code = CodeField(max_length=60)
    name = models.CharField(max_length=100)
    kind = CodeField(choices=choices_of(PlanKind), default=PlanKind.PLAN)
    usage_class = models.ForeignKey("tariffs.UsageClass", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "price_plan"
        ordering = ["code"]
        constraints = [
            one_of("kind", PlanKind, "price_plan_kind"),
            models.UniqueConstraint(fields=["company", "code"], name="price_plan_code"),
        ]

    def __str__(self) -> str:
        return self.code


class PriceVersion(models.Model):
    """One version of a plan: the tariff file itself, with what is searched for beside it.

    `source` is the canonical `qingyuan-tariff/1` text, `content_hash` its sha256. A published version never changes
    (a trigger refuses it); only `effective_to` may be set once, when the next version is published. `cases` (试算用例) is
    a text `qingyuan-rating-cases/1` that must pass before publishing, empty for none; `changed_by` is who last changed the
    draft, which another person publishes.
    """

    plan = models.ForeignKey(PricePlan, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    state = CodeField(choices=choices_of(VersionState), default=VersionState.DRAFT)
    document_no = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    source = models.TextField()
    content_hash = models.CharField(max_length=64)
    cases = models.TextField(blank=True, default="")
    changed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "price_version"
        ordering = ["plan", "effective_from"]
        constraints = [
            one_of("state", VersionState, "price_version_state"),
            span_ordered("price_version_span", start="effective_from", end="effective_to"),
            no_overlap(
                "price_version_no_overlap",
                "plan",
                start="effective_from",
                end="effective_to",
                condition=Q(state=VersionState.PUBLISHED.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.effective_from}"


class PlanAssignment(CompanyRow):
    """Usage class × unit × [from_date, to_date) → plan. The nearest unit upwards that has one decides."""

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    usage_class = models.ForeignKey("tariffs.UsageClass", on_delete=models.PROTECT, related_name="assignments")
    plan = models.ForeignKey(PricePlan, on_delete=models.PROTECT, related_name="assignments")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "plan_assignment"
        constraints = [
            span_ordered("plan_assignment_span"),
            no_overlap("plan_assignment_no_overlap", "unit", "usage_class"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_class_id} @ {self.unit_id} → {self.plan_id}"

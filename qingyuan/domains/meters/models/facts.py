"""What holds for a point over time and decides how it is rated: links, usage shares, item options, quotas."""

from django.db import models
from django.db.models import F, Q

from qingyuan.domains.meters.rules.states import LinkKind, ShareKind, Sharing
from qingyuan.platform.columns import (
    CodeField,
    RateField,
    VolumeField,
    choices_of,
    no_overlap,
    one_of,
    span_ordered,
)
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class MeterLink(CompanyRow):
    """Main point → sub point (总分表) in [from_date, to_date); acyclic (checked by the operation).

    An ALLOCATE link says how the difference is shared (`sharing`, 分摊方式): FIXED by its `share`, a part of 1; at most
    `cap` of the main's usage (a part of 1; None: all), in volumes of `share_scale` places. All ALLOCATE links of a main
    agree in all but the share.
    """

    main = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="sub_links")
    sub = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="main_links")
    kind = CodeField(choices=choices_of(LinkKind), default=LinkKind.DEDUCT)
    sharing = CodeField(choices=choices_of(Sharing), blank=True, db_default="")
    share = RateField(null=True, blank=True)
    cap = RateField(null=True, blank=True)
    share_scale = models.PositiveSmallIntegerField(db_default=0)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "meter_link"
        indexes = [models.Index(fields=["main"], name="meter_link_main")]
        constraints = [
            one_of("kind", LinkKind, "meter_link_kind"),
            span_ordered("meter_link_span"),
            no_overlap("meter_link_no_overlap", "sub", "kind"),
            models.CheckConstraint(condition=~Q(main=F("sub")), name="meter_link_not_itself"),
            models.CheckConstraint(
                condition=Q(kind=LinkKind.ALLOCATE.value, sharing__in=[each.value for each in Sharing])
                | (~Q(kind=LinkKind.ALLOCATE.value) & Q(sharing="", cap__isnull=True)),
                name="meter_link_sharing",
            ),
            models.CheckConstraint(
                condition=Q(sharing=Sharing.FIXED.value, share__gt=0, share__lte=1)
                | (~Q(sharing=Sharing.FIXED.value) & Q(share__isnull=True)),
                name="meter_link_share",
            ),
            models.CheckConstraint(condition=Q(cap__isnull=True) | Q(cap__gt=0, cap__lte=1), name="meter_link_cap"),
            models.CheckConstraint(condition=Q(share_scale__lte=3), name="meter_link_share_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.main_id} → {self.sub_id}"


class UsageShare(CompanyPart):
    """One part of a point's usage (用水性质组成) in [from_date, to_date).

    FIXED `value` is m³ a month, RATIO a part of 1; REMAINDER has none and comes last. A point with one class has one
    REMAINDER row.
    """

    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="shares")
    usage_class = models.ForeignKey("tariffs.UsageClass", on_delete=models.PROTECT, related_name="+")
    kind = CodeField(choices=choices_of(ShareKind), default=ShareKind.REMAINDER)
    value = VolumeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=1)
    evidence = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "usage_share"
        constraints = [
            one_of("kind", ShareKind, "usage_share_kind"),
            span_ordered("usage_share_span"),
            no_overlap("usage_share_no_overlap", "point", "position"),
            models.CheckConstraint(
                condition=Q(kind=ShareKind.REMAINDER.value, value__isnull=True)
                | Q(kind=ShareKind.FIXED.value, value__gt=0)
                | Q(kind=ShareKind.RATIO.value, value__gt=0, value__lte=1),
                name="usage_share_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id}: {self.usage_class_id}"


class ItemOption(CompanyPart):
    """The point's own choice for one charge item (污水单价类型、加压、垃圾、水资源税): an item plan, or exempt (plan None)."""

    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="options")
    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("tariffs.PricePlan", on_delete=models.PROTECT, null=True, related_name="+")
    document_no = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "item_option"
        constraints = [
            span_ordered("item_option_span"),
            no_overlap("item_option_no_overlap", "point", "charge_item"),
        ]

    def __str__(self) -> str:
        return f"{self.point_id}: {self.charge_item_id}"


class Quota(CompanyRow):
    """The volume allowed to an account or a point in one cycle (用水定额). A quota tariff without one is refused."""

    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, null=True, related_name="quotas")
    volume = VolumeField()
    document_no = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "quota"
        constraints = [
            span_ordered("quota_span"),
            no_overlap("quota_account_no_overlap", "account", condition=Q(point__isnull=True)),
            no_overlap("quota_point_no_overlap", "point", condition=Q(account__isnull=True)),
            models.CheckConstraint(
                condition=Q(account__isnull=True, point__isnull=False) | Q(account__isnull=False, point__isnull=True),
                name="quota_one_owner",
            ),
            models.CheckConstraint(condition=Q(volume__gt=0), name="quota_volume"),
        ]

    def __str__(self) -> str:
        return f"{self.volume}"

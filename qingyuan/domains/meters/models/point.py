"""Service points (用水点) and whom and which book they belong to over time."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.domains.meters.rules.states import PointKind
from qingyuan.platform.columns import CodeField, VolumeField, choices_of, no_overlap, one_of, span_ordered
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class ServicePoint(CompanyRow):
    """Premise × install location (安装位置). Flags: 流量表 never billed, 保水户 never cut, 固定量, 倒装, 等针."""

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    point_no = CodeField(unique=True)
    premise = models.ForeignKey("customers.Premise", on_delete=models.PROTECT, related_name="points")
    location = CodeField(blank=True)
    kind = CodeField(choices=choices_of(PointKind), default=PointKind.METERED)
    calibre = models.PositiveSmallIntegerField(default=15)
    never_billed = models.BooleanField(default=False)
    never_cut = models.BooleanField(default=False)
    fixed_volume = VolumeField(null=True, blank=True)
    is_reversed = models.BooleanField(default=False)
    is_waiting = models.BooleanField(default=False)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_point"
        indexes = [models.Index(fields=["unit", "point_no"], name="service_point_unit")]
        constraints = [one_of("kind", PointKind, "service_point_kind")]

    def __str__(self) -> str:
        return self.point_no


class PointAccount(CompanyPart):
    """The account that pays for the point in [from_date, to_date)."""

    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="accounts")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="points")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "point_account"
        constraints = [span_ordered("point_account_span"), no_overlap("point_account_no_overlap", "point")]

    def __str__(self) -> str:
        return f"{self.point_id} → {self.account_id}"


class PointBook(CompanyPart):
    """The book in which the point is read, and its place there (抄表顺序), in [from_date, to_date)."""

    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="books")
    book = models.ForeignKey("routes.Book", on_delete=models.PROTECT, related_name="points")
    order_no = models.PositiveIntegerField()
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "point_book"
        indexes = [models.Index(fields=["book", "order_no"], name="point_book_order")]
        constraints = [span_ordered("point_book_span"), no_overlap("point_book_no_overlap", "point")]

    def __str__(self) -> str:
        return f"{self.point_id} in {self.book_id} at {self.order_no}"

"""Consumption (用量): what a point used in a period, with the evidence of each part."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.domains.readings.rules.states import PartKind
from qingyuan.platform.columns import CodeField, RateField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class Consumption(CompanyRow):
    """Point × period with its usage span [from_date, to_date). Append-only: a correction is a further `revision`.

    `volume` is the point's own; what a main deducts for its subs is derived when it is billed and kept in the bill's
    snapshot. Account, book and unit are those of the day of reading; a point that is never billed may have no account.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    point = models.ForeignKey(
        "meters.ServicePoint",
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="consumptions",
    )
    account = models.ForeignKey(
        "customers.Account", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    book = models.ForeignKey(
        "routes.Book", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    period = models.ForeignKey(
        "readings.ReadingPeriod", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    reading_item = models.ForeignKey(
        "readings.ReadingItem", on_delete=models.PROTECT, db_constraint=False, related_name="consumptions"
    )
    revision = models.PositiveIntegerField(default=1)
    from_date = models.DateField()
    to_date = models.DateField()
    months = models.PositiveSmallIntegerField(default=1)
    volume = VolumeField()
    is_estimated = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consumption"
        constraints = [
            models.UniqueConstraint(fields=["point", "period", "revision"], name="consumption_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.period_id} {self.volume}"


class ConsumptionPart(models.Model):
    """A part of a consumption: one meter's stretch, an adjustment ...

    A register's stretch has its values, the meter and the readings they stand on in columns of their own; their dates
    are the part's. `evidence` holds what else explains the volume. Bulk table: the readings' ids have no row-level
    foreign keys.
    """

    consumption = models.ForeignKey(
        Consumption, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="parts"
    )
    position = models.PositiveSmallIntegerField()
    kind = CodeField(choices=choices_of(PartKind))
    from_date = models.DateField()
    to_date = models.DateField()
    volume = VolumeField()
    meter_no = CodeField(blank=True)
    register_no = models.PositiveSmallIntegerField(null=True)
    start_value = VolumeField(null=True)
    end_value = VolumeField(null=True)
    multiplier = RateField(null=True)
    start_reading_id = models.BigIntegerField(null=True)
    end_reading_id = models.BigIntegerField(null=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        db_table = "consumption_part"
        constraints = [
            one_of("kind", PartKind, "consumption_part_kind"),
            models.UniqueConstraint(fields=["consumption", "position"], name="consumption_part_position"),
        ]

    def __str__(self) -> str:
        return f"{self.consumption_id}/{self.position}"


class ConsumptionChange(CompanyRow):
    """ "The consumption of a past period changed" (用量变更): what billing's corrections start from. Append-only."""

    point = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="+")
    old_consumption = models.ForeignKey(Consumption, on_delete=models.PROTECT, related_name="+")
    new_consumption = models.OneToOneField(Consumption, on_delete=models.PROTECT, related_name="change")
    reason = CodeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consumption_change"

    def __str__(self) -> str:
        return f"{self.old_consumption_id} → {self.new_consumption_id}"


class ConsumptionChangeHandling(models.Model):
    """What billing made of a change (处理结果): its correcting bill or proposal. Without a row the change still waits.

    Deleted when that outcome is itself undone, so that the change waits again.
    """

    change = models.OneToOneField(
        ConsumptionChange, on_delete=models.PROTECT, primary_key=True, related_name="handling"
    )
    reference = models.CharField(max_length=80)
    handled_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consumption_change_handling"

    def __str__(self) -> str:
        return self.reference

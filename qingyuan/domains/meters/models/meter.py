"""Makers, models, meters and their registers (厂商、型号、水表、计数器)."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.meters.rules.states import Direction, MeterState
from qingyuan.platform.columns import CodeField, VolumeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class Maker(CompanyRow):
    """A maker of meters (厂商)."""

    code = CodeField()
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "maker"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="maker_code")]

    def __str__(self) -> str:
        return self.name


class MeterModel(CompanyRow):
    """A model of meter (水表型号): calibre in mm, digits before and after the point, hence the range (量程)."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="models")
    code = CodeField()
    name = models.CharField(max_length=100)
    calibre = models.PositiveSmallIntegerField()
    digits = models.PositiveSmallIntegerField(default=5)
    decimals = models.PositiveSmallIntegerField(default=0)
    transmission = CodeField(blank=True)

    class Meta:
        db_table = "meter_model"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="meter_model_code"),
            models.CheckConstraint(
                condition=Q(digits__gte=3, digits__lte=9, decimals__lte=3), name="meter_model_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Meter(CompanyRow):
    """One meter (水表) by its number (表身码), unique in the installation."""

    meter_no = CodeField(unique=True)
    model = models.ForeignKey(MeterModel, on_delete=models.PROTECT, related_name="meters")
    state = CodeField(choices=choices_of(MeterState), default=MeterState.IN_STOCK)
    made_date = models.DateField(null=True, blank=True)
    verify_by_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "meter"
        constraints = [one_of("state", MeterState, "meter_state")]

    def __str__(self) -> str:
        return self.meter_no


class Register(CompanyPart):
    """A register (计数器) of a meter: most have one, compound meters two. `maximum` is the first value it cannot show."""

    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="registers")
    register_no = models.PositiveSmallIntegerField(default=1)
    digits = models.PositiveSmallIntegerField()
    decimals = models.PositiveSmallIntegerField(default=0)
    maximum = VolumeField()
    direction = CodeField(choices=choices_of(Direction), default=Direction.FORWARD)

    class Meta:
        db_table = "register"
        constraints = [
            one_of("direction", Direction, "register_direction"),
            models.UniqueConstraint(fields=["meter", "register_no"], name="register_no"),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id}/{self.register_no}"

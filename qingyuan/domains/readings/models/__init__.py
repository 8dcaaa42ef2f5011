from qingyuan.domains.readings.models.adjustment import VolumeAdjustment
from qingyuan.domains.readings.models.condition import ReadingCondition
from qingyuan.domains.readings.models.consumption import (
    Consumption,
    ConsumptionChange,
    ConsumptionChangeHandling,
    ConsumptionPart,
)
from qingyuan.domains.readings.models.import_record import ReadingImport
from qingyuan.domains.readings.models.reading import Anomaly, Reading
from qingyuan.domains.readings.models.release import MainRelease
from qingyuan.domains.readings.models.task import ReadingItem, ReadingPeriod, ReadingSegment, ReadingTask

__all__ = [
    "Anomaly",
    "Consumption",
    "ConsumptionChange",
    "ConsumptionChangeHandling",
    "ConsumptionPart",
    "MainRelease",
    "Reading",
    "ReadingCondition",
    "ReadingImport",
    "ReadingItem",
    "ReadingPeriod",
    "ReadingSegment",
    "ReadingTask",
    "VolumeAdjustment",
]

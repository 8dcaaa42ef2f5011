from qingyuan.domains.meters.models.facts import ItemOption, MeterLink, Quota, UsageShare
from qingyuan.domains.meters.models.installation import Installation, InstallationRegister
from qingyuan.domains.meters.models.meter import Maker, Meter, MeterModel, Register
from qingyuan.domains.meters.models.point import PointAccount, PointBook, ServicePoint

__all__ = [
    "Installation",
    "InstallationRegister",
    "ItemOption",
    "Maker",
    "Meter",
    "MeterLink",
    "MeterModel",
    "PointAccount",
    "PointBook",
    "Quota",
    "Register",
    "ServicePoint",
    "UsageShare",
]

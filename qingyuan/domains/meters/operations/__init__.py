"""Writes of meters and points."""

from qingyuan.domains.meters.operations.catalogue import NewMeter, add_meters, create_maker, create_model
from qingyuan.domains.meters.operations.installing import create_point, install_points
from qingyuan.domains.meters.rules.installing import NewInstallation, NewOption, NewRegister
from qingyuan.domains.meters.rules.shares import NewShare

__all__ = [
    "NewInstallation",
    "NewMeter",
    "NewOption",
    "NewRegister",
    "NewShare",
    "add_meters",
    "create_maker",
    "create_model",
    "create_point",
    "install_points",
]

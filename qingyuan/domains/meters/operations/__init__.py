"""Writes of meters and points."""

from qingyuan.domains.meters.operations.catalogue import (
    NewMeter,
    add_meters,
    create_maker,
    create_model,
    set_meter_state,
)
from qingyuan.domains.meters.operations.facts import (
    end_option,
    set_account_quota,
    set_option,
    set_quota,
    set_shares,
)
from qingyuan.domains.meters.operations.hanging import Exchange, exchange, install_meter, remove_meter
from qingyuan.domains.meters.operations.installing import create_point, install_points
from qingyuan.domains.meters.operations.links import link_points, unlink_points
from qingyuan.domains.meters.operations.locked import lock_points
from qingyuan.domains.meters.operations.places import close_point, move_to_account, move_to_book, set_flags
from qingyuan.domains.meters.rules.installing import NewInstallation, NewOption, NewRegister
from qingyuan.domains.meters.rules.shares import NewShare
from qingyuan.domains.meters.rules.sharing import SharingTerms

__all__ = [
    "Exchange",
    "NewInstallation",
    "NewMeter",
    "NewOption",
    "NewRegister",
    "NewShare",
    "SharingTerms",
    "add_meters",
    "close_point",
    "create_maker",
    "create_model",
    "create_point",
    "end_option",
    "exchange",
    "install_meter",
    "install_points",
    "link_points",
    "lock_points",
    "move_to_account",
    "move_to_book",
    "remove_meter",
    "set_account_quota",
    "set_flags",
    "set_meter_state",
    "set_option",
    "set_quota",
    "set_shares",
    "unlink_points",
]

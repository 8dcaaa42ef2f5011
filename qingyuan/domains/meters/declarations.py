"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, NumberKind, Permission

VIEW = "meters.view"
INSTALL = "meters.install"
CHANGE = "meters.change"
STOCK = "meters.stock"

PERMISSIONS = (
    Permission(VIEW, "See meters and points"),
    Permission(INSTALL, "Create points, install, exchange and remove meters"),
    Permission(CHANGE, "Change what holds for a point: shares, options, quotas, links, books"),
    Permission(STOCK, "Keep makers, models and meters"),
)

PARAMETERS = ()

POINT_NUMBERS = "meters.point_no"

NUMBER_KINDS = (NumberKind(POINT_NUMBERS, "Point number", prefix="P", width=8),)

AUDIT_ACTIONS = (
    AuditAction("meters.create_maker", "Maker created"),
    AuditAction("meters.create_model", "Meter model created"),
    AuditAction("meters.add_meters", "Meters taken into stock"),
    AuditAction("meters.set_meter_state", "State of meter changed"),
    AuditAction("meters.install_points", "Points created and meters installed"),
    AuditAction("meters.install_meter", "Meter installed"),
    AuditAction("meters.remove_meter", "Meter removed"),
    AuditAction("meters.exchange", "Meter exchanged"),
    AuditAction("meters.set_shares", "Usage shares changed"),
    AuditAction("meters.set_option", "Item option changed"),
    AuditAction("meters.end_option", "Item option ended"),
    AuditAction("meters.set_quota", "Quota changed"),
    AuditAction("meters.bulk_shares", "Usage shares changed in bulk"),
    AuditAction("meters.bulk_option", "Item options changed in bulk"),
    AuditAction("meters.bulk_option_end", "Item options ended in bulk"),
    AuditAction("meters.bulk_quota", "Quotas changed in bulk"),
    AuditAction("meters.bulk_account_quota", "Quotas of accounts changed in bulk"),
    AuditAction("meters.link_points", "Main and sub linked"),
    AuditAction("meters.unlink_points", "Main and sub unlinked"),
    AuditAction("meters.move_to_book", "Points moved to another book"),
    AuditAction("meters.move_to_account", "Point moved to another account"),
    AuditAction("meters.close_point", "Point closed"),
    AuditAction("meters.set_flags", "Flags of point changed"),
)

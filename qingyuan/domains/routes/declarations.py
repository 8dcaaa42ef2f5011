"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from qingyuan.kernel.declarations import AuditAction, Permission

VIEW = "routes.view"
MANAGE = "routes.manage"

PERMISSIONS = (
    Permission(VIEW, "See areas and books"),
    Permission(MANAGE, "Keep areas and books, assign readers"),
)

PARAMETERS = ()
NUMBER_KINDS = ()

AUDIT_ACTIONS = (
    AuditAction("routes.create_area", "Area created"),
    AuditAction("routes.create_books", "Books created"),
    AuditAction("routes.update_book", "Book changed"),
    AuditAction("routes.assign_reader", "Reader assigned"),
)

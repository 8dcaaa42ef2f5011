"""What this app declares to platform. Whoever may draft a tariff may simulate it: it has no permissions of its own."""

from qingyuan.kernel.declarations import AuditAction

VIEW = "tariffs.view"
RUN = "tariffs.edit"

PERMISSIONS = ()
PARAMETERS = ()
NUMBER_KINDS = ()

AUDIT_ACTIONS = (
    AuditAction("simulations.started", "Price simulation started"),
    AuditAction("simulations.restarted", "Price simulation started again"),
    AuditAction("simulations.deleted", "Price simulation deleted"),
)

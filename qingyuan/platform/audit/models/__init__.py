from qingyuan.platform.audit.models.entry import AuditEntry, AuditHorizon, AuditSeal

__all__ = ["AuditEntry", "AuditHorizon", "AuditSeal"]

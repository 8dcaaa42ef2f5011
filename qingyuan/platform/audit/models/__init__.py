from qingyuan.platform.audit.models.entry import AuditEntry, AuditSeal

__all__ = ["AuditEntry", "AuditSeal"]

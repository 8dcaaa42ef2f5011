from qingyuan.platform.declared_app import DeclaredApp


class AuditConfig(DeclaredApp):
    name = "qingyuan.platform.audit"
    label = "audit"

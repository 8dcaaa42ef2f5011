from qingyuan.platform.declared_app import DeclaredApp


class LockingConfig(DeclaredApp):
    name = "qingyuan.platform.locking"
    label = "locking"

from qingyuan.platform.declared_app import DeclaredApp


class StaffConfig(DeclaredApp):
    name = "qingyuan.platform.staff"
    label = "staff"

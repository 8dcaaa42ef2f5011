from qingyuan.platform.declared_app import DeclaredApp


class LimitsConfig(DeclaredApp):
    name = "qingyuan.platform.limits"
    label = "limits"

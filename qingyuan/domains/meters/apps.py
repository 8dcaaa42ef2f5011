from qingyuan.platform.declared_app import DeclaredApp


class MetersConfig(DeclaredApp):
    name = "qingyuan.domains.meters"
    label = "meters"

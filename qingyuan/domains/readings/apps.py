from qingyuan.platform.declared_app import DeclaredApp


class ReadingsConfig(DeclaredApp):
    name = "qingyuan.domains.readings"
    label = "readings"

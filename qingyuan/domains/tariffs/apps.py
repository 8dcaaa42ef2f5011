from qingyuan.platform.declared_app import DeclaredApp


class TariffsConfig(DeclaredApp):
    name = "qingyuan.domains.tariffs"
    label = "tariffs"

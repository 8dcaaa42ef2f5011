from qingyuan.platform.declared_app import DeclaredApp


class RoutesConfig(DeclaredApp):
    name = "qingyuan.domains.routes"
    label = "routes"

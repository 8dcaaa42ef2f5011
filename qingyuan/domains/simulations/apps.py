from qingyuan.platform.declared_app import DeclaredApp


class SimulationsConfig(DeclaredApp):
    name = "qingyuan.domains.simulations"
    label = "simulations"

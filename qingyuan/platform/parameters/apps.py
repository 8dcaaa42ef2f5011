from qingyuan.platform.declared_app import DeclaredApp


class ParametersConfig(DeclaredApp):
    name = "qingyuan.platform.parameters"
    label = "parameters"

from qingyuan.platform.declared_app import DeclaredApp


class NumberingConfig(DeclaredApp):
    name = "qingyuan.platform.numbering"
    label = "numbering"

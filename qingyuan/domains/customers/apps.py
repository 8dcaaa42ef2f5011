from qingyuan.platform.declared_app import DeclaredApp


class CustomersConfig(DeclaredApp):
    name = "qingyuan.domains.customers"
    label = "customers"

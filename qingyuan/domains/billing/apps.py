from qingyuan.platform.declared_app import DeclaredApp


class BillingConfig(DeclaredApp):
    name = "qingyuan.domains.billing"
    label = "billing"

from qingyuan.platform.declared_app import DeclaredApp


class PaymentsConfig(DeclaredApp):
    name = "qingyuan.domains.payments"
    label = "payments"

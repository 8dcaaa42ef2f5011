from qingyuan.platform.declared_app import DeclaredApp


class LedgerConfig(DeclaredApp):
    name = "qingyuan.domains.ledger"
    label = "ledger"

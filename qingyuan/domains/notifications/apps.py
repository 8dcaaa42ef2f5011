from qingyuan.platform.declared_app import DeclaredApp


class NotificationsConfig(DeclaredApp):
    name = "qingyuan.domains.notifications"
    label = "notifications"

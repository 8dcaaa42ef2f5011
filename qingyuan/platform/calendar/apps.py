from qingyuan.platform.declared_app import DeclaredApp


class CalendarConfig(DeclaredApp):
    name = "qingyuan.platform.calendar"
    label = "calendar"

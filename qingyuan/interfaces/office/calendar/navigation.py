"""The calendar in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Calendar"),
        "calendar:year",
        "organisation.view",
        order=70,
        icon="calendar",
        keywords=("gzrl", "rili", "节假日", "调休", "工作日", "holiday"),
    ),
)

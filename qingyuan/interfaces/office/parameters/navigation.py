"""Parameters in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Parameters"),
        "parameters:list",
        "parameters.view",
        order=50,
        icon="adjustments",
        keywords=("cs", "canshu", "参数设置", "开关", "通收", "setting"),
    ),
)

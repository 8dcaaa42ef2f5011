"""The start page in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.WORKBENCH,
        _("My tasks and today"),
        "workbench:start",
        "",
        order=10,
        icon="home",
        keywords=("gzt", "sy", "首页", "待办", "今日概览", "home", "start"),
        jump_key="h",
    ),
)

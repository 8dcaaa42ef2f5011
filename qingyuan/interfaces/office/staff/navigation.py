"""Staff in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Staff"),
        "staff:list",
        "staff.view",
        order=30,
        icon="users",
        keywords=("yg", "yuangong", "人员", "用户", "操作员", "密码重置", "调转", "password", "user"),
    ),
)

"""Roles in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Roles and rights"),
        "roles:list",
        "staff.view",
        order=40,
        icon="shield-lock",
        keywords=("jsqx", "juese", "权限", "授权", "操作组", "三员", "role", "permission"),
    ),
    NavigationEntry(
        Group.SETTINGS,
        _("Who may do this"),
        "roles:who-may",
        "staff.view",
        order=45,
        icon="user-check",
        keywords=("sykz", "quanxian", "权限查询", "谁可以"),
    ),
)

"""The audit trail in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Audit trail"),
        "audit:list",
        "audit.view",
        order=90,
        icon="history",
        keywords=("sjrz", "shenji", "日志", "操作记录", "变更记录", "留痕", "log"),
    ),
    NavigationEntry(
        Group.SETTINGS,
        _("Audit chain"),
        "audit:chain",
        "audit.view",
        order=95,
        icon="lock",
        keywords=("sjl", "防篡改", "校验", "hash", "seal"),
    ),
)

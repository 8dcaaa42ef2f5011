"""Background jobs in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Background jobs"),
        "jobs:list",
        "jobs.view",
        order=80,
        icon="list-check",
        keywords=("htrw", "renwu", "进度", "队列", "失败", "job", "queue"),
    ),
)

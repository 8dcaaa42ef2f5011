"""The price plans in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.BILLING,
        _("Price plans"),
        "tariffs:list",
        "tariffs.view",
        order=40,
        icon="tag",
        keywords=("jgfa", "jmb", "sj", "水价", "价目"),
    ),
)

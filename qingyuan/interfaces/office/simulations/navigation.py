"""Price simulations in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.BILLING,
        _("Price simulations"),
        "simulations:list",
        "tariffs.view",
        order=45,
        icon="chart-bar",
        keywords=("tjcs", "调价", "测算", "听证", "模拟"),
    ),
)

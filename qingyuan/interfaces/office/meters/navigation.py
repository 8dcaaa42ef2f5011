"""The area's place in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.CUSTOMERS,
        _("Meters"),
        "meters:list",
        "meters.view",
        order=20,
        icon="gauge",
        keywords=("sbda", "shuibiao", "meters"),
        jump_key="m",
    ),
)

"""The area's place in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.CUSTOMERS,
        _("Bulk change"),
        "bulk_changes:shares",
        "meters.change",
        order=45,
        icon="category",
        keywords=("plbg", "piliang", "批量", "改性质", "用水性质变更", "定额", "人口"),
    ),
)

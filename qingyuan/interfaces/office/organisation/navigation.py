"""The organisation in the menu."""

from django.utils.translation import pgettext_lazy

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        pgettext_lazy("area", "Organisation"),
        "organisation:list",
        "organisation.view",
        order=10,
        icon="sitemap",
        keywords=("zzjg", "jigou", "机构", "营业所", "部门", "unit", "branch"),
    ),
)

"""The area's place in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.CUSTOMERS,
        _("Books"),
        "routes:list",
        "routes.view",
        order=30,
        icon="books",
        keywords=("cbc", "chaobiaoce", "biaoce", "books"),
        jump_key="b",
    ),
)

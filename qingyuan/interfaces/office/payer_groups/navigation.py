"""The area's place in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.CUSTOMERS,
        _("Payer groups"),
        "payer_groups:list",
        "customers.view",
        order=40,
        icon="users",
        keywords=("hsh", "heshou", "合收", "集团户", "payer", "group"),
    ),
)

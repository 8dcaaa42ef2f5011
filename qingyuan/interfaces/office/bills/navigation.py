"""Bills in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.BILLING,
        _("Bills"),
        "bills:list",
        "billing.view",
        order=20,
        icon="file-invoice",
        keywords=("zd", "zdcx", "账单", "应收"),
        jump_key="b",
    ),
)

"""Payments in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.PAYMENTS,
        _("Payment records"),
        "payments:list",
        "payments.view",
        order=30,
        icon="receipt",
        keywords=("skjl", "shoukuan", "作废", "补打", "收据", "void", "receipt"),
        jump_key="p",
    ),
)

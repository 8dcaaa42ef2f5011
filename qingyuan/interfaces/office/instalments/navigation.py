"""Instalment agreements in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.PAYMENTS,
        _("Instalments"),
        "instalments:list",
        "ledger.view",
        order=60,
        icon="calendar",
        keywords=("fcsf", "fqfk", "分次收费", "分期付款", "分期"),
    ),
)

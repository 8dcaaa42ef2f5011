"""Billing runs, their plans and correction proposals in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.BILLING,
        _("Billing runs"),
        "billing:runs",
        "billing.view_runs",
        order=10,
        icon="calculator",
        keywords=("kz", "kzpc", "qf", "ss", "签发", "试算", "算费"),
    ),
    NavigationEntry(
        Group.BILLING,
        _("Billing plans"),
        "billing:plans",
        "billing.view_runs",
        order=15,
        icon="calendar",
        keywords=("czjh", "kzjh", "dsrw", "出账计划", "定时出账", "自动开账"),
    ),
    NavigationEntry(
        Group.BILLING,
        _("Correction proposals"),
        "billing:proposals",
        "billing.view_runs",
        order=30,
        icon="receipt-refund",
        keywords=("tb", "退补", "追补"),
    ),
)

"""The counter and shifts in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.PAYMENTS,
        _("Take payments"),
        "counter:counter",
        "payments.take",
        order=10,
        icon="cash",
        keywords=("gtsf", "guitai", "收款", "收费台", "缴费", "预存", "counter", "till"),
        jump_key="c",
    ),
    NavigationEntry(
        Group.PAYMENTS,
        _("Close the shift"),
        "counter:shift",
        "payments.close_shift",
        order=20,
        icon="calculator",
        keywords=("bcjz", "banci", "日结", "交班", "开班", "shift"),
        jump_key="s",
    ),
    NavigationEntry(
        Group.PAYMENTS,
        _("Shift records"),
        "counter:shifts",
        "payments.view",
        order=40,
        icon="report-money",
        keywords=("bcjl", "banci", "长短款", "日结", "over", "short"),
    ),
)

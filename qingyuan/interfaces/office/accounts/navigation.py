"""The area's place in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.CUSTOMERS,
        _("Accounts"),
        "accounts:list",
        "customers.view",
        order=10,
        icon="users",
        keywords=("yhda", "yonghu", "hudang", "accounts"),
        jump_key="u",
    ),
    NavigationEntry(
        Group.CUSTOMERS,
        _("Reliefs"),
        "accounts:reliefs",
        "customers.change",
        order=38,
        icon="percentage",
        keywords=("yhjm", "jianmian", "dibao", "减免", "低保", "到期"),
    ),
    NavigationEntry(
        Group.CUSTOMERS,
        _("Relief schemes"),
        "accounts:relief-schemes",
        "customers.change",
        order=39,
        icon="percentage",
        keywords=("jmfa", "yhfa", "减免方案", "优惠方案", "资金来源"),
    ),
    NavigationEntry(
        Group.CUSTOMERS,
        _("Cost of reliefs"),
        "accounts:relief-costs",
        "billing.view_runs",
        order=40,
        icon="percentage",
        keywords=("jmcb", "减免成本", "减免金额", "优惠成本", "资金来源"),
    ),
)

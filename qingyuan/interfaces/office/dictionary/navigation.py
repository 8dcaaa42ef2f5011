"""The dictionary in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Dictionary"),
        "dictionary:list",
        "dictionary.edit",
        order=60,
        icon="book",
        keywords=("sjzd", "zidian", "代码", "下拉", "表位", "换表原因"),
    ),
)

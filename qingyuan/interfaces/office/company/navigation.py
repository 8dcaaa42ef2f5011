"""The company profile in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SETTINGS,
        _("Company profile"),
        "company:list",
        "organisation.view",
        order=20,
        icon="building",
        keywords=("gszl", "公司", "税号", "开户行", "银行账户", "bank", "tax", "logo"),
    ),
)

"""Other fees in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.BILLING,
        _("Fee types"),
        "fees:types",
        "billing.fee_types",
        order=60,
        icon="receipt",
        keywords=("qtfy", "fylx", "其它费用", "工料费", "校表费"),
    ),
    NavigationEntry(
        Group.BILLING,
        _("Recurring fees"),
        "fees:standing",
        "billing.standing_fees",
        order=59,
        icon="refresh",
        keywords=("zqfy", "周期费用", "垃圾费", "固定收费"),
    ),
    NavigationEntry(
        Group.BILLING,
        _("Import fees"),
        "fees:import",
        "billing.charge_fees",
        order=61,
        icon="upload",
        keywords=("drfy", "导入费用", "其它费用"),
    ),
)

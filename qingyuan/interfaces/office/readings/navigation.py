"""Reading in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.readings.scope import waiting_count
from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.READING,
        _("Reading tasks"),
        "readings:tasks",
        "readings.view",
        order=10,
        icon="clipboard-list",
        keywords=("cbrw", "抄表进度", "录入", "抄表"),
        jump_key="m",
    ),
    NavigationEntry(
        Group.READING,
        _("Reading review"),
        "readings:review",
        "readings.review",
        order=20,
        icon="checklist",
        badge=waiting_count,
        keywords=("cbsh", "数据审核", "异常"),
        jump_key="r",
    ),
    NavigationEntry(
        Group.READING,
        _("Import readings"),
        "readings:import",
        "readings.record",
        order=30,
        icon="file-upload",
        keywords=("drds", "批量录入"),
    ),
    NavigationEntry(
        Group.READING,
        _("Volume adjustments"),
        "readings:adjustments",
        "readings.view",
        order=35,
        icon="adjustments",
        keywords=("zjsl", "增减水量", "追补", "减免水量"),
    ),
    NavigationEntry(
        Group.READING,
        _("Mains waiting for subs"),
        "readings:waiting",
        "readings.view",
        order=40,
        icon="hierarchy",
        keywords=("zfb", "未录量总分表"),
    ),
    NavigationEntry(
        Group.READING,
        _("Mains against subs"),
        "readings:losses",
        "readings.view",
        order=50,
        icon="scale",
        keywords=("zfbcl", "总分表差量", "漏损", "考核表"),
    ),
    NavigationEntry(
        Group.READING,
        _("Reading conditions"),
        "readings:conditions",
        "readings.configure",
        order=90,
        icon="adjustments",
        keywords=("bk", "表况"),
    ),
)

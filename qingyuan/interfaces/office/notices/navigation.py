"""Notices in the menu."""

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES = (
    NavigationEntry(
        Group.SERVICE,
        _("Notices"),
        "notices:list",
        "notifications.view",
        order=10,
        icon="message",
        keywords=("tz", "zdtz", "dx", "通知", "账单通知", "短信", "sms"),
    ),
    NavigationEntry(
        Group.SERVICE,
        _("Notice batches"),
        "notices:batches",
        "notifications.view",
        order=11,
        icon="send",
        keywords=("tzpc", "通知批次", "短信文件", "回执"),
    ),
    NavigationEntry(
        Group.SERVICE,
        _("Notice texts"),
        "notices:texts",
        "notifications.view",
        order=12,
        icon="template",
        keywords=("tzmb", "通知模板", "短信模板"),
    ),
)

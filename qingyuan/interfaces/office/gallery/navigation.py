"""The gallery in the menu, where it exists at all."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.navigation import Group, NavigationEntry

ENTRIES: tuple[NavigationEntry, ...] = ()
if settings.DEBUG or getattr(settings, "OFFICE_GALLERY", False):
    ENTRIES = (
        NavigationEntry(Group.SETTINGS, _("Component gallery"), "gallery:overview", "", order=900, icon="category"),
        NavigationEntry(
            Group.SETTINGS, _("Sample list"), "gallery:list", "", order=901, icon="list", badge=lambda _: 203
        ),
    )

"""The menu (导航): entries that each area declares in its `navigation.py`, gathered by discovery.

An area's module holds `ENTRIES: tuple[NavigationEntry, ...]`. A person sees what they may open, nothing else.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.areas import area_modules
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.actor import Actor


class Group(Enum):
    """The first level of the menu, in the order of the sidebar."""

    WORKBENCH = "workbench", _("Workbench")
    PAYMENTS = "payments", _("Payments")
    CUSTOMERS = "customers", _("Customers")
    READING = "reading", _("Meter reading")
    BILLING = "billing", _("Billing")
    FINANCE = "finance", _("Accounts receivable")
    REPORTS = "reports", _("Reports")
    SERVICE = "service", _("Customer service")
    SETTINGS = "settings", _("Settings")

    def __init__(self, code: str, label: Label) -> None:
        self.code = code
        self.label = label


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One page in the menu.

    `permission` is the code that its view requires ("" for every signed-in person); `order` sorts inside the group;
    `badge` counts open work for the actor (0 shows nothing); `keywords` are further words for search and jump
    (pinyin initials, old names); `jump_key` is the letter after G.
    """

    group: Group
    label: Label
    url_name: str
    permission: str
    order: int = 100
    icon: str = ""
    badge: Callable[[Actor], int] | None = None
    keywords: tuple[str, ...] = ()
    jump_key: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry as one person sees it on one page."""

    label: str
    url: str
    icon: str
    current: bool
    badge: int
    keywords: str
    jump_key: str


@dataclass(frozen=True, slots=True)
class MenuGroup:
    code: str
    label: str
    entries: tuple[MenuEntry, ...]


@cache
def all_entries() -> tuple[NavigationEntry, ...]:
    """Every area's entries in the order of the sidebar. Entries whose page is not routed are an error at once."""
    groups = list(Group)
    found = [entry for module in area_modules("navigation") for entry in module.ENTRIES]
    for entry in found:
        try:
            reverse(entry.url_name)
        except NoReverseMatch as error:
            raise LookupError(f"menu entry {entry.url_name} has no page") from error
    return tuple(sorted(found, key=lambda entry: (groups.index(entry.group), entry.order, entry.url_name)))


def menu_for(actor: Actor, permissions: Collection[str], path: str) -> tuple[MenuGroup, ...]:
    """The groups and entries that a person with `permissions` sees on the page at `path`."""
    allowed = [entry for entry in all_entries() if not entry.permission or entry.permission in permissions]
    urls = {entry: reverse(entry.url_name) for entry in allowed}
    inside = [url for url in urls.values() if path == url or (url != "/" and path.startswith(url))]
    current = max(inside, key=len, default=None)
    groups = []
    for group in Group:
        entries = tuple(
            MenuEntry(
                label=str(entry.label),
                url=urls[entry],
                icon=entry.icon,
                current=urls[entry] == current,
                badge=entry.badge(actor) if entry.badge else 0,
                keywords=" ".join(entry.keywords),
                jump_key=entry.jump_key,
            )
            for entry in allowed
            if entry.group is group
        )
        if entries:
            groups.append(MenuGroup(group.code, str(group.label), entries))
    return tuple(groups)

"""What the base template shows around every page: menu, person, language, keys, messages."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.keys import KeyGroup, key_groups, keys_for_browser
from qingyuan.interfaces.office.shell.navigation import MenuGroup, menu_for
from qingyuan.interfaces.office.shell.people import unit_name
from qingyuan.interfaces.office.shell.preferences import prefers_comfortable
from qingyuan.kernel.actor import Actor

SEARCH_URL_NAME = "accounts:search"


@dataclass(frozen=True, slots=True)
class ShellView:
    menu: tuple[MenuGroup, ...]
    person: str
    unit: str
    search_url: str
    key_groups: tuple[KeyGroup, ...]
    browser: Mapping[str, object]
    language: str
    comfortable: bool
    shown_at: str

    @property
    def other_language(self) -> tuple[str, str]:
        """Code and own name of the language to switch to."""
        return ("en", "English") if self.language.startswith("zh") else ("zh-hans", "中文")


def shell_for(request: HttpRequest, *, with_menu: bool) -> ShellView:
    """The shell of this page; a page without a menu (sign-in, refusals) asks nothing of the database."""
    actor: Actor | None = getattr(request, "actor", None) if with_menu else None
    permissions: frozenset[str] = getattr(request, "permissions", frozenset())
    return ShellView(
        menu=menu_for(actor, permissions, request.path) if actor is not None else (),
        person=actor.name if actor is not None else "",
        unit=unit_name(request) if actor is not None else "",
        search_url=_search_url(),
        key_groups=key_groups(),
        browser={"keys": keys_for_browser(), "words": _words()},
        language=get_language() or "zh-hans",
        comfortable=actor is not None and prefers_comfortable(request),
        shown_at=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    )


def _search_url() -> str:
    try:
        return reverse(SEARCH_URL_NAME)
    except NoReverseMatch:
        return ""


def _words() -> dict[str, str]:
    """The few sentences that scripts say."""
    return {
        "offline": _("The server cannot be reached. What you typed is still here; try again."),
        "close": _("Close"),
        "results": _("%(count)s results"),
        "nothing": _("Nothing found"),
        "selected": _("%(count)s selected"),
        "unsaved": _("There are changes that are not saved."),
        "owes": _("owes"),
    }

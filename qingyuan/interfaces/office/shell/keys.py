"""The one register of keys (快捷键). The page carries it as JSON for `keys.js`; `?` shows it as a list.

A key does what the element marked `data-key="<action>"` does: a field is focused, anything else is clicked. Without
such an element the page is sent an `office:key` event. Single letters work only while no field has the focus, and
can be switched off (WCAG 2.1.4). Keys that browsers keep for themselves are not used.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.text import Label


class KeyScope(Enum):
    EVERYWHERE = _("Everywhere")
    LISTS = _("Lists and review")
    FORMS = _("Forms")
    COUNTER = _("Counter")


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """`combination` as `KeyboardEvent.key`, with Ctrl+ or Shift+ before it."""

    combination: str
    action: str
    label: Label
    scope: KeyScope = KeyScope.EVERYWHERE

    @property
    def shown(self) -> str:
        """As it stands on the keyboard: Ctrl K, Esc, J."""
        parts = self.combination.split("+")
        return " ".join({"Escape": "Esc"}.get(part, part.upper() if len(part) == 1 else part) for part in parts)


KEYS: tuple[KeyBinding, ...] = (
    KeyBinding("Ctrl+k", "jump", _("Search and jump")),
    KeyBinding("?", "help", _("Show the keys")),
    KeyBinding("Escape", "back", _("Close or go back one level")),
    KeyBinding("F2", "find-customer", _("Find a customer"), KeyScope.COUNTER),
    KeyBinding("Shift+F2", "payer-group", _("Open the payer group of the account"), KeyScope.COUNTER),
    KeyBinding("F4", "toggle-bills", _("Select all or no bills"), KeyScope.COUNTER),
    KeyBinding("Shift+F4", "choose-charges", _("Choose the charge items to be paid"), KeyScope.COUNTER),
    KeyBinding("F8", "pay-card", _("Pay by card"), KeyScope.COUNTER),
    KeyBinding("F9", "use-balance", _("Use the prepaid balance"), KeyScope.COUNTER),
    KeyBinding("F10", "prepay", _("Take a prepayment"), KeyScope.COUNTER),
    KeyBinding("Ctrl+p", "print", _("Print the last receipt again, or the page"), KeyScope.COUNTER),
    KeyBinding("Ctrl+s", "save", _("Save"), KeyScope.FORMS),
    KeyBinding("Ctrl+Enter", "save-next", _("Save and next"), KeyScope.FORMS),
    KeyBinding("/", "filter", _("Go to the filter"), KeyScope.LISTS),
    KeyBinding("n", "new", _("New"), KeyScope.LISTS),
    KeyBinding("j", "next-row", _("Next row"), KeyScope.LISTS),
    KeyBinding("k", "previous-row", _("Previous row"), KeyScope.LISTS),
    KeyBinding("x", "select-row", _("Select the row"), KeyScope.LISTS),
    KeyBinding("a", "approve", _("Approve"), KeyScope.LISTS),
    KeyBinding("r", "send-back", _("Send back"), KeyScope.LISTS),
    KeyBinding("e", "edit", _("Change"), KeyScope.LISTS),
    KeyBinding("p", "photo", _("Photo"), KeyScope.LISTS),
    KeyBinding("u", "undo", _("Undo"), KeyScope.LISTS),
    KeyBinding("[", "previous-record", _("Previous record"), KeyScope.LISTS),
    KeyBinding("]", "next-record", _("Next record"), KeyScope.LISTS),
)


@dataclass(frozen=True, slots=True)
class KeyGroup:
    label: str
    bindings: tuple[KeyBinding, ...]


def key_groups() -> tuple[KeyGroup, ...]:
    """The register by scope, for the list that `?` shows."""
    return tuple(
        KeyGroup(str(scope.value), tuple(binding for binding in KEYS if binding.scope is scope)) for scope in KeyScope
    )


def keys_for_browser() -> dict[str, str]:
    """Combination → action, as the page carries it."""
    return {binding.combination: binding.action for binding in KEYS}

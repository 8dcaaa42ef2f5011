"""Words and chips for the codes of the customer file (档案用语)."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers.rules.states import AccountState, CollectionKind, CustomerKind, HoldActivity, TokenKind
from qingyuan.domains.meters.rules.states import LinkKind, MeterState, PointKind, ShareKind, Sharing
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.formats import date_text
from qingyuan.interfaces.office.shell.text import Label

ACCOUNT_STATES: Mapping[str, Chip] = {
    AccountState.PRE_OPENED: Chip(_("Pre-opened"), Tone.BLUE),
    AccountState.ACTIVE: Chip(_("Active"), Tone.GREEN),
    AccountState.SUSPENDED: Chip(_("Suspended"), Tone.AMBER),
    AccountState.CLOSING: Chip(_("Being closed"), Tone.AMBER),
    AccountState.CLOSED: Chip(_("Closed account"), Tone.GREY),
}
CUSTOMER_KINDS: Mapping[str, Label] = {
    CustomerKind.PERSON: _("Person"),
    CustomerKind.ORGANISATION: _("Organisation"),
}
COLLECTION_KINDS: Mapping[str, Label] = {
    CollectionKind.HALL: _("At the hall"),
    CollectionKind.COLLECTOR: _("By a collector"),
}
HOLD_ACTIVITIES: Mapping[str, Label] = {
    HoldActivity.READING: _("Meter reading"),
    HoldActivity.BILLING: _("Billing"),
    HoldActivity.PAYMENT: _("Payment"),
    HoldActivity.REVERSAL: _("Reversal"),
    HoldActivity.CASE: _("Service cases"),
}
METER_STATES: Mapping[str, Chip] = {
    MeterState.IN_STOCK: Chip(_("In stock"), Tone.BLUE),
    MeterState.ISSUED: Chip(_("Issued to a fitter"), Tone.BLUE),
    MeterState.INSTALLED: Chip(_("Installed"), Tone.GREEN),
    MeterState.REMOVED: Chip(_("Removed"), Tone.AMBER),
    MeterState.SCRAPPED: Chip(_("Scrapped"), Tone.GREY),
}
POINT_KINDS: Mapping[str, Label] = {
    PointKind.METERED: _("Metered"),
    PointKind.UNMETERED: _("Without a meter"),
}
SHARE_KINDS: Mapping[str, Label] = {
    ShareKind.FIXED: _("Fixed volume"),
    ShareKind.RATIO: _("Ratio"),
    ShareKind.REMAINDER: _("The rest"),
}
LINK_KINDS: Mapping[str, Label] = {
    LinkKind.DEDUCT: _("Deducted"),
    LinkKind.ALLOCATE: _("Allocated"),
    LinkKind.CHECK: _("For checking"),
}
SHARINGS: Mapping[str, Label] = {
    Sharing.VOLUME: _("by usage"),
    Sharing.COUNT: _("equally"),
    Sharing.FIXED: _("by fixed parts"),
}
POINT_FLAGS: Mapping[str, Label] = {
    "never_billed": _("Flow meter, never billed"),
    "never_cut": _("Never cut off"),
    "is_reversed": _("Mounted in reverse"),
    "is_waiting": _("Waiting for its reading"),
}
MATCHES: Mapping[str, Label] = {
    TokenKind.ACCOUNT_NO: _("Account no."),
    TokenKind.OLD_NO: _("Old account no."),
    TokenKind.NAME: _("Account name"),
    TokenKind.PINYIN: _("Pinyin initials"),
    TokenKind.PHONE_TAIL: _("Phone tail"),
    TokenKind.ADDRESS: _("Address"),
    TokenKind.METER_NO: _("Meter no."),
}
READING_STATES: Mapping[str, Chip] = {
    "PENDING": Chip(_("Not read"), Tone.GREY),
    "READ": Chip(_("Read"), Tone.BLUE),
    "HELD": Chip(_("To be reviewed"), Tone.AMBER),
    "APPROVED": Chip(_("Approved"), Tone.GREEN),
    "BILLED": Chip(_("Billed"), Tone.GREEN),
    "SKIPPED": Chip(_("Not to be read"), Tone.GREY),
}
ANOMALIES: Mapping[str, Label] = {
    "BELOW_PREVIOUS": _("Below the previous value"),
    "HIGH_USAGE": _("Unusually high"),
    "ZERO_AFTER_USE": _("Zero after use"),
    "SAME_AS_PREVIOUS": _("Same value as before"),
    "OVER_DIGITS": _("More digits than the meter"),
    "FIRST_READING": _("First reading"),
    "NO_AVERAGE": _("Nothing to compare with"),
    "LOW_USAGE": _("Unusually low"),
}
BILL_KINDS: Mapping[str, Label] = {
    "REGULAR": _("Regular bill"),
    "FINAL": _("Final bill"),
    "ESTIMATED": _("Estimated bill"),
    "BACK_BILL": _("Back bill"),
    "REFUND": _("Refund bill"),
    "OTHER": _("Other bill"),
}
CHANNELS: Mapping[str, Label] = {"COUNTER": _("Counter"), "BATCH": _("Batch collection")}
MOVEMENTS: Mapping[str, Label] = {
    "TOP_UP": _("Paid ahead"),
    "OFFSET": _("Offset against a bill"),
    "OFFSET_UNDONE": _("Offset undone"),
    "FROM_CANCELLED": _("From a cancelled bill"),
    "CREDIT": _("From a refund bill"),
    "REFUND": _("Paid back"),
    "VOID": _("Payment voided"),
}


def english() -> bool:
    """Whether the page is written in English."""
    return (get_language() or "").startswith("en")


def choices(words: Mapping[str, object], *, blank: bool = False) -> list[tuple[str, object]]:
    """The codes with their words, for a form's choice; `blank` puts an empty one first."""
    found: list[tuple[str, object]] = [
        (str(code), word.text if isinstance(word, Chip) else word) for code, word in words.items()
    ]
    return [("", ""), *found] if blank else found


def word(words: Mapping[str, Label], code: str) -> str:
    """The word of a code; the code itself when it has none."""
    return str(words.get(code, code))


def span(from_date: date, to_date: date | None) -> str:
    """A half-open span for people: 2026-01-01 ~ 2026-07-01, or from a date on."""
    start = date_text(from_date)
    return f"{start} ~ {date_text(to_date)}" if to_date else str(_("from %(date)s on")) % {"date": start}

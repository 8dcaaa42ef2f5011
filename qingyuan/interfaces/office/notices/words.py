"""Words for the codes of notices (通知用语)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.notifications.operations.outbox import BILL_CANCELLED
from qingyuan.domains.notifications.queries import NoticeRow
from qingyuan.domains.notifications.rules.parts import Parts
from qingyuan.domains.notifications.rules.reach import NO_NOTICES
from qingyuan.domains.notifications.rules.states import Channel, Language, NoticeKind, NoticeState, WhyNot
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.formats import masked_phone
from qingyuan.interfaces.office.shell.text import Label

KINDS: Mapping[NoticeKind, Label] = {
    NoticeKind.BILL_ISSUED: gettext_lazy("bill issued"),
    NoticeKind.BILL_CORRECTED: gettext_lazy("bill corrected"),
    NoticeKind.FEE_CHARGED: gettext_lazy("fee charged"),
}
CHANNELS: Mapping[Channel, Label] = {
    Channel.SMS: gettext_lazy("short message"),
    Channel.PAPER: gettext_lazy("paper"),
}
LANGUAGES: Mapping[Language, Label] = {
    Language.CHINESE: gettext_lazy("Chinese"),
    Language.ENGLISH: gettext_lazy("English"),
}
STATES: Mapping[NoticeState, Label] = {
    NoticeState.QUEUED: gettext_lazy("queued"),
    NoticeState.UNREACHABLE: gettext_lazy("not reachable"),
    NoticeState.HANDED_OVER: gettext_lazy("handed over"),
    NoticeState.DELIVERED: gettext_lazy("delivered"),
    NoticeState.FAILED: gettext_lazy("failed"),
    NoticeState.CANCELLED: gettext_lazy("withdrawn"),
}
TONES: Mapping[NoticeState, Tone] = {
    NoticeState.QUEUED: Tone.BLUE,
    NoticeState.UNREACHABLE: Tone.AMBER,
    NoticeState.HANDED_OVER: Tone.BLUE,
    NoticeState.DELIVERED: Tone.GREEN,
    NoticeState.FAILED: Tone.RED,
}
WHY_NOT: Mapping[WhyNot, Label] = {
    WhyNot.OPTED_OUT: gettext_lazy("wants no notices"),
    WhyNot.NO_PHONE: gettext_lazy("no phone number"),
    WhyNot.NO_CONSENT: gettext_lazy("no consent to messages"),
    WhyNot.BAD_PHONE: gettext_lazy("no mobile number"),
    WhyNot.NO_ADDRESS: gettext_lazy("no address"),
}
ACCOUNT_CHANNELS: tuple[tuple[str, Label], ...] = (
    ("", gettext_lazy("as the unit has it")),
    *((str(key), word) for key, word in CHANNELS.items()),
    (NO_NOTICES, gettext_lazy("wants no notices")),
)
ACCOUNT_LANGUAGES: tuple[tuple[str, Label], ...] = (
    ("", gettext_lazy("as the unit has it")),
    *((str(key), word) for key, word in LANGUAGES.items()),
)


def state_chip(state: NoticeState) -> Chip:
    """The state in words with its tone."""
    return Chip(STATES[state], TONES.get(state, Tone.GREY))


def reason_text(row: NoticeRow) -> str:
    """Why a notice is not reachable, withdrawn or failed; a provider's own words stay as they are."""
    if row.reason == BILL_CANCELLED:
        return _("the bill was cancelled")
    return str(WHY_NOT[WhyNot(row.reason)]) if row.state is NoticeState.UNREACHABLE else row.reason


def recipient_text(row: NoticeRow) -> str:
    """The number in part, or the address."""
    if not row.recipient:
        return ""
    return masked_phone(row.recipient) if row.channel is Channel.SMS else row.recipient


def parts_text(parts: Parts) -> str:
    """How long the text is and how many short messages it comes to."""
    return _("%(length)s characters, %(count)s short messages") % {"length": parts.length, "count": parts.count}

"""Whether and where an account is told (送达方式): its own choice, else the unit's, and why it cannot be reached."""

import re
from dataclasses import dataclass

from qingyuan.domains.notifications.rules.states import Channel, WhyNot

NO_NOTICES = "NONE"
"""An account's choice of channel that wants no notices at all (不接收)."""

_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of an account when it is to be told. `wants`: its choice of channel, NO_NOTICES, or empty for none.

    `phone` and `may_message` are those of the contact to be told, `phone` empty without one.
    """

    wants: str
    phone: str
    may_message: bool
    address: str


@dataclass(frozen=True, slots=True)
class Way:
    """The channel with number or address; `why_not` None where the account can be told."""

    channel: Channel
    recipient: str
    why_not: WhyNot | None = None


def way_to(asked: Asked, *, default: Channel) -> Way:
    """By what an account is told: its own choice, else `default`. An unreachable one is no error but an answer."""
    if asked.wants == NO_NOTICES:
        return Way(default, "", WhyNot.OPTED_OUT)
    channel = Channel(asked.wants) if asked.wants else default
    if channel is Channel.PAPER:
        return Way(channel, asked.address, None if asked.address else WhyNot.NO_ADDRESS)
    if not asked.phone:
        return Way(channel, "", WhyNot.NO_PHONE)
    if not asked.may_message:
        return Way(channel, "", WhyNot.NO_CONSENT)
    mobile = mobile_of(asked.phone)
    return Way(channel, asked.phone, WhyNot.BAD_PHONE) if mobile is None else Way(channel, mobile)


def mobile_of(phone: str) -> str | None:
    """The eleven digits, 1 first, of a mobile number of the mainland; None for any other (a fixed line gets no message).

    Which of the prefixes are in use changes with time: that is for the provider to say.
    """
    found = _MOBILE.fullmatch(re.sub(r"[\s()-]", "", phone))
    return None if found is None else found[1]

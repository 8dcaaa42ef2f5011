"""Whether and where an account is told."""

import pytest

from qingyuan.domains.notifications.rules.reach import Asked, Way, mobile_of, way_to
from qingyuan.domains.notifications.rules.states import Channel, WhyNot

SMS, PAPER = Channel.SMS, Channel.PAPER
PHONE, PLACE = "139 0000-0001", "临江路8号"


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (Asked("", PHONE, True, PLACE), Way(SMS, "13900000001")),
        (Asked("", "", False, PLACE), Way(SMS, "", WhyNot.NO_PHONE)),
        (Asked("", PHONE, False, PLACE), Way(SMS, "", WhyNot.NO_CONSENT)),
        (Asked("", "021-5555 0001", True, PLACE), Way(SMS, "021-5555 0001", WhyNot.BAD_PHONE)),
        (Asked("PAPER", PHONE, True, PLACE), Way(PAPER, PLACE)),
        (Asked("PAPER", PHONE, True, ""), Way(PAPER, "", WhyNot.NO_ADDRESS)),
        (Asked("NONE", PHONE, True, PLACE), Way(SMS, "", WhyNot.OPTED_OUT)),
        (Asked("SMS", PHONE, True, PLACE), Way(SMS, "13900000001")),
    ],
)
def test_the_account_is_told_as_it_asks_or_the_reason_is_named(asked: Asked, way: Way) -> None:
    assert way_to(asked, default=SMS) == way


def test_without_a_choice_the_units_channel_counts() -> None:
    assert way_to(Asked("", PHONE, True, PLACE), default=PAPER) == Way(PAPER, PLACE)


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [
        ("+86 13900000001", "13900000001"),
        ("8613900000001", "13900000001"),
        ("12000000001", "12000000001"),
        ("23900000001", None),
        ("1390000000", None),
        ("139000000012", None),
    ],
)
def test_mobile_numbers(phone: str, mobile: str | None) -> None:
    assert mobile_of(phone) == mobile

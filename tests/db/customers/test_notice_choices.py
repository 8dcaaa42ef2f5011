"""How an account wants to be told: within reach, of the holder's own contacts, never over another person's change."""

from datetime import date

import pytest

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import AccountNotices
from qingyuan.domains.customers.operations import NoticeChoiceRefused
from qingyuan.domains.customers.queries.notices import notice_choices
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.factories.platform import SYSTEM, make_person

DAY = date(2025, 1, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def choose(account_id: int, *, actor: Actor = SYSTEM, version: int = 0, **given: object) -> None:
    values: dict[str, object] = {"channel": "PAPER", "language": "", "contact_id": None} | given
    customers.set_notices(actor=actor, account_id=account_id, version=version, on=DAY, **values)  # type: ignore[arg-type]


def test_choices_are_kept_changed_and_on_record(priced: PricedTown) -> None:
    point = make_billable_points(priced, 1)[0]
    account_id, contact = account_of(point), give_phone(point)

    choose(account_id, contact_id=contact, language="en")
    choose(account_id, channel="NONE", version=1)

    stored = notice_choices(account_id, on=DAY)
    assert (stored.channel, stored.language, stored.contact_id, stored.version) == ("NONE", "", None, 2)
    entries = AuditEntry.objects.filter(action="customers.set_notices").order_by("id")
    assert [(entry.after or {})["channel"] for entry in entries] == ["PAPER", "NONE"]


@pytest.mark.parametrize(("field", "value"), [("channel", "PIGEON"), ("language", "de"), ("contact", 0)])
def test_what_there_is_not_is_refused(priced: PricedTown, field: str, value: object) -> None:
    one, other = make_billable_points(priced, 2)
    given = {"contact_id": give_phone(other)} if field == "contact" else {field: value}

    with pytest.raises(NoticeChoiceRefused) as refused:
        choose(account_of(one), **given)

    assert refused.value.params == {"field": field}
    assert not AccountNotices.objects.exists()


def test_another_persons_change_is_not_overwritten(priced: PricedTown) -> None:
    account_id = account_of(make_billable_points(priced, 1)[0])
    choose(account_id)

    for version in (0, 2):
        with pytest.raises(StaleEdit):
            choose(account_id, channel="SMS", version=version)

    assert AccountNotices.objects.get().channel == "PAPER"


def test_outside_the_reach_nothing_is_chosen(priced: PricedTown) -> None:
    account_id = account_of(make_billable_points(priced, 1)[0])
    stranger = make_person(priced.town.utility.west_id, "customers.change", login="west")

    with pytest.raises(NotPermitted):
        choose(account_id, actor=stranger)

    assert not AccountNotices.objects.exists()

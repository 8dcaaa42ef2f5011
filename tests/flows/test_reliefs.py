"""The list of reliefs: what ends soon first, by state and scheme, within reach."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import Account, AccountRelief
from tests.counting import LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, make_billable_points, make_priced_town

pytestmark = pytest.mark.django_db
TODAY = date(2025, 4, 20)


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    """Five accounts with reliefs around 20 April: without end, to 1 June, to 31 May, ended on the day, from May on."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    town = make_priced_town()
    make_billable_points(town, 5)
    spans: list[tuple[date, date | None]] = [
        (date(2024, 1, 1), None),
        (date(2024, 1, 1), date(2025, 6, 1)),
        (date(2024, 1, 1), date(2025, 5, 31)),
        (date(2024, 1, 1), TODAY),
        (date(2025, 5, 1), date(2026, 5, 1)),
    ]
    accounts = Account.objects.order_by("account_no")
    AccountRelief.objects.bulk_create(
        AccountRelief(
            company_id=town.company_id, account=account, scheme="dibao", from_date=start, to_date=end, evidence="低保证"
        )
        for account, (start, end) in zip(accounts, spans, strict=True)
    )
    return town


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("customers.view", "customers.change", unit_id=priced.company_id))


def shown(client: Client, query: str = "") -> list[tuple[str, str, str]]:
    """(account, days left, state) of each row."""
    rows = client.get(f"/reliefs/{query}").context["list"].rows
    return [(row.cells[0].text, row.cells[6].text, str(row.cells[7].chip.text)) for row in rows]


def test_what_ends_first_stands_on_top(clerk: Client) -> None:
    assert shown(clerk) == [
        ("AP000004", "0", "已到期"),
        ("AP000003", "41", "本月或下月到期"),
        ("AP000002", "42", "有效"),  # in force through the whole of May
        ("AP000005", "376", "待生效"),
        ("AP000001", "—", "有效"),
    ]
    assert len(questions(clerk, "/reliefs/")) <= LIST


@pytest.mark.parametrize(
    ("query", "accounts"),
    [
        ("?when=in-force", ["AP000003", "AP000002", "AP000001"]),
        ("?when=next-month", ["AP000003"]),
        ("?when=ended", ["AP000004"]),
        ("?when=to-come", ["AP000005"]),
        ("?q=AP000002", ["AP000002"]),
        ("?scheme=none", []),
    ],
)
def test_filters(clerk: Client, query: str, accounts: list[str]) -> None:
    assert [row[0] for row in shown(clerk, query)] == accounts


def test_reliefs_of_another_company_are_not_shown(priced: PricedTown) -> None:
    stranger = signed_in_client(
        make_staff("customers.view", unit_id=make_priced_town("02").company_id, login="stranger")
    )

    assert shown(stranger) == []

"""A token and an address have so many calls in a minute; the rest hear when to come again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest import MonkeyPatch
from pytest_django import Settings

from qingyuan.config.client_address import networks
from qingyuan.config.environment import TRUSTED_PROXIES
from qingyuan.platform.limits.models import CallCount
from qingyuan.platform.staff.models import SignInAttempt
from tests.counting import questions
from tests.factories.billing import make_priced_town
from tests.factories.platform import make_utility
from tests.flows.api.callers import ON, caller, token_for

AT = datetime(2025, 7, 20, 8, 30, 15, tzinfo=UTC)
PATH = "/api/v1/bills"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    monkeypatch.setattr(timezone, "now", lambda: AT)


def test_token_has_its_calls_of_the_minute_and_no_more(settings: Settings, monkeypatch: MonkeyPatch) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    unit_id = make_utility().east_id
    one, other = token_for(unit_id, "billing.view"), token_for(unit_id, "billing.view", login="other")

    answers = [caller(one, language="en").get(PATH) for _ in range(5)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert [each["X-RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0", "0"]
    refused = answers[3]
    assert (refused["Retry-After"], refused["X-RateLimit-Limit"], refused["X-RateLimit-Reset"]) == ("45", "3", "45")
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "limits.too_many_calls"
    assert refused.json()["title"] == "Too many calls: at most 3 in a minute; try again in 45 seconds"
    assert caller(other).get(PATH).status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=1))
    assert caller(one).get(PATH).status_code == 200


def test_call_that_is_refused_for_another_reason_counts_too(settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    token = token_for(make_utility().east_id, "staff.view")

    assert [caller(token).get(PATH).status_code for _ in range(3)] == [403, 403, 429]


def test_without_a_limit_nothing_is_counted(settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = 0
    token = token_for(make_utility().east_id, "billing.view")

    assert "X-RateLimit-Limit" not in caller(token).get(PATH)
    assert not CallCount.objects.exists()


def test_counting_is_one_statement(settings: Settings) -> None:
    token = token_for(make_utility().east_id, "billing.view")

    counted = questions(caller(token), PATH)
    settings.API_CALLS_PER_MINUTE = 0

    assert len(counted) - len(questions(caller(token), PATH)) == 1


def test_calculator_is_limited_by_address_and_says_when_to_come_again(settings: Settings) -> None:
    settings.CALCULATOR_CALLS_PER_MINUTE = 2
    make_priced_town()

    answers = [Client(REMOTE_ADDR="192.0.2.1").get("/calculator/", {"lang": "en"}) for _ in range(3)]
    part = Client(REMOTE_ADDR="192.0.2.1").get("/calculator/", headers={"HX-Request": "true"})

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2]["Cache-Control"]) == ("45", "no-store")
    assert (
        "ask again in 45 seconds" in answers[2].content.decode() and '<html lang="en">' in answers[2].content.decode()
    )
    assert (part.status_code, part["HX-Retarget"]) == (429, "#calculator .answer")
    assert part.content.decode().startswith("<section") and "45 秒" in part.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.2").get("/calculator/").status_code == 200


def test_behind_a_proxy_each_client_counts_for_himself(settings: Settings, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_TRUSTED_PROXIES", "127.0.0.1")
    settings.TRUSTED_PROXIES = networks(TRUSTED_PROXIES)
    settings.CALCULATOR_CALLS_PER_MINUTE = 1
    make_priced_town()

    def ask(client: str, peer: str = "127.0.0.1") -> int:
        return Client(REMOTE_ADDR=peer).get("/calculator/", headers={"X-Forwarded-For": client}).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")] == [200, 429, 200]
    assert [ask("192.0.2.7", peer="198.51.100.1"), ask("192.0.2.8", peer="198.51.100.1")] == [200, 429]


def test_lockout_at_sign_in_sees_the_client_behind_the_proxy(settings: Settings, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_TRUSTED_PROXIES", "127.0.0.1")
    settings.TRUSTED_PROXIES = networks(TRUSTED_PROXIES)
    make_utility()

    for client in ("192.0.2.1", "192.0.2.2"):
        Client().post("/sign-in/", {"login": "nobody", "password": "wrong"}, headers={"X-Forwarded-For": client})

    assert list(SignInAttempt.objects.order_by("id").values_list("address", flat=True)) == ["192.0.2.1", "192.0.2.2"]

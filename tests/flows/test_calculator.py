"""The public calculator through HTTP: nobody signs in, plain forms, parts for htmx, bounds, languages, frames."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest import MonkeyPatch
from pytest_django import Settings

from qingyuan.domains.tariffs.models import ChargeItem, UsageClass
from tests.counting import DETAIL, questions
from tests.factories.billing import PricedTown, make_priced_town
from tests.factories.platform import make_utility

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def priced(db: None, monkeypatch: MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    priced = make_priced_town()
    UsageClass.objects.filter(code="RESIDENTIAL").update(name="居民", name_en="Residential", position=1)
    ChargeItem.objects.filter(code="water").update(name_en="Water")
    return priced


def asked(client: Client, given: Mapping[str, str], path: str = "/calculator/", **headers: str) -> str:
    answer = client.get(path, given, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_first_page_answers_at_once_without_a_session(priced: PricedTown, client: Client) -> None:
    answer = client.get("/calculator/")
    page = answer.content.decode()

    assert "<strong>69.00</strong>" in page and "第 1 档（0 至 220）" in page
    assert not answer.cookies
    assert answer["Cache-Control"] == "public, max-age=300"
    assert client.get("/calculator").status_code in {301, 302}
    assert client.post("/calculator/").status_code == 405
    assert len(questions(client, "/calculator/")) <= DETAIL // 2


def test_plain_form_gives_the_bills_fen_with_its_explanation(priced: PricedTown, client: Client) -> None:
    page = asked(client, {"price": "RESIDENTIAL", "volume": "60", "used": "280", "people": "4", "lang": "zh"})

    assert "<strong>329.80</strong>" in page
    assert "第 2 档：20 m³ × 单价 3.30 = 66.00" in page
    assert "阶梯周期 2025-01-01 至 2025-12-31：此前已用 280 m³，加上本次共 340 m³" in page
    assert 'action="/calculator/"' in page and "<button" in page


def test_htmx_gets_the_part_alone_and_fields_follow_the_class(priced: PricedTown, client: Client) -> None:
    part = asked(client, {"price": "INDUSTRY", "volume": "1000"}, **{"HX-Request": "true"})

    assert part.startswith('<div id="calculator"') and "<html" not in part
    assert "<strong>5002.00</strong>" in part
    assert 'name="people"' not in part and 'name="used"' not in part
    assert 'name="people"' in asked(client, {"price": "RESIDENTIAL"}, **{"HX-Request": "true"})


def test_english_by_address_or_by_cookie(priced: PricedTown, client: Client) -> None:
    by_address = asked(client, {"lang": "en"})
    client.cookies["django_language"] = "en"
    by_cookie = asked(client, {})

    for page in (by_address, by_cookie):
        assert '<html lang="en">' in page and "Water bill calculator" in page
        assert "Residential" in page and "Water tier 1" in page and 'name="lang" value="en"' in page
    other = by_address.split('class="language" href="')[1].split('"')[0]
    assert parse_qs(urlsplit(other).query) == {"lang": ["zh"]}
    assert '<html lang="zh-Hans">' in asked(client, {"lang": "zh"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"volume": "-1"}, "请填写数字"),
        ({"volume": "1000001"}, "不得大于 1000000"),
        ({"volume": "1e400"}, "请填写数字"),
        ({"volume": "9" * 400}, "请填写数字"),
        ({"volume": "nan"}, "请填写数字"),
        ({"volume": "zehn"}, "请填写数字"),
        ({"volume": "1.2345"}, "3 位"),
        ({"volume": ""}, "必填"),
        ({"volume": "20", "people": "31"}, "31"),
        ({"volume": "20", "people": "0"}, "0"),
        ({"volume": "20", "used": "99999999999"}, "不得大于 10000000"),
    ],
)
def test_what_is_out_of_bounds_is_told_at_its_field(
    priced: PricedTown, client: Client, given: dict[str, str], said: str
) -> None:
    page = asked(client, {"price": "RESIDENTIAL", **given})

    errors = [part.split("</p>")[0] for part in page.split('class="field-error"')[1:]]
    assert len(errors) == 1 and said in errors[0], errors
    assert "<strong>" not in page


def test_full_width_digits_and_an_unknown_class_are_forgiven(priced: PricedTown, client: Client) -> None:
    page = asked(client, {"price": "NO-SUCH", "volume": "２０"})

    assert "<strong>69.00</strong>" in page and 'value="RESIDENTIAL" selected' in page


def test_foreign_frames_only_where_the_setting_names_them(
    priced: PricedTown, client: Client, settings: Settings
) -> None:
    shut = client.get("/calculator/")
    settings.CALCULATOR_FRAMES = ["https://www.example.org"]
    settings.CALCULATOR_SECURITY_POLICY = "default-src 'self'; frame-ancestors 'self' https://www.example.org"
    opened, office = client.get("/calculator/"), client.get("/sign-in/")

    assert "frame-ancestors 'self'" in shut["Content-Security-Policy"] and shut["X-Frame-Options"] == "SAMEORIGIN"
    assert opened["Content-Security-Policy"].endswith("frame-ancestors 'self' https://www.example.org")
    assert "X-Frame-Options" not in opened
    assert office["X-Frame-Options"] == "SAMEORIGIN"
    assert office["Content-Security-Policy"].endswith("frame-ancestors 'self'")


def test_several_companies_and_none(priced: PricedTown, client: Client) -> None:
    assert "<strong>69.00</strong>" in asked(client, {}, "/calculator/01/")
    unknown = client.get("/calculator/09/")
    make_utility("02")
    choice = asked(client, {"lang": "en"})

    assert unknown.status_code == 404 and "没有这个供水单位" in unknown.content.decode()
    assert 'href="/calculator/01/?lang=en"' in choice and 'href="/calculator/02/?lang=en"' in choice
    assert "尚未公布价格" in asked(client, {}, "/calculator/02/")
    assert 'action="/calculator/01/"' in asked(client, {}, "/calculator/01/")


def test_empty_installation_says_so(db: None, client: Client) -> None:
    assert "尚未公布价格" in asked(client, {})


def test_quota_price_asks_for_the_quota(db: None, client: Client, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    make_priced_town(tariffs=(QUOTA,))

    page = asked(client, {"volume": "1100", "quota": "1000"})
    missing = asked(client, {"volume": "1100", "quota": ""})

    assert "<strong>3500.00</strong>" in page  # 1000 × 3 + 100 × 5
    assert "必填" in missing and "<strong>" not in missing


QUOTA = """
format: qingyuan-tariff/1
code: quota
name: 演示定额
usage_class: INDUSTRY
effective: {from: '2013-08-01', to: null}
tiers: {limits: [{quota: '1'}, {quota: '1.5'}], cycle_months: 12, mode: cumulative}
charges:
  - {item: water, name: 自来水费, price: ['3', '5', '8']}
"""

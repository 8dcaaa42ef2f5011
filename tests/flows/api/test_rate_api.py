"""Programs ask what a bill would come to: the command's object, by published prices or files, bounded, exact refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st
from pytest import CaptureFixture, MonkeyPatch

from qingyuan.domains.tariffs.models import ChargeItem, PriceVersion
from qingyuan.interfaces.api.rating.schemas import RatedLineOut, RateOut
from qingyuan.interfaces.commands.entry import main
from tests.factories.billing import SH_RES, PricedTown, make_priced_town, publish
from tests.factories.platform import make_utility
from tests.flows.api.callers import ON, caller, token_for

PATH = "/api/v1/rate"
MOST_QUESTIONS = 12
NAMES = {"tariff": "sh-res", "usage_class": "RESIDENTIAL"}
SHIPPED = Path(__file__).parents[3] / "qingyuan" / "data" / "tariffs"
SEWAGE = """
format: qingyuan-tariff/1
kind: item
code: sewage-low
name: 污水减征
effective: {from: '2013-08-01', to: null}
charges: [{item: sewage, name: 污水处理费, price: '0.50'}]
"""


@pytest.fixture(scope="module")
def priced(module_db: str) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def client(priced: PricedTown, db: None, monkeypatch: MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    return caller(token_for(priced.unit_id, "tariffs.view"), language="en")


def ask(client: Client, **question: Any) -> Any:
    return client.post(PATH, json.dumps(question), content_type="application/json")


def wrong(answer: Any) -> dict[str, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return {each["place"]: each["code"] for each in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("file", "options", "question"),
    [
        ("sh-res", ["--usage", "40", "--used-before", "280"], {"usage": "40", "used_before": "280"}),
        ("gz-res", ["--usage", "60", "--months", "2", "--people", "6"], {"usage": 60, "months": 2, "people": 6}),
        ("sh-res", ["--usage=-40", "--used-before", "280"], {"usage": -40, "used_before": "280.0"}),
        (
            "sh-res",
            ["--usage", "210", "--from", "2014-04-10", "--to", "2014-08-12"],
            {"usage": "210", "from": "2014-04-10", "to": "2014-08-12"},
        ),
    ],
)
def test_answer_is_the_object_that_the_command_prints(
    client: Client, capsys: CaptureFixture[str], file: str, options: list[str], question: dict[str, Any]
) -> None:
    path = SHIPPED / f"{file}.yaml"
    main(["rate", "--tariff", str(path), *options, "--json"])
    printed = json.loads(capsys.readouterr().out)

    answer = ask(client, tariff_files=[path.read_text(encoding="utf-8")], **question)

    assert (answer.status_code, answer.json()) == (200, printed)
    assert RateOut.model_validate(printed).total == printed["total"]
    assert set(RateOut.model_fields) == set(printed)
    fields = {field.alias or name for name, field in RatedLineOut.model_fields.items()}
    assert fields == set(printed["lines"][0])


def test_published_plan_and_class_answer_as_the_file_does(client: Client) -> None:
    by_file = ask(client, tariff_files=[SH_RES], usage="40", used_before="280", people=4).json()
    by_plan = ask(client, tariff="sh-res", usage="40", used_before="280", people=4).json()
    by_class = ask(client, usage_class="RESIDENTIAL", usage="40", used_before="280", people=4).json()
    at_unit = ask(client, usage_class="RESIDENTIAL", unit="01", usage="40", used_before="280", people=4).json()

    assert by_file["total"] == "213.20"  # 20 × 3.30 + 20 × 4.30 + 40 × 0.9 × 1.70
    assert by_plan == by_class == at_unit == by_file


def test_charge_items_own_tax_holds_by_published_prices(client: Client) -> None:
    ChargeItem.objects.filter(code="water").update(tax_treatment="taxed", tax_rate="0.03")

    told = ask(client, usage_class="RESIDENTIAL", usage="10", **{"from": "2025-01-05", "to": "2025-02-05"}).json()

    water = next(line for line in told["lines"] if line["item"] == "water")
    assert (water["amount"], water["net"], water["tax"], water["tax_rate"]) == ("19.20", "18.64", "0.56", "0.03")


def test_file_of_a_single_charge_replaces_it(client: Client) -> None:
    told = ask(client, tariff_files=[SH_RES, SEWAGE], usage="10").json()

    assert {line["item"]: line["plan"] for line in told["lines"]} == {"water": "sh-res", "sewage": "sewage-low"}
    assert told["total"] == "24.20"  # 19.20 + 10 × 0.50


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ({}, {"/": "tariffs.problem.missing_key"}),
        ({"usage": "ten", "tariff": "sh-res"}, {"usage": "tariffs.problem.not_number"}),
        ({"usage": 1e30, "tariff": "sh-res"}, {"usage": "tariffs.problem.not_number"}),
        ({"usage": "1.2345", "tariff": "sh-res"}, {"usage": "tariffs.problem.too_many_places"}),
        ({"usage": "1", "tariff": "sh-res", "price": "3"}, {"/": "tariffs.problem.unknown_key"}),
        ({"usage": "1", "tariff": "sh-res", "from": "2025-01-01"}, {"from": "tariffs.problem.from_and_to"}),
        (
            {"usage": "1", "tariff": "sh-res", "from": "2001-01-01", "to": "2025-01-01"},
            {"to": "tariffs.problem.span_too_long"},
        ),
        ({"usage": "1"}, {"tariff": "tariffs.problem.no_tariff_named"}),
        ({"usage": "1", "tariff": "a", "usage_class": "b"}, {"usage_class": "tariffs.problem.one_source_of_prices"}),
        ({"usage": "1", "tariff": "sh-res", "unit": "01"}, {"unit": "tariffs.problem.unit_of_class"}),
        ({"usage": "1", "usage_class": "NONE"}, {"usage_class": "tariffs.problem.unknown_usage_class"}),
        ({"usage": "1", "usage_class": "RESIDENTIAL", "unit": "09"}, {"unit": "tariffs.problem.unknown_unit"}),
        ({"usage": "1", "usage_class": "RESIDENTIAL", "unit": "\ud800\0"}, {"unit": "tariffs.problem.unknown_unit"}),
        ({"pieces": [{"usage": "1", "from": "2025-01-01", "to": "2025-01-02"}] * 101, "tariff": "sh-res"}, None),
        ({"usage": "1", "tariff": "none"}, {"tariff": "tariffs.version_unknown"}),
        ({"usage": "1", "shares": [{"tariff": "none"}]}, {"shares[1].tariff": "tariffs.version_unknown"}),
        (
            {"usage": "1", "tariff": "sh-res", "options": {"sewage": "none"}},
            {"options.sewage": "tariffs.version_unknown"},
        ),
        (
            {"usage": "1", "tariff": "sh-res", "from": "2001-01-01", "to": "2001-02-01"},
            {"from": "tariffs.no_version_in_force"},
        ),
        ({"usage": "-5", "tariff": "sh-res"}, {"used_before": "tariffs.credit_exceeds_use"}),
        ({"usage": "1", "tariff_files": [SH_RES, SH_RES]}, {"tariff_files": "tariffs.version_twice"}),
        ({"usage": "1", "tariff_files": [SEWAGE]}, {"tariff_files": "tariffs.not_one_plan"}),
        (
            {"usage": "1", "tariff_files": [SH_RES.replace("'1.70'", "-1")]},
            {"tariff_files[1].charges[2].price": "tariffs.problem.negative"},
        ),
        ({"usage": "1", "tariff_files": ["a: &a [1]\nb: *a"]}, {"tariff_files[1]": "tariffs.problem.aliases_refused"}),
        ({"usage": "1", "tariff_files": ["[" * 5000]}, {"tariff_files[1]": "tariffs.problem.too_deep"}),
        ({"usage": "1", "tariff_files": [SH_RES] * 9}, {"tariff_files": "tariffs.problem.too_many"}),
    ],
)
def test_what_does_not_hold_is_told_at_its_place(
    client: Client, question: dict[str, Any], places: dict[str, str] | None
) -> None:
    answer = ask(client, **question)

    assert answer.status_code == 422
    found = wrong(answer)
    assert all(each["message"] not in {"", each["code"]} for each in answer.json()["errors"])
    if places is None:
        assert found["pieces"] == "tariffs.problem.too_many"
    else:
        assert places.items() <= found.items()


def test_complaint_about_a_file_names_its_line_in_the_callers_language(client: Client, priced: PricedTown) -> None:
    file = SH_RES.replace("'1.70'", "minus")
    zh = caller(token_for(priced.unit_id, "tariffs.view", login="zh"))

    told = ask(zh, tariff_files=[file], usage="1").json()["errors"]

    line = next(number for number, text in enumerate(file.split("\n"), 1) if "minus" in text)
    assert [(each["line"], each["place"]) for each in told] == [(line, "tariff_files[1].charges[2].price")]
    assert "minus" in told[0]["message"] and "数" in told[0]["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "tariffs.problem.not_json"),
        ("{", "tariffs.problem.not_json"),
        ("[" * 60_000, "tariffs.problem.too_deep"),
        ('{"usage":' * 5_000, "tariffs.problem.too_deep"),
        ('"\\"[[[[[[[[[[[[[["', "tariffs.problem.not_mapping"),
        ("\x80\x81", "tariffs.problem.not_json"),
        ('{"usage": NaN, "tariff": "sh-res"}', "tariffs.problem.not_number"),
        ('{"usage": "1", "usage": "2", "tariff": "sh-res"}', "tariffs.problem.double_key"),
    ],
)
def test_body_that_is_no_question_is_refused(client: Client, body: str, code: str) -> None:
    answer = client.post(PATH, body.encode("latin-1"), content_type="application/json")

    assert answer.status_code == 422
    assert code in wrong(answer).values()


def test_body_above_the_bound_is_refused_unread(client: Client) -> None:
    answer = client.post(PATH, b" " * (64 * 1024 + 1), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (413, "api.too_large")


def test_only_who_may_see_prices_asks_and_only_of_the_own_company(client: Client, priced: PricedTown) -> None:
    lacking = caller(token_for(priced.unit_id, "billing.view", login="lacking"))
    stranger = caller(token_for(make_utility("09").east_id, "tariffs.view", login="stranger"))

    assert ask(lacking, tariff="sh-res", usage="1").json()["code"] == "kernel.not_permitted"
    assert wrong(ask(stranger, tariff="sh-res", usage="1")) == {"tariff": "tariffs.version_unknown"}
    assert wrong(ask(stranger, usage_class="RESIDENTIAL", unit="01", usage="1")) == {
        "usage_class": "tariffs.problem.unknown_usage_class"
    }
    assert client.get(PATH).status_code == 405


def test_version_of_the_future_answers_for_its_days_and_not_for_today(client: Client, priced: PricedTown) -> None:
    PriceVersion.objects.filter(plan__code="sh-res").update(effective_to="2026-01-01")
    publish(priced, SH_RES.replace("2013-08-01", "2026-01-01").replace("'1.92'", "'2.92'"))
    dates = {"from": "2025-12-01", "to": "2026-02-01"}

    today = {key: ask(client, usage="10", **{key: code}).json() for key, code in NAMES.items()}
    later = {key: ask(client, usage="62", **dates, **{key: code}).json() for key, code in NAMES.items()}

    assert {told["total"] for told in today.values()} == {"34.50"}  # 10 × 1.92 + 9 × 1.70
    # 62 days, 31 before the change: 31 × 1.92 + 31 × 2.92 + 62 × 0.9 × 1.70, the sewage in two lines
    assert {told["total"] for told in later.values()} == {"244.90"}
    assert {line["version"] for line in later["tariff"]["lines"]} == {"2013-08-01", "2026-01-01"}


def test_question_asks_the_database_little(client: Client) -> None:
    ask(client, usage_class="RESIDENTIAL", usage="10")

    with CaptureQueriesContext(connection) as asked:
        assert ask(client, usage_class="RESIDENTIAL", usage="10").status_code == 200

    assert len(asked) <= MOST_QUESTIONS


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = (
    "tariff",
    "usage",
    "used_before",
    "people",
    "pieces",
    "shares",
    "options",
    "tax",
    "relief",
    "tariff_files",
    "unit",
)


@given(question=st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=5), plan=st.booleans())
@property_settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_question_is_an_error_of_ours(client: Client, question: dict[str, Any], plan: bool) -> None:
    if plan:
        question = {"tariff": "sh-res", "usage": "10", **question}

    assert ask(client, **question).status_code in {200, 422}

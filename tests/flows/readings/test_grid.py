"""录入 through HTTP: a row is saved alone, answered with usage and signs; refusals change nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from qingyuan.domains.readings.models import Reading, ReadingItem, ReadingTask
from tests.counting import LIST, questions
from tests.factories import readings as make
from tests.factories.platform import make_person
from tests.flows.readings.people import JAN, client_of, make_reading_town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    return make_reading_town()


def _task() -> ReadingTask:
    return ReadingTask.objects.get(period__yyyymm=202501)


def _rows() -> list[ReadingItem]:
    return list(ReadingItem.objects.filter(task=_task()).order_by("order_no"))


def _entry(row: ReadingItem, value: str, **given: object) -> dict[str, Any]:
    return {"id": row.pk, "version": row.version, "value": value, "condition": "", "date": "2025-01-15", **given}


def _save(client: Client, *entries: dict[str, Any], task_id: int | None = None) -> Any:
    return client.post(
        f"/readings/tasks/{task_id or _task().pk}/rows/",
        json.dumps({"rows": entries}),
        content_type="application/json",
    )


def test_a_row_is_saved_and_answered_with_usage_signs_and_totals(town: make.Town, db: None) -> None:
    first, second, *_ = _rows()

    answer = _save(client_of("clerk"), _entry(first, "120"), _entry(second, "1,200")).json()

    assert [one["ok"] for one in answer["rows"]] == [True, True]
    assert answer["rows"][0]["row"]["usage"] == "20"
    assert answer["rows"][0]["row"]["signs"][0]["text"] == "已抄"
    assert [sign["text"] for sign in answer["rows"][1]["row"]["signs"]] == ["首次抄表"]
    assert answer["totals"] == {"taken": 2, "due": 4, "readings": "1320", "usage": "1120"}
    first.refresh_from_db()
    assert (first.state, first.usage_volume) == ("READ", Decimal("20.000"))
    assert Reading.objects.get(reading_item=first).source == "GRID"


def test_text_in_the_number_column_names_the_row_and_the_others_are_saved(town: make.Town, db: None) -> None:
    first, second, *_ = _rows()

    answer = _save(client_of("clerk"), _entry(first, "12o"), _entry(second, "120")).json()

    assert (answer["rows"][0]["ok"], answer["rows"][0]["message"]) == (False, "请填写数字，如 12.50")
    assert answer["rows"][1]["ok"]
    first.refresh_from_db()
    assert first.state == "PENDING"


def test_a_row_that_another_person_changed_is_refused_with_both_values(town: make.Town, db: None) -> None:
    first, *_ = _rows()
    make.read(first.point_id, JAN, "130")

    [answer] = _save(client_of("clerk"), _entry(first, "120")).json()["rows"]

    assert (answer["ok"], answer["conflict"], answer["row"]["value"]) == (False, True, "130")
    first.refresh_from_db()
    assert first.usage_volume == Decimal("30.000")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"date": "2999-01-01"}, "抄表日期 2999-01-01 晚于业务日期"),
        ({"condition": "99"}, "没有表况 99。"),
        ({"date": "x"}, "日期请按 2026-11-24 的格式填写"),
    ],
)
def test_refusals_say_exactly_what_is_wrong(town: make.Town, db: None, given: dict[str, object], message: str) -> None:
    first, *_ = _rows()

    [answer] = _save(client_of("clerk"), _entry(first, "120", **given)).json()["rows"]

    assert not answer["ok"]
    assert message in answer["message"]
    assert not Reading.objects.filter(reading_item=first).exists()


def test_conditions_decide_the_usage(town: make.Town, db: None) -> None:
    first, second, *_ = _rows()

    answer = _save(
        client_of("clerk"), _entry(first, "", condition="07", volume="12.5"), _entry(second, "", condition="03")
    ).json()

    assert [one["row"]["usage"] for one in answer["rows"]] == ["12.5", "0"]


def test_another_units_sheet_is_neither_shown_nor_written(town: make.Town, db: None) -> None:
    first, *_ = _rows()
    stranger = client_of("stranger")

    assert stranger.get(f"/readings/tasks/{_task().pk}/").status_code == 404
    assert _save(stranger, _entry(first, "120")).status_code == 404
    first.refresh_from_db()
    assert first.state == "PENDING"


def test_a_row_of_another_sheet_is_refused_whole(town: make.Town, db: None) -> None:
    first, *_ = _rows()
    other = make.make_book(town.company_id, town.utility.east_id, "01-B")
    make.make_points(town, 1, prefix="Q", book_id=other)
    make.plan(town, JAN)
    elsewhere = ReadingItem.objects.get(book_id=other)

    response = _save(client_of("clerk"), _entry(first, "120"), _entry(elsewhere, "120"), task_id=first.task_id)

    assert response.status_code == 404
    assert not Reading.objects.exists()


def test_a_body_that_is_none_is_refused(town: make.Town, db: None) -> None:
    response = client_of("clerk").post(f"/readings/tasks/{_task().pk}/rows/", "rows", content_type="application/json")

    assert response.status_code == 404


def test_the_sheet_is_in_reading_order_and_asks_few_questions(town: make.Town, db: None) -> None:
    client = client_of("clerk")
    page = client.get(f"/readings/tasks/{_task().pk}/").content.decode()

    places = [page.index(f"AP00000{n}") for n in range(1, 5)]
    assert places == sorted(places)
    assert page.count('name="value"') == 4
    assert len(questions(client, f"/readings/tasks/{_task().pk}/")) <= LIST


def test_the_sheet_is_exported_with_its_totals(town: make.Town, db: None) -> None:
    first, *_ = _rows()
    make.read(first.point_id, JAN, "120")

    answer = client_of("clerk").get(f"/readings/tasks/{_task().pk}/?format=xlsx")

    assert answer["Content-Type"].startswith("application/vnd.openxml")
    assert answer.content[:2] == b"PK"


def test_who_may_only_look_gets_no_fields(town: make.Town, db: None) -> None:
    make_person(town.company_id, "readings.view", login="looker")

    page = client_of("looker").get(f"/readings/tasks/{_task().pk}/").content.decode()

    assert 'name="value"' not in page

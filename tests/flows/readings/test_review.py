"""抄表审核 through HTTP: reasons, approving, sending back, changing, the two-person rule, other units."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import Anomaly, ReadingItem
from qingyuan.domains.readings.queries.entry import REVIEW_SORTS
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.interfaces.office.readings.views.review import QUEUE
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.queries import actor_of
from tests.counting import DETAIL, LIST, questions
from tests.factories import readings as make
from tests.flows.readings.people import JAN, client_of, make_reading_town

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    """January read: the first normal, the second held, the third below its previous value, the fourth to be read."""
    town = make_reading_town()
    first, second, third, _fourth = _items()
    make.read(first.point_id, JAN, "120")
    make.read(second.point_id, JAN, "400")
    make.read(third.point_id, JAN, "90")
    return town


def _items() -> list[ReadingItem]:
    return list(ReadingItem.objects.filter(period__yyyymm=202501).order_by("order_no"))


def _post(client: Client, name: str, *rows: ReadingItem, **fields: str) -> Any:
    ids = [f"{row.pk}:{row.version}" for row in rows]
    return client.post(f"/readings/review/{name}/", {"ids": ids, **fields}, headers=JSON)


def test_the_queue_shows_reasons_with_counts_in_few_queries(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    page = client.get("/readings/review/").content.decode()

    assert "全部异常 <strong>2</strong>" in page
    assert "无异常待审 <strong>1</strong>" in page
    assert "AP000002" in page
    assert "AP000001" not in page
    assert len(questions(client, "/readings/review/")) <= LIST


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("usage", ["AP000003", "AP000002"]),
        ("-usage", ["AP000002", "AP000003"]),
        ("account_no", ["AP000002", "AP000003"]),
        ("-account_no", ["AP000003", "AP000002"]),
        ("deviation", ["AP000003", "AP000002"]),
        ("", ["AP000002", "AP000003"]),
    ],
)
def test_a_heading_sorts_the_queue(town: make.Town, db: None, sort: str, order: list[str]) -> None:
    ReadingItem.objects.filter(period__yyyymm=202501).update(average_volume="10")

    answer = client_of("supervisor").get(f"/readings/review/?sort={sort}")

    assert [row.cells[0].text for row in answer.context["list"].rows] == order


def test_without_an_average_the_greatest_usage_stands_first(town: make.Town, db: None) -> None:
    make.read(_items()[3].point_id, JAN, "500")

    rows = client_of("supervisor").get("/readings/review/").context["list"].rows

    assert [row.cells[0].text for row in rows] == ["AP000004", "AP000002", "AP000003"]


def test_every_heading_that_offers_to_sort_sorts() -> None:
    assert {column.key for column in QUEUE.columns if column.sortable} == set(REVIEW_SORTS)


def test_a_reason_narrows_the_queue(town: make.Town, db: None) -> None:
    client = client_of("supervisor")

    below = client.get("/readings/review/?reason=BELOW_PREVIOUS").content.decode()
    plain = client.get("/readings/review/?reason=read").content.decode()

    assert ("AP000003" in below, "AP000002" in below) == (True, False)
    assert ("AP000001" in plain, "AP000002" in plain) == (True, False)


def test_a_held_reading_is_approved_with_an_opinion_only(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    held = _items()[1]

    refused = _post(client, "approve", held).json()
    taken = _post(client, "approve", held, reason_code="VERIFIED", reason="已回访").json()

    assert (refused["done"], refused["failed"][0]["text"]) == (0, "该读数异常待审，通过须填写审核意见。")
    assert (taken["done"], taken["message"]) == (1, "已通过 1 条")
    held.refresh_from_db()
    assert held.state == "APPROVED"
    assert (
        Anomaly.objects.filter(reading_item=held, decision="ACCEPTED").earliest("id").reason == "现场核实无误：已回访"
    )


def test_what_is_below_its_previous_value_must_be_changed(town: make.Town, db: None) -> None:
    below = _items()[2]

    answer = _post(client_of("supervisor"), "approve", below, reason="x").json()

    assert "请先更正读数或表况" in answer["failed"][0]["text"]
    below.refresh_from_db()
    assert below.state == "HELD"


def test_nobody_approves_a_large_reading_of_their_own(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    fourth = _items()[3]
    row = readings.ReadRow(reading_item_id=fourth.pk, read_date=JAN, value=Decimal(300))
    supervisor = actor_of(Staff.objects.get(login="supervisor"), origin="127.0.0.1")
    readings.record_reading(actor=supervisor, row=row, source=ReadingSource.GRID, on=JAN)
    fourth.refresh_from_db()

    answer = _post(client, "approve", fourth, reason="核实").json()

    assert "须由他人审核" in answer["failed"][0]["text"]
    fourth.refresh_from_db()
    assert fourth.state == "HELD"


def test_sending_back_needs_a_coded_reason_and_empties_the_item(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    held = _items()[1]

    refused = client.post(
        "/readings/review/send-back/", {"ids": [str(held.pk)]}, headers={**JSON, "HX-Request": "true"}
    )
    sent = _post(client, "send-back", held, reason_code="MISREAD").json()

    assert refused.status_code == 409
    assert sent["message"] == "已退回 1 条"
    held.refresh_from_db()
    assert (held.state, held.usage_volume) == ("PENDING", None)
    assert Anomaly.objects.filter(reading_item=held).earliest("id").reason == "抄错"


def test_a_row_that_changed_since_it_was_looked_at_is_not_approved(town: make.Town, db: None) -> None:
    first = _items()[0]
    make.read(first.point_id, JAN, "125")

    answer = _post(client_of("supervisor"), "approve", first).json()

    assert answer["done"] == 0
    first.refresh_from_db()
    assert first.state == "READ"


def test_another_units_reading_is_not_decided(town: make.Town, db: None) -> None:
    stranger = client_of("stranger")
    first, held, *_ = _items()

    approved = _post(stranger, "approve", first).json()
    sent = _post(stranger, "send-back", held, reason_code="MISREAD").json()

    assert (approved["done"], sent["done"]) == (0, 0)
    assert {one.state for one in _items()[:2]} == {"READ", "HELD"}
    assert "AP000002" not in stranger.get("/readings/review/").content.decode()


def test_all_near_the_average_are_approved_at_once(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    ReadingItem.objects.filter(pk=_items()[0].pk).update(average_volume=Decimal(18), months=1)
    query = "period=202501&reason=read"

    count = client.get(f"/readings/review/near/?{query}&percent=20").content.decode()
    none = client.get(f"/readings/review/near/?{query}&percent=5").content.decode()
    answer = client.post("/readings/review/approve-near/", {"query": query, "percent": "20"}, headers=JSON).json()

    assert "1 条在此范围内" in count
    assert "0 条在此范围内" in none
    assert answer["done"] == 1
    assert _items()[0].state == "APPROVED"


def test_changing_a_reading_keeps_the_old_one_and_needs_a_reason(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    below = _items()[2]
    sent = {"value_1": "190", "read_date": "2025-01-15", "version": below.version}

    refused = client.post(f"/readings/items/{below.pk}/change/", sent)
    changed = client.post(f"/readings/items/{below.pk}/change/", {**sent, "reason": "抄错"}, follow=True)

    assert refused.status_code == 422
    assert changed.status_code == 200
    below.refresh_from_db()
    assert below.usage_volume == Decimal("90.000")
    assert below.readings.count() == 2


def test_a_stale_change_shows_both_values(town: make.Town, db: None) -> None:
    below = _items()[2]
    old = below.version
    make.read(below.point_id, JAN, "150")

    response = client_of("supervisor").post(
        f"/readings/items/{below.pk}/change/",
        {"value_1": "190", "read_date": "2025-01-15", "version": old, "reason": "抄错"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "150" in page
    assert "190" in page
    below.refresh_from_db()
    assert below.usage_volume == Decimal("50.000")


@pytest.mark.parametrize("page", ["", "enter/", "change/", "correct/"])
def test_another_units_item_is_not_found(town: make.Town, db: None, page: str) -> None:
    row = _items()[1]

    assert client_of("stranger").get(f"/readings/items/{row.pk}/{page}").status_code == 404


def test_the_items_page_tells_the_whole_story_in_few_queries(town: make.Town, db: None) -> None:
    first = _items()[0]
    make.read_and_approve(first.point_id, JAN, "125")
    client = client_of("supervisor")
    page = client.get(f"/readings/items/{first.pk}/").content.decode()

    assert "MP000001" in page
    assert "计费水量" in page
    assert "25 m³" in page
    assert "留存" in page
    assert len(questions(client, f"/readings/items/{first.pk}/")) <= DETAIL


def test_leaving_out_and_reading_after_all(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    fourth = _items()[3]

    client.post(f"/readings/items/{fourth.pk}/skip/", {"reason": "停业"})
    assert _items()[3].state == "SKIPPED"

    client.post(f"/readings/items/{fourth.pk}/reopen/", {"reason": "复业"})
    assert _items()[3].state == "PENDING"


def test_correcting_the_register_after_approval(town: make.Town, db: None) -> None:
    first = _items()[0]
    make.read_and_approve(first.point_id, JAN, "125")

    response = client_of("supervisor").post(
        f"/readings/items/{first.pk}/correct/", {"value_1": "120", "reason": "抄错"}, follow=True
    )

    assert "已更正为 20 m³。" in response.content.decode()
    first.refresh_from_db()
    assert first.usage_volume == Decimal("20.000")


def test_conditions_are_added_and_retired(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    fields = {"name": "井盖打不开", "algorithm": "ESTIMATE", "position": "100", "is_active": "on"}

    client.post("/readings/conditions/new/", {**fields, "code": "10"})
    twice = client.post("/readings/conditions/new/", {**fields, "code": "10"})
    client.post("/readings/conditions/10/", {**fields, "is_active": ""})

    assert twice.status_code == 422
    assert "该编码已存在" in twice.content.decode()
    page = client.get("/readings/conditions/").content.decode()
    assert "井盖打不开" in page
    assert "停用" in page

"""增减水量 through HTTP: asked for with evidence, decided by another person, listed, undone."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.domains.readings.models import ReadingItem, VolumeAdjustment
from tests.counting import DETAIL, LIST, questions
from tests.factories import readings as make
from tests.flows.readings.people import JAN, client_of, make_reading_town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    """January approved: 60 m³ at the first point, 25 at the second."""
    town = make_reading_town()
    first, second, *_ = _items()
    make.read_and_approve(first.point_id, JAN, "160")
    make.read_and_approve(second.point_id, JAN, "125")
    return town


def _items() -> list[ReadingItem]:
    return list(ReadingItem.objects.filter(period__yyyymm=202501).order_by("order_no"))


def _ask(client: Client, way: str, amount: str, **more: object) -> str:
    fields = {"way": way, "amount": amount, "reason_code": "LEAK", "reason": "表后漏水", **more}
    answer = client.post(f"/readings/items/{_items()[0].pk}/adjust/", fields, follow=True)
    return answer.content.decode()


def _adjustment() -> VolumeAdjustment:
    return VolumeAdjustment.objects.latest("id")


def _usage() -> Decimal | None:
    return _items()[0].usage_volume


def test_small_adjustment_holds_at_once_and_stands_on_the_reading(town: make.Town, db: None) -> None:
    said = _ask(client_of("clerk"), "less", "5")

    assert "水量现为 55 m³。" in said
    page = client_of("supervisor").get(f"/readings/items/{_items()[0].pk}/").content.decode()
    assert _adjustment().adjustment_no in page
    assert "漏水减免：表后漏水" in page
    assert len(questions(client_of("supervisor"), f"/readings/items/{_items()[0].pk}/")) <= DETAIL


def test_large_adjustment_with_evidence_is_decided_by_another_person(town: make.Town, db: None) -> None:
    clerk, supervisor = client_of("clerk"), client_of("supervisor")
    file = SimpleUploadedFile("申请.pdf", b"%PDF-1.4 leak", content_type="application/pdf")

    said = _ask(clerk, "to", "30", file=file)

    assert "待第二人审批" in said
    assert _usage() == Decimal(60)
    number = _adjustment().adjustment_no
    assert ">批准<" not in said and "撤回" in said, "who asked may take it back, not approve it"
    page = supervisor.get(f"/readings/adjustments/{number}/").content.decode()
    assert "申请.pdf" in page and "本期水量改为 30 m³。" in page
    link = page.split("/files/")[1].split('"')[0]
    assert supervisor.get(f"/readings/adjustments/{number}/files/{link}").content == b"%PDF-1.4 leak"
    assert len(questions(supervisor, f"/readings/adjustments/{number}/")) <= DETAIL
    assert "待审批的增减水量" in supervisor.get("/").content.decode()
    assert "待审批的增减水量" not in clerk.get("/").content.decode()
    answer = supervisor.post(f"/readings/adjustments/{number}/approve/", {"version": "1"}, follow=True)
    assert "水量现为 30 m³。" in answer.content.decode()
    assert _usage() == Decimal(30)
    answer = supervisor.post(
        f"/readings/adjustments/{number}/reverse/", {"version": "2", "reason": "未漏水"}, follow=True
    )
    assert "已冲销" in answer.content.decode()
    assert _usage() == Decimal(60)


def test_list_is_filtered_by_state_and_number_in_few_queries(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    _ask(client_of("clerk"), "less", "5")
    holding = _adjustment().adjustment_no
    _ask(client_of("clerk"), "more", "50")
    waiting = _adjustment().adjustment_no

    page = client.get("/readings/adjustments/?state=REQUESTED").content.decode()

    assert waiting in page and holding not in page
    assert holding in client.get(f"/readings/adjustments/?q={holding}").content.decode()
    assert holding not in client_of("stranger").get("/readings/adjustments/").content.decode()
    assert len(questions(client, "/readings/adjustments/")) <= LIST


def test_refusals_are_told_and_change_nothing(town: make.Town, db: None) -> None:
    supervisor = client_of("supervisor")
    below = supervisor.post(
        f"/readings/items/{_items()[0].pk}/adjust/",
        {"way": "less", "amount": "61", "reason_code": "LEAK", "reason": "x"},
    )
    assert below.status_code == 422
    assert VolumeAdjustment.objects.count() == 0
    _ask(supervisor, "less", "50")
    number = _adjustment().adjustment_no

    own = supervisor.post(f"/readings/adjustments/{number}/approve/", {"version": "1"}, follow=True)

    assert "须由他人审批" in own.content.decode()
    assert _usage() == Decimal(60)


def test_another_units_adjustment_is_not_found(town: make.Town, db: None) -> None:
    _ask(client_of("clerk"), "less", "50")
    number, stranger = _adjustment().adjustment_no, client_of("stranger")

    assert stranger.get(f"/readings/adjustments/{number}/").status_code == 404
    assert stranger.get(f"/readings/items/{_items()[0].pk}/adjust/").status_code == 404
    for act in ("approve", "refuse", "withdraw", "reverse"):
        assert stranger.post(f"/readings/adjustments/{number}/{act}/", {"version": "1"}).status_code == 404
    assert _adjustment().state == "REQUESTED"

"""增减水量 through HTTP: asked for with evidence, decided by another person, listed, undone."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.domains.readings.models import ReadingItem, VolumeAdjustment
from tests.counting import DETAIL, LIST, questions
from tests.factories import readings as make
from tests.factories.billing import make_billable_points, make_priced_town, read_month
from tests.flows.readings.people import JAN, client_of, make_reading_people

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    """January approved: 60 m³ at the first point, 25 at the second. Water 1.92, sewage 0.9 × 1.70."""
    priced = make_priced_town()
    first, second = make_billable_points(priced, 2)
    read_month(priced, JAN, {first: "160", second: "125"})
    make_reading_people(priced.town)
    return priced.town


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


def _effect(client: Client, **typed: str) -> str:
    return client.get(f"/readings/items/{_items()[0].pk}/adjust/effect/", typed).content.decode()


def test_what_it_comes_to_is_shown_before_it_is_saved(town: make.Town, db: None) -> None:
    clerk = client_of("clerk")

    small = _effect(clerk, way="less", amount="5", charge_item="")
    large = _effect(clerk, way="less", amount="20", charge_item="")
    sewage = _effect(clerk, way="less", amount="5", charge_item="sewage")
    waived = _effect(clerk, way="waive", amount="", charge_item="sewage")

    assert "本期账单：207.00 → 189.75 元，−17.25。" in small and "立即生效" in small
    assert "本期账单：207.00 → 138.00 元，−69.00。" in large and "须由第二人审批" in large
    assert "本期账单：207.00 → 199.35 元，−7.65。" in sewage and "立即生效" in sewage
    assert "本期账单：207.00 → 115.20 元，−91.80。" in waived and "立即生效" in waived
    assert VolumeAdjustment.objects.count() == 0
    assert "notice" not in _effect(clerk, way="less", amount="", charge_item="")
    assert "notice" not in _effect(clerk, way="waive", amount="", charge_item="")
    assert "更正后水量为负" in _effect(clerk, way="less", amount="61", charge_item="")
    assert "低于零" in _effect(clerk, way="less", amount="61", charge_item="sewage")
    url = f"/readings/items/{_items()[0].pk}/adjust/"
    assert len(questions(clerk, url)) <= DETAIL
    assert client_of("stranger").get(f"{url}effect/").status_code == 404


def test_one_charge_alone_is_adjusted_listed_and_undone(town: make.Town, db: None) -> None:
    supervisor = client_of("supervisor")

    said = _ask(client_of("clerk"), "less", "5", charge_item="sewage")

    assert "已单独调整该费用项，水量仍为 60 m³。" in said
    assert "−7.65" in said
    row = _adjustment()
    assert (row.change, row.effect, row.state) == (Decimal(-5), Decimal("-7.65"), "APPROVED")
    reading = supervisor.get(f"/readings/items/{_items()[0].pk}/").content.decode()
    assert row.adjustment_no in reading and "sewage" in reading
    listed = supervisor.get("/readings/adjustments/?charge=sewage").content.decode()
    assert row.adjustment_no in listed and "sewage" in listed
    for other in ("water", "-"):
        assert row.adjustment_no not in supervisor.get(f"/readings/adjustments/?charge={other}").content.decode()
    answer = supervisor.post(
        f"/readings/adjustments/{row.adjustment_no}/reverse/", {"version": "2", "reason": "误登"}, follow=True
    )
    assert "已冲销" in answer.content.decode()


def test_charge_let_off_is_decided_by_another_person_when_dear(town: make.Town, db: None) -> None:
    supervisor = client_of("supervisor")
    without = supervisor.post(
        f"/readings/items/{_items()[0].pk}/adjust/",
        {"way": "waive", "amount": "", "reason_code": "LEAK", "reason": "x", "charge_item": ""},
    )
    assert without.status_code == 422 and "请选择要免收的费用项" in without.content.decode()

    said = _ask(client_of("clerk"), "waive", "", charge_item="water")

    assert "待第二人审批" in said and "整项免收" in said
    number = _adjustment().adjustment_no
    page = supervisor.get(f"/readings/adjustments/{number}/").content.decode()
    assert "仅调整该费用项：water，整项免收；本期水量不变。" in page and "−115.20" in page
    supervisor.post(f"/readings/adjustments/{number}/approve/", {"version": "1"})
    assert _adjustment().state == "APPROVED"
    again = client_of("clerk").post(
        f"/readings/items/{_items()[0].pk}/adjust/",
        {"way": "less", "amount": "1", "reason_code": "LEAK", "reason": "x", "charge_item": "water"},
    )
    assert again.status_code == 422, "nothing more is adjusted of what is let off"

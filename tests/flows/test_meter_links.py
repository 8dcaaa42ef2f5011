"""Main and sub meters through HTTP: setting links, ending them, and the report that sets mains against subs."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from qingyuan.domains.meters.models import MeterLink
from qingyuan.platform.staff.models import Staff
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import signed_in_client
from tests.factories import readings as make
from tests.factories.platform import make_person

pytestmark = pytest.mark.django_db
JAN = date(2025, 1, 15)
RIGHTS = ("meters.view", "meters.change", "readings.view", "customers.view")


@pytest.fixture
def town() -> make.Town:
    return make.make_town()


@pytest.fixture
def clerk(town: make.Town) -> Client:
    make_person(town.company_id, *RIGHTS, login="clerk")
    return signed_in_client(Staff.objects.get(login="clerk"))


def _sent(**changed: str) -> dict[str, str]:
    return {"kind": "CHECK", "from_date": "2024-12-01", "subs": "SUB000001", "reason": "考核表批复", **changed}


@pytest.fixture(autouse=True)
def _any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of back-dating counts from the day of work."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: JAN)


def test_subs_are_hung_by_point_and_by_meter_number(town: make.Town, clerk: Client) -> None:
    main = make.make_point(town, "MAIN")
    subs = make.make_points(town, 3, prefix="SUB")

    page = clerk.post(
        "/points/MAIN000001/links/", _sent(subs="SUB000001\nMSUB000002，SUB000003 SUB000001"), follow=True
    )

    assert "MAIN000001 下已建立 3 个分表关系。" in page.content.decode()
    assert list(MeterLink.objects.order_by("sub_id").values_list("main_id", "sub_id", "kind", "from_date")) == [
        (main, sub, "CHECK", date(2024, 12, 1)) for sub in subs
    ]


def test_unknown_numbers_and_rings_are_refused_and_change_nothing(town: make.Town, clerk: Client) -> None:
    make.make_point(town, "MAIN")
    make.make_point(town, "SUB")
    clerk.post("/points/MAIN000001/links/", _sent())

    unknown = clerk.post("/points/MAIN000001/links/", _sent(subs="SUB000001 NOWHERE"))
    ring = clerk.post("/points/SUB000001/links/", _sent(subs="MAIN000001", kind="DEDUCT"))

    assert (unknown.status_code, ring.status_code) == (422, 422)
    assert "NOWHERE" in unknown.content.decode()
    assert MeterLink.objects.count() == 1


def test_links_are_ended_for_the_chosen_subs(town: make.Town, clerk: Client) -> None:
    make.make_point(town, "MAIN")
    one, other = make.make_points(town, 2, prefix="SUB")
    clerk.post("/points/MAIN000001/links/", _sent(subs="SUB000001 SUB000002"))

    page = clerk.post(
        "/points/MAIN000001/links/end/",
        {"subs": ["SUB000001"], "from_date": "2025-01-10", "reason": "改造"},
        follow=True,
    )

    assert "已终止 1 条总分关系。" in page.content.decode()
    assert dict(MeterLink.objects.values_list("sub_id", "to_date")) == {one: date(2025, 1, 10), other: None}


def test_a_way_of_sharing_is_set_with_cap_places_and_fixed_parts(town: make.Town, clerk: Client) -> None:
    make.make_point(town, "MAIN")
    make.make_points(town, 2, prefix="SUB")
    sent = _sent(kind="ALLOCATE", sharing="FIXED", cap="5", scale="3", subs="SUB000001 60%\nSUB000002，12.5％")

    page = clerk.post("/points/MAIN000001/links/", sent, follow=True)

    assert "MAIN000001 下已建立 2 个分表关系。" in page.content.decode()
    stored = MeterLink.objects.order_by("id").values_list("kind", "sharing", "share", "cap", "share_scale")
    assert list(stored) == [
        ("ALLOCATE", "FIXED", Decimal("0.6"), Decimal("0.05"), 3),
        ("ALLOCATE", "FIXED", Decimal("0.125"), Decimal("0.05"), 3),
    ]
    shown = clerk.get("/points/MAIN000001/links/").content.decode()
    assert "按固定比例 · 12.5% · 不超过总表水量的 5%" in shown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "ALLOCATE"}, "分摊分表须选定分摊方式"),
        ({"kind": "ALLOCATE", "cap": "5"}, "分摊分表须选定分摊方式"),
        ({"kind": "DEDUCT", "sharing": "COUNT"}, "其他总分关系不填分摊方式"),
        ({"kind": "ALLOCATE", "sharing": "FIXED"}, "每个分表号后须写其比例"),
        ({"kind": "ALLOCATE", "sharing": "COUNT", "subs": "SUB000001 10%"}, "每个分表号后须写其比例"),
        ({"kind": "ALLOCATE", "sharing": "FIXED", "subs": "SUB000001 60% SUB000002 50%"}, "合计为 110%"),
        ({"kind": "ALLOCATE", "sharing": "FIXED", "subs": "SUB000001 120%"}, "每个分表号后须写其比例"),
        ({"kind": "ALLOCATE", "sharing": "COUNT", "cap": "101"}, "不得大于 100"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_changes_nothing(
    town: make.Town, clerk: Client, changed: dict[str, str], said: str
) -> None:
    make.make_point(town, "MAIN")
    make.make_points(town, 2, prefix="SUB")

    page = clerk.post("/points/MAIN000001/links/", _sent(**changed))

    assert (page.status_code, MeterLink.objects.count()) == (422, 0)
    assert said in page.content.decode()


def test_all_subs_of_a_main_share_by_one_way_and_change_it_together(town: make.Town, clerk: Client) -> None:
    make.make_point(town, "MAIN")
    make.make_points(town, 3, prefix="SUB")
    sharing = {"kind": "ALLOCATE", "sharing": "COUNT"}
    clerk.post("/points/MAIN000001/links/", _sent(**sharing, subs="SUB000001 SUB000002"))

    other_way = clerk.post("/points/MAIN000001/links/", _sent(kind="ALLOCATE", sharing="VOLUME", subs="SUB000003"))
    deducted = clerk.post("/points/MAIN000001/links/", _sent(kind="DEDUCT", subs="SUB000003"))
    half = clerk.post(
        "/points/MAIN000001/links/",
        _sent(kind="ALLOCATE", sharing="VOLUME", subs="SUB000001", from_date="2025-01-10"),
    )
    whole = clerk.post(
        "/points/MAIN000001/links/",
        _sent(kind="ALLOCATE", sharing="VOLUME", subs="SUB000001 SUB000002", from_date="2025-01-10"),
    )

    assert [page.status_code for page in (other_way, deducted, half, whole)] == [422, 422, 422, 302]
    assert "请把全部分表一并列出" in other_way.content.decode()
    assert "不能既扣减分表又向分表分摊差额" in deducted.content.decode()
    in_force = MeterLink.objects.filter(to_date__isnull=True).order_by("sub__point_no")
    assert list(in_force.values_list("sub__point_no", "sharing")) == [("SUB000001", "VOLUME"), ("SUB000002", "VOLUME")]


def test_another_units_person_finds_no_point(town: make.Town) -> None:
    make.make_point(town, "MAIN")
    make_person(town.utility.west_id, *RIGHTS, login="stranger")
    stranger = signed_in_client(Staff.objects.get(login="stranger"))

    assert stranger.get("/points/MAIN000001/links/").status_code == 404
    assert stranger.post("/points/MAIN000001/links/", _sent()).status_code == 404
    assert stranger.post("/points/MAIN000001/links/end/", {}).status_code == 404


def _losses(town: make.Town) -> None:
    """Two check mains: 100 against 92 and 100 against 60; a third whose sub is not read."""
    for number, used, kind in (("A", "192", "CHECK"), ("B", "160", "CHECK"), ("C", None, "DEDUCT")):
        main, sub = make.make_point(town, f"MAIN{number}"), make.make_point(town, f"SUB{number}")
        MeterLink.objects.create(company_id=town.company_id, main_id=main, sub_id=sub, kind=kind, from_date=make.OPENED)
        make.plan(town, JAN)
        make.read_and_approve(main, JAN, "200")
        if used is not None:
            make.read_and_approve(sub, JAN, used)


def test_the_report_begins_with_the_greatest_loss_and_is_filtered(town: make.Town, clerk: Client) -> None:
    _losses(town)

    page = clerk.get("/readings/mains/")
    text = page.content.decode()

    rows = page.context["list"].rows
    assert [row.cells[0].text for row in rows] == ["MAINB000001", "MAINA000001", "MAINC000001"]
    assert "+40.0%" in text
    assert "分表未审核" in text
    assert "SUBC000001" in text
    for asked, left in (
        ("over=8", ["MAINB000001"]),
        ("over=7.9", ["MAINB000001", "MAINA000001"]),
        ("kind=DEDUCT", ["MAINC000001"]),
        ("state=waiting", ["MAINC000001"]),
        ("state=below", []),
        ("book=01-A&state=complete", ["MAINB000001", "MAINA000001"]),
        ("book=01-X", []),
        (f"unit={town.utility.west_id}", []),
        ("sort=point_no&kind=CHECK", ["MAINA000001", "MAINB000001"]),
    ):
        found = clerk.get(f"/readings/mains/?{asked}").context["list"].rows
        assert [row.cells[0].text for row in found] == left, asked
    totals = {cell.text for cell in page.context["list"].totals}
    assert {"200", "152", "48"} <= totals, totals
    assert len(questions(clerk, "/readings/mains/")) <= LIST
    assert len(questions(clerk, "/points/MAINA000001/links/")) <= DETAIL


def test_the_report_is_exported_with_its_filter(town: make.Town, clerk: Client) -> None:
    _losses(town)

    answer = clerk.get("/readings/mains/?format=csv&over=10")

    text = answer.content.decode()
    assert "MAINB000001" in text
    assert "MAINA000001" not in text
    assert Decimal("40") in {
        Decimal(cell) for cell in text.replace('"', "").split(",") if cell.replace(".", "").isdigit()
    }

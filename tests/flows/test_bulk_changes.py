"""The page of bulk changes: by file and by rule, the preview of every row, the typed number, the file of what was done."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from qingyuan.domains.customers.models import AccountTax, HouseholdSize
from qingyuan.domains.meters.models import ItemOption, Quota, ServicePoint, UsageShare
from qingyuan.platform.audit.models import AuditEntry
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.meters import make_charge_item
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.django_db


@pytest.fixture
def halls(monkeypatch: pytest.MonkeyPatch) -> TwoHalls:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 8, 1))
    return make_two_halls()


@pytest.fixture
def clerk(halls: TwoHalls) -> Client:
    staff = make_staff("customers.change", "customers.view", "meters.change", unit_id=halls.utility.company_id)
    return signed_in_client(staff)


def csv_file(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("变更.csv", "\n".join(lines).encode())


def sent(client: Client, kind: str, **typed: object) -> object:
    data = {"from_date": "2025-07-01", "evidence": "改性质 3 号", "way": "file", **typed}
    return client.post(f"/bulk-changes/{kind}/", data)


def rows(response: object) -> list[tuple[str, ...]]:
    """(row, verdict, account, point, before, after, reason) as shown."""
    found = []
    for cells in response.context["table"].rows:  # type: ignore[attr-defined]
        found.append((cells[0].text, str(cells[1].chip.text), *(cells[place].text for place in (2, 3, 5, 6, 7))))
    return found


def confirmed(client: Client, preview: object, typed: str | None = None) -> object:
    confirm = preview.context["confirm"]  # type: ignore[attr-defined]
    return client.post(confirm.url, {**confirm.hidden, "typed": confirm.expected if typed is None else typed})


def point_nos(halls: TwoHalls) -> tuple[str, str]:
    numbers = dict(ServicePoint.objects.values_list("id", "point_no"))
    return numbers[halls.east_point_id], numbers[halls.west_point_id]


def classes() -> list[tuple[str, str]]:
    open_rows = UsageShare.objects.filter(to_date__isnull=True).order_by("point_id", "position")
    return list(open_rows.values_list("usage_class__code", "evidence"))


def test_by_file_with_what_is_refused_and_the_file_of_what_was_done(halls: TwoHalls, clerk: Client) -> None:
    east, west = point_nos(halls)
    file = csv_file(
        "户号,用水性质,依据",
        "10000001,工商业,申请 11",
        "10000002,TRADE 30%；RESIDENTIAL,",
        "10009999,TRADE,",
        "10000001,TRADE,",
        "10000002,,",
    )

    preview = sent(clerk, "shares", file=file)

    assert rows(preview) == [
        ("4", "不可变更", "10009999", "—", "—", "无法识别", "「户号」列没有对应的户号或该户没有在用的用水点。"),
        ("6", "不可变更", "10000002", "—", "—", "无法识别", "「用水性质」列为空，请在文件中填写或在页面上选择。"),
        ("5", "不可变更", "10000001", east, "居民生活 (2025-06-01 起)", "工商业 (2025-07-01 起)",
         f"{east} 与前面的行重复，请只保留一行。"),
        ("2", "将变更", "10000001", east, "居民生活 (2025-06-01 起)", "工商业 (2025-07-01 起)", "—"),
        ("3", "将变更", "10000002", west, "居民生活 (2025-06-01 起)", "工商业 30%；居民生活 (2025-07-01 起)", "—"),
    ]  # fmt: skip
    assert classes() == [("RESIDENTIAL", ""), ("RESIDENTIAL", "")]

    done = confirmed(clerk, preview)
    assert done.context["done"] == 2  # type: ignore[attr-defined]
    assert classes() == [("TRADE", "申请 11"), ("TRADE", "改性质 3 号"), ("RESIDENTIAL", "改性质 3 号")]
    export = clerk.post("/bulk-changes/shares/", {"step": "export", "token": done.context["token"]})  # type: ignore[attr-defined]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(export.content)).get_sheet_by_index(0).to_python()
    assert [line[1] for line in sheet[1:]] == ["不可变更", "已变更", "已变更"]

    again = confirmed(clerk, preview)
    assert again.status_code == 422  # type: ignore[attr-defined]
    assert len(classes()) == 3


def test_the_number_must_be_typed_and_moved_facts_are_seen(halls: TwoHalls, clerk: Client) -> None:
    preview = sent(clerk, "people", file=csv_file("户号,用水人口", "10000001,6", "10000002,x"))
    assert [row[1] for row in rows(preview)] == ["不可变更", "将变更"]

    assert confirmed(clerk, preview, typed="2").status_code == 422  # type: ignore[attr-defined]
    HouseholdSize.objects.filter(account_id=halls.east_account_id).update(people=5, from_date="2025-06-15")
    refused = confirmed(clerk, preview)

    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert "请重新预览" in refused.content.decode()  # type: ignore[attr-defined]
    assert list(HouseholdSize.objects.values_list("people", "to_date")) == [(5, None)]


@pytest.mark.parametrize(
    ("rule", "count"),
    [({"books": "B-001"}, 1), ({"books": "B-001，B-002"}, 2), ({"calibre": "15"}, 2), ({"calibre": "40"}, 0)],
)
def test_by_rule(halls: TwoHalls, clerk: Client, rule: dict[str, str], count: int) -> None:
    preview = sent(clerk, "quota", way="rule", volume="1200", to_date="2026-07-01", **rule)

    assert len(rows(preview)) == count
    if count:
        confirmed(clerk, preview)
    assert Quota.objects.count() == count


def test_an_exemption_by_unit_and_class(halls: TwoHalls, clerk: Client) -> None:
    make_charge_item(halls.utility.company_id)
    own = {
        "unit": str(halls.utility.west_id),
        "usage_class": str(UsageShare.objects.values_list("usage_class", flat=True)[0]),
    }

    preview = sent(clerk, "option", way="rule", item_code="sewage", plan_code="EXEMPT", **own)
    confirmed(clerk, preview)

    exempt = ItemOption.objects.filter(plan__isnull=True)
    assert list(exempt.values_list("point_id", "document_no")) == [(halls.west_point_id, "改性质 3 号")]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "请选择文件"),
        ({"way": "rule"}, "不用文件时，请在此填写"),
        ({"way": "rule", "class_code": "TRADE"}, "请至少选择一个条件"),
        ({"file": csv_file("名称", "甲")}, "第一行没有列名 用水点号 / 户号"),
        ({"evidence": "", "file": csv_file("户号", "10000001")}, "请填写"),
    ],
)
def test_what_is_missing_is_said(clerk: Client, typed: dict[str, object], message: str) -> None:
    response = sent(clerk, "shares", **typed)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert message in response.content.decode()  # type: ignore[attr-defined]


def test_each_kind_has_its_sample_which_it_can_read(halls: TwoHalls, clerk: Client) -> None:
    for kind in ("shares", "option", "option-end", "quota", "account-quota", "people", "relief", "tax"):
        sample = clerk.get(f"/bulk-changes/{kind}/template/")
        preview = sent(clerk, kind, file=SimpleUploadedFile("样例.xlsx", sample.content), to_date="2026-07-01")
        assert [row[5] for row in rows(preview)] != ["无法识别"], kind
        assert len(rows(preview)) == 1


def test_who_may_not_change_points_does_not_see_the_page(halls: TwoHalls) -> None:
    reader = signed_in_client(make_staff("meters.view", unit_id=halls.utility.company_id, login="reader"))

    assert reader.get("/bulk-changes/shares/").status_code == 403


def test_an_accounts_own_tax_on_its_page_and_in_bulk(halls: TwoHalls, clerk: Client) -> None:
    make_charge_item(halls.utility.company_id)
    typed = {"item_code": "sewage", "tax": "3％", "from_date": "2025-07-01", "document_no": "税通 8 号"}

    assert "不是税率" in clerk.post("/accounts/10000001/tax/", {**typed, "tax": "3"}).content.decode()
    assert clerk.post("/accounts/10000001/tax/", typed).status_code == 302
    assert list(AccountTax.objects.values_list("treatment", "rate")) == [("taxed", Decimal("0.03"))]
    page = clerk.get("/accounts/10000001/tax/")
    assert [cell.text for cell in page.context["tables"][0].rows[0]] == [
        "污水处理费",
        "3%",
        "2025-07-01 起",
        "税通 8 号",
    ]

    preview = sent(clerk, "tax", file=csv_file("户号,费用项目,税率", "10000001,sewage,3%", "10000002,污水处理费,免税"))
    assert [(row[1], row[5]) for row in rows(preview)] == [
        ("将变更", "污水处理费：免税 (2025-07-01 起)"),
        ("已是如此", "污水处理费：3% (2025-07-01 起)"),
    ]
    assert confirmed(clerk, preview).context["done"] == 1  # type: ignore[attr-defined]

    ended = clerk.post("/accounts/10000002/tax/", {**typed, "tax": "", "from_date": "2025-07-15"})
    assert ended.status_code == 302
    assert AccountTax.objects.get(account_id=halls.west_account_id).to_date == date(2025, 7, 15)


def test_options_end_in_bulk_and_the_plans_price_counts_again(halls: TwoHalls, clerk: Client) -> None:
    make_charge_item(halls.utility.company_id)
    sent_options = sent(clerk, "option", way="rule", item_code="sewage", plan_code="EXEMPT", books="B-001，B-002")
    assert confirmed(clerk, sent_options).context["done"] == 2  # type: ignore[attr-defined]
    east, west = point_nos(halls)

    preview = sent(
        clerk, "option-end", from_date="2025-07-20",
        file=csv_file("用水点号,费用项目,生效日期", f"{east},污水处理费,", f"{west},sewage,2025-06-20", f"{east},sewage,", "P-9,sewage,"),
    )  # fmt: skip

    assert [(row[1], row[3], row[4], row[5]) for row in rows(preview)] == [
        ("不可变更", west, "污水处理费：免收 (2025-07-01 起)", "污水处理费：按价格方案 (2025-06-20 起)"),
        ("不可变更", east, "污水处理费：免收 (2025-07-01 起)", "污水处理费：按价格方案 (2025-07-20 起)"),
        ("不可变更", "P-9", "—", "污水处理费：按价格方案 (2025-07-20 起)"),
        ("将变更", east, "污水处理费：免收 (2025-07-01 起)", "污水处理费：按价格方案 (2025-07-20 起)"),
    ]
    assert confirmed(clerk, preview).context["done"] == 1  # type: ignore[attr-defined]
    ends = dict(ItemOption.objects.values_list("point_id", "to_date"))
    assert ends == {halls.east_point_id: date(2025, 7, 20), halls.west_point_id: None}
    entry = AuditEntry.objects.get(action="meters.bulk_option_end")
    assert ((entry.after or {})["count"], entry.reason) == (1, "改性质 3 号")

    again = sent(clerk, "option-end", way="rule", item_code="sewage", from_date="2025-07-25", books="B-001，B-002")
    assert sorted(row[1] for row in rows(again)) == ["将变更", "已是如此"]
    never = sent(clerk, "option-end", file=csv_file("用水点号,费用项目", f"{east},refuse"))
    assert [row[1] for row in rows(never)] == ["不可变更"]  # there is no such charge item


def test_quotas_of_accounts_in_bulk(halls: TwoHalls, clerk: Client) -> None:
    file = csv_file("户号,用水定额,截止日期", "10000001,1200,", "10000002,0,", "10000002,x,", "10009999,5,")

    preview = sent(clerk, "account-quota", file=file)

    assert sorted(row[1] for row in rows(preview)) == ["不可变更", "不可变更", "不可变更", "将变更"]
    assert confirmed(clerk, preview).context["done"] == 1  # type: ignore[attr-defined]
    later = sent(clerk, "account-quota", from_date="2025-07-15", file=csv_file("户号,用水定额", "10000001,900"))
    assert [(row[4], row[5]) for row in rows(later)] == [("1200 m³ (2025-07-01 起)", "900 m³ (2025-07-15 起)")]
    confirmed(clerk, later)
    kept = Quota.objects.order_by("from_date").values_list("account_id", "point_id", "volume", "from_date", "to_date")
    assert [tuple(map(str, row)) for row in kept] == [
        (str(halls.east_account_id), "None", "1200.000", "2025-07-01", "2025-07-15"),
        (str(halls.east_account_id), "None", "900.000", "2025-07-15", "None"),
    ]
    by_rule = sent(clerk, "account-quota", way="rule", volume="900", from_date="2025-07-15", books="B-001，B-002")
    assert sorted(row[1] for row in rows(by_rule)) == ["将变更", "已是如此"]


def test_what_belongs_to_the_way_not_chosen_is_not_looked_at(halls: TwoHalls, clerk: Client) -> None:
    file = csv_file("户号,用水人口", "10000001,6")

    preview = sent(clerk, "people", file=file, calibre="fifteen")

    assert [row[1] for row in rows(preview)] == ["将变更"]

"""The tariff designer through the browser's door: form, text, cases, difference, scan; and publishing by a second person."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.domains.tariffs.rules.parse import parse_version
from tests.counting import DETAIL, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import SH_RES, PricedTown, make_priced_town

pytestmark = pytest.mark.django_db
ALL = ("tariffs.view", "tariffs.edit", "tariffs.publish")


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def drafter(priced: PricedTown) -> Client:
    return client_at(priced.company_id, *ALL, login="drafter")


@pytest.fixture
def second(priced: PricedTown) -> Client:
    return client_at(priced.company_id, *ALL, login="second")


def client_at(unit_id: int, *permissions: str, login: str) -> Client:
    return signed_in_client(make_staff(*permissions, unit_id=unit_id, login=login))


def begun(client: Client, day: str = "2030-01-01") -> PriceVersion:
    """A draft of sh-res that says what the published version says."""
    source = PriceVersion.objects.get(plan__code="sh-res", state="PUBLISHED")
    answer = client.post(f"/tariffs/sh-res/{source.pk}/next/", {"effective_from": day})
    assert answer.status_code == 302, answer.content.decode()
    draft = PriceVersion.objects.get(state="DRAFT")
    assert answer["Location"] == f"/tariffs/sh-res/{draft.pk}/edit/"
    return draft


def add_case(client: Client, draft: PriceVersion) -> None:
    """Save a case that passes: 300 m³ of a year come to 220 × 1.92 + 80 × 3.30 + 270 × 1.70."""
    case = {"name": "三百方", "volume": "300", "months": "1", "total": "1145.40"}
    assert client.post(address(draft, "cases/"), case).status_code == 302


def sheet(client: Client, draft: PriceVersion) -> dict[str, object]:
    """The form's fields as a browser would send them back."""
    form = client.get(f"/tariffs/sh-res/{draft.pk}/edit/").context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, [])}


def address(draft: PriceVersion, page: str = "") -> str:
    return f"/tariffs/sh-res/{draft.pk}/{page}"


def test_open_and_save_changes_nothing(drafter: Client) -> None:
    draft = begun(drafter)

    answer = drafter.post(address(draft, "edit/"), sheet(drafter, draft))

    assert answer.status_code == 302
    saved = PriceVersion.objects.get(pk=draft.pk)
    assert saved.source == draft.source
    assert parse_version(saved.source).charges == parse_version(SH_RES).charges


RICH = """format: qingyuan-tariff/1
code: sh-res
name: 格式全貌
source: 抄录
usage_class: RESIDENTIAL
effective: {from: '2030-01-01'}
tiers: {limits: ['220', '300'], cycle_months: 12, counter: HOME}
household: {per_person_from: 5, limits_per_person: ['60', '80']}
minimum: {amount: '5.00', per: month}
charges:
  - {item: water, price: {base: '3.10', multiples: ['1', '1.5', '3']}, tax: {treatment: taxed, rate: '0.03', included: false}}
  - {item: sewage, price: '1.70', volume_rounding: {scale: 0, mode: half_up, at: item}}
  - {item: base, fixed: {per: month, by_calibre: {'15': '35.70', '20': '71.40'}, prorate: days}}
  - {item: refuse, fixed: {per: bill, amount: '6.00', when: used, scope: point}}
  - {item: surcharge, percent_of: {items: [water, sewage], rate: '0.10'}}
relief: [{scheme: low, kind: free_volume, items: [water], volume: '5', position: bottom}]
rounding: {scale: 1, mode: down, at: total}
"""


def test_a_rich_draft_survives_open_and_save_in_the_browser(drafter: Client) -> None:
    draft = begun(drafter)
    answer = drafter.post(address(draft, "text/"), {"source": RICH, "version": draft.version})
    assert answer.status_code == 302, answer.content.decode()
    before = PriceVersion.objects.get(pk=draft.pk)
    assert parse_version(before.source) == parse_version(RICH)
    page = drafter.get(address(draft, "edit/")).content.decode()
    assert "<code>relief</code>" in page and "<code>sewage.volume_rounding</code>" in page

    answer = drafter.post(address(draft, "edit/"), sheet(drafter, draft))

    assert answer.status_code == 302
    assert PriceVersion.objects.get(pk=draft.pk).source == before.source


def test_a_single_charge_item_is_drafted_without_tiers_and_example(drafter: Client) -> None:
    given = {"code": "sewage-dear", "name": "高污水价", "kind": "item", "effective_from": "2030-01-01"}
    drafter.post("/tariffs/new/", given | {"charge_item": "sewage", "price": "2.50"})
    draft = PriceVersion.objects.get(plan__code="sewage-dear")
    url = f"/tariffs/sewage-dear/{draft.pk}/edit/"
    form = drafter.get(url).context["form"]
    fields = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    assert "household" not in fields

    assert drafter.post(url, fields | {"charge-0-price": "2.60"}).status_code == 302

    assert parse_version(PriceVersion.objects.get(pk=draft.pk).source).kind == "item"
    assert "'2.60'" in PriceVersion.objects.get(pk=draft.pk).source


def test_field_names_that_no_browser_sends_do_no_harm(drafter: Client) -> None:
    draft = begun(drafter)
    odd = {
        "limit-²": "1",
        "charge-²-item": "water",
        "charge-0-origin": "99",
        "charge-0-shape": "nonsense",
        "limit-9": "1",
    }

    answer = drafter.post(address(draft, "edit/"), sheet(drafter, draft) | odd)

    assert answer.status_code == 422
    assert "charge-0-shape" in answer.context["form"].errors
    assert PriceVersion.objects.get(pk=draft.pk).source == draft.source


def test_typed_numbers_are_saved_exactly(drafter: Client) -> None:
    draft = begun(drafter)
    given = sheet(drafter, draft) | {"charge-0-price-0": "2.05", "limit-0": "２４０", "document": "演价〔2029〕1号"}

    assert drafter.post(address(draft, "edit/"), given).status_code == 302

    draft.refresh_from_db()
    assert "'2.05'" in draft.source and "'240'" in draft.source
    assert draft.document_no == "演价〔2029〕1号"


def test_a_complaint_stands_at_its_field_and_nothing_is_saved(drafter: Client) -> None:
    draft = begun(drafter)
    given = sheet(drafter, draft) | {"limit-1": "100", "charge-0-price-2": "很贵", "from": "2030-02-30"}

    answer = drafter.post(address(draft, "edit/"), given)

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert {"limit-0", "charge-0-price-2", "from"} <= set(errors)
    assert 'value="很贵"' in answer.content.decode()
    assert PriceVersion.objects.get(pk=draft.pk).source == draft.source


def test_buttons_add_a_tier_and_the_answers_follow(drafter: Client) -> None:
    draft = begun(drafter)
    given = sheet(drafter, draft)

    answer = drafter.post(address(draft, "work/?part=all&act=add-tier"), given | {"volume": "20", "months": "1"})

    form = answer.context["form"]
    assert form.sheet["limit-2"] == "380" and form.sheet["charge-0-price-3"] == "4.30"
    assert answer.context["answers"].example.total is not None
    assert PriceVersion.objects.get(pk=draft.pk).source == draft.source


def test_answers_say_the_difference_in_words_and_in_bills(drafter: Client) -> None:
    draft = begun(drafter)
    given = sheet(drafter, draft) | {"charge-0-price-0": "2.92", "limit-1": "310", "volume": "20", "months": "1"}

    answer = drafter.post(address(draft, "work/"), given)

    text = answer.content.decode()
    assert "1.92 元/m³" in text and "2.92 元/m³" in text
    assert "220 m³ 至 310 m³" in text
    assert answer.context["answers"].example.total.as_tuple() == (0, (8, 9, 0, 0), -2)  # 20 × (2.92 + 0.9 × 1.70)
    assert "220.00" in text  # 220 m³ one yuan dearer each


def test_answers_wait_while_the_sheet_does_not_hold(drafter: Client) -> None:
    draft = begun(drafter)

    answer = drafter.post(address(draft, "work/"), sheet(drafter, draft) | {"limit-0": ""})

    assert answer.status_code == 200
    assert answer.context["answers"].example is None
    assert answer.context["answers"].problems == ("请填写第 1 档 上限",)

    answer = drafter.post(address(draft, "work/"), sheet(drafter, draft) | {"charge-0-price-1": "很贵"})

    assert answer.context["answers"].problems == ("第 2 档 water 单价：“很贵”不是数（写法如 3.30）",)


def test_the_last_changer_does_not_publish_the_second_person_does(drafter: Client, second: Client) -> None:
    draft = begun(drafter)
    assert "发布至少需要 1 个" in second.get(address(draft)).content.decode()
    second.post(address(draft, "publish/"), {"typed": "sh-res"})
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"
    add_case(drafter, draft)

    assert "须由他人发布" in drafter.get(address(draft)).content.decode()
    drafter.post(address(draft, "publish/"), {"typed": "sh-res"})
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"

    second.post(address(draft, "publish/"), {"typed": "sh-res"})
    published = PriceVersion.objects.get(pk=draft.pk)
    assert published.state == "PUBLISHED"
    assert published.effective_from == date(2030, 1, 1)
    for page in ("edit/", "text/", "cases/", "documents/"):
        assert drafter.get(address(draft, page)).status_code == 409


def test_a_red_case_blocks_publishing_and_is_named(drafter: Client, second: Client) -> None:
    draft = begun(drafter)
    wrong = {"name": "居民三百方", "volume": "300", "months": "1", "total": "1145.41"}
    assert drafter.post(address(draft, "cases/"), wrong).status_code == 302

    page = drafter.get(address(draft, "cases/")).content.decode()
    assert "1145.41" in page and "1145.40" in page and "未通过" in page
    assert "居民三百方" in second.get(address(draft)).content.decode()
    second.post(address(draft, "publish/"), {"typed": "sh-res"})
    refused = second.get("/tariffs/").content.decode()
    assert "居民三百方" in refused
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"

    drafter.post(address(draft, "cases/remove/"), {"number": "0"})
    drafter.post(address(draft, "cases/"), wrong | {"total": "1145.40"})
    second.post(address(draft, "publish/"), {"typed": "sh-res"})
    assert PriceVersion.objects.get(pk=draft.pk).state == "PUBLISHED"


@pytest.mark.parametrize(
    ("typed", "passed"), [("220/80", True), ("２２０， 80/0", True), ("300", False), ("200/100", False)]
)
def test_tier_volumes_are_expected_in_the_form(drafter: Client, typed: str, passed: bool) -> None:
    draft = begun(drafter)
    case = {"name": "三百方", "volume": "300", "months": "1", "total": "1145.40", "tier_volumes": typed}

    assert drafter.post(address(draft, "cases/"), case).status_code == 302

    (row,) = drafter.get(address(draft, "cases/")).context["rows"]
    assert row.passed is passed and "各档水量" in row.expected


@pytest.mark.parametrize(("typed", "said"), [("viele", "以斜线分隔"), ("1/2/3/4", "共 3 档")])
def test_tier_volumes_that_are_none_are_refused(drafter: Client, typed: str, said: str) -> None:
    draft = begun(drafter)
    case = {"name": "三百方", "volume": "300", "months": "1", "total": "1145.40", "tier_volumes": typed}

    answer = drafter.post(address(draft, "cases/"), case)

    assert answer.status_code == 422 and said in answer.content.decode()
    assert PriceVersion.objects.get(pk=draft.pk).cases == ""


def test_cases_as_text_name_the_line_of_a_fault(drafter: Client) -> None:
    draft = begun(drafter)
    version = PriceVersion.objects.get(pk=draft.pk).version
    text = "format: qingyuan-rating-cases/1\ncases:\n- id: a\n  tariff: sh-res\n  usage: 很多\n  expect: {total: '1'}\n"

    answer = drafter.post(address(draft, "cases/text/"), {"cases": text, "version": version})

    assert answer.status_code == 422
    assert "第 5 行" in answer.content.decode()
    assert PriceVersion.objects.get(pk=draft.pk).cases == ""


def test_the_text_tab_saves_and_names_each_fault(drafter: Client) -> None:
    draft = begun(drafter)
    broken = draft.source.replace("'4.30'", "'4,30'").replace("name: 污水处理费", "naem: 污水处理费")

    answer = drafter.post(address(draft, "text/"), {"source": broken, "version": draft.version})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "charges[1].price[3]" in text and "naem" in text

    good = draft.source.replace("'4.30'", "'4.40'")
    assert drafter.post(address(draft, "text/"), {"source": good, "version": draft.version}).status_code == 302
    assert "'4.40'" in PriceVersion.objects.get(pk=draft.pk).source


def test_another_persons_change_is_not_overwritten(drafter: Client, second: Client) -> None:
    draft = begun(drafter)
    mine = sheet(drafter, draft) | {"note": "我的"}
    theirs = sheet(second, draft) | {"note": "他人的"}
    assert second.post(address(draft, "edit/"), theirs).status_code == 302

    answer = drafter.post(address(draft, "edit/"), mine)

    assert answer.status_code == 422
    assert "我的" in answer.content.decode()
    assert PriceVersion.objects.get(pk=draft.pk).note == "他人的"


def test_scan_is_kept_with_the_version(drafter: Client, second: Client) -> None:
    draft = begun(drafter)
    scan = SimpleUploadedFile("批文.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")

    assert drafter.post(address(draft, "documents/"), {"file": scan}).status_code == 302
    add_case(drafter, draft)

    second.post(address(draft, "publish/"), {"typed": "sh-res"})
    page = second.get(address(draft)).content.decode()
    assert "批文.pdf" in page
    link = page.split(address(draft, "documents/"))[1].split('"')[0]
    answer = second.get(address(draft, f"documents/{link}"))
    assert answer.content.startswith(b"%PDF")


def test_new_plan_begins_as_a_draft(drafter: Client) -> None:
    given = {"code": "new-res", "name": "新居民价", "kind": "plan", "usage_class": "RESIDENTIAL"}
    given |= {"effective_from": "2030-01-01", "charge_item": "water", "price": "2.50"}

    assert drafter.post("/tariffs/new/", given).status_code == 302
    twice = drafter.post("/tariffs/new/", given)

    draft = PriceVersion.objects.get(plan__code="new-res")
    assert draft.state == "DRAFT" and "'2.50'" in draft.source
    assert twice.status_code == 422 and twice.context["form"].errors["code"]


def test_discarding_leaves_published_versions(drafter: Client) -> None:
    draft = begun(drafter)

    drafter.post(address(draft, "discard/"), {"typed": "wrong"})
    assert PriceVersion.objects.filter(pk=draft.pk).exists()
    drafter.post(address(draft, "discard/"), {"typed": "sh-res"})

    assert not PriceVersion.objects.filter(pk=draft.pk).exists()
    assert PriceVersion.objects.filter(plan__code="sh-res", state="PUBLISHED").count() == 1


@pytest.mark.parametrize("page", ["edit/", "text/", "cases/", "cases/text/", "documents/"])
def test_pages_ask_few_questions_and_are_closed_to_readers_and_strangers(
    priced: PricedTown, drafter: Client, page: str
) -> None:
    draft = begun(drafter)
    reader = client_at(priced.company_id, "tariffs.view", login="reader")
    stranger = client_at(make_priced_town("02", tariffs=()).company_id, *ALL, login="stranger")

    assert len(questions(drafter, address(draft, page))) <= DETAIL
    assert reader.get(address(draft, page)).status_code == 403
    assert stranger.get(address(draft, page)).status_code == 404

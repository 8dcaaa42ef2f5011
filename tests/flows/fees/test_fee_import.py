"""Fees by file through the browser's door: sample, preview of every row, the choice to leave rows out, typed total, twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, BillingRun, FeeType
from qingyuan.domains.customers.models import Account
from tests.counting import DETAIL, questions
from tests.db.billing.test_fees import make_type
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold

pytestmark = pytest.mark.django_db
ADDRESS = "/fees/import/"
HEADINGS = "户号,费用类型,数量或金额,事由"


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    town = make_priced_town()
    make_type(town)
    return town


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(
        make_staff("billing.charge_fees", "billing.view", "customers.view", unit_id=priced.company_id)
    )


def numbers(priced: PricedTown, count: int) -> list[str]:
    return [Account.objects.get(pk=account_of(point)).account_no for point in make_billable_points(priced, count)]


def sent(client: Client, *lines: str) -> HttpResponse:
    file = SimpleUploadedFile("费用.csv", "\n".join((HEADINGS, *lines)).encode())
    return client.post(ADDRESS, {"file": file})  # type: ignore[return-value]


def confirmed(client: Client, preview: HttpResponse, typed: str | None = None) -> HttpResponse:
    confirm = preview.context["confirm"]  # type: ignore[attr-defined]
    given = {**confirm.hidden, "typed": confirm.expected if typed is None else typed}
    return client.post(confirm.url, given)  # type: ignore[return-value]


def cells(preview: HttpResponse) -> list[tuple[str, ...]]:
    """(row, verdict, amount, reason) as shown."""
    rows = preview.context["table"].rows  # type: ignore[attr-defined]
    return [(row[0].text, str(row[1].chip.text), row[6].text, row[7].text) for row in rows]


def test_from_the_file_over_the_typed_total_to_the_bills(priced: PricedTown, clerk: Client) -> None:
    one, two = numbers(priced, 2)
    lines = (f"{one},JB,3,校验水表", f"{two},校表费,1,校验水表")

    preview = sent(clerk, *lines)

    assert cells(preview) == [("2", "可导入", "76.50", "—"), ("3", "可导入", "25.50", "—")]
    assert confirmed(clerk, preview, typed="101.00").status_code == 422
    assert Bill.objects.count() == 0
    done = confirmed(clerk, preview)
    run_no = BillingRun.objects.get().run_no
    assert "已收取 2 笔，共 102.00 元" in done.content.decode()
    assert run_no in done.content.decode()
    again = sent(clerk, *lines)
    assert again.status_code == 422
    assert run_no in again.content.decode()
    assert sum(Bill.objects.values_list("amount", flat=True)) == Decimal("102.00")
    assert_books_hold()


def test_refused_rows_are_left_out_by_choice_alone(priced: PricedTown, clerk: Client) -> None:
    (one,) = numbers(priced, 1)

    preview = sent(clerk, f"{one},JB,3,校验水表", "X,JB,1,校验水表")

    assert cells(preview)[0][:3] == ("3", "不可导入", "—")
    assert "“户号”列：户号 X 不存在" in cells(preview)[0][3]
    confirm = preview.context["confirm"]  # type: ignore[attr-defined]
    assert confirm.submit == "略去 1 行，收取 1 笔"
    refused = clerk.post(confirm.url, {**confirm.hidden, "leave_out": "", "typed": confirm.expected})
    assert refused.status_code == 422
    assert Bill.objects.count() == 0
    assert "略去 1 行" in confirmed(clerk, preview).content.decode()
    assert Bill.objects.count() == 1


def test_a_price_changed_after_the_preview_stops_it(priced: PricedTown, clerk: Client) -> None:
    preview = sent(clerk, f"{numbers(priced, 1)[0]},JB,3,校验水表")
    FeeType.objects.update(price=Decimal("30.00"))

    refused = confirmed(clerk, preview)

    assert refused.status_code == 422
    assert "预览后资料有变动" in refused.content.decode()
    assert Bill.objects.count() == 0


def test_the_sample_can_be_read_and_a_wrong_file_is_told(clerk: Client) -> None:
    sample = clerk.get(f"{ADDRESS}template/")
    preview = clerk.post(ADDRESS, {"file": SimpleUploadedFile("模板.xlsx", sample.content)})
    assert [row[0] for row in cells(preview)] == ["2"]  # type: ignore[arg-type]

    wrong = clerk.post(ADDRESS, {"file": SimpleUploadedFile("x.csv", "户号,事由\n1,a".encode())})
    assert wrong.status_code == 422
    assert "第一行没有列名 费用类型、数量或金额" in wrong.content.decode()
    assert clerk.post(ADDRESS, {}).status_code == 422


def test_questions_do_not_grow_and_strangers_are_kept_out(priced: PricedTown, clerk: Client) -> None:
    assert len(questions(clerk, ADDRESS)) <= DETAIL
    reader = signed_in_client(make_staff("billing.view", unit_id=priced.company_id, login="reader"))
    assert reader.get(ADDRESS).status_code == 403
    assert reader.post(ADDRESS, {}).status_code == 403

"""One month of a water company in the browser: read, reviewed, billed, paid, closed, proved (一个月的故事).

It stands on the small demo utility. Every step is done on a page by the person whose work it is; background work is
done in this process, where the test waits for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.billing.models import Bill, BillingRun, RunItem
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.customers.models import Account, SearchToken
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.payments.models import CashSession, Payment, Receipt, ReceiptPrint
from qingyuan.domains.readings.models import ReadingItem, ReadingTask
from qingyuan.kernel.actor import system_actor
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.staff.models import Staff
from qingyuan.tools.demo import company
from tests.db.office.people import signed_in_client
from tests.e2e.conftest import new_page, wait_until
from tests.factories.platform import make_person
from tests.jobs import run_deferred_jobs

pytestmark = pytest.mark.e2e
BOOK = "D2-001"
KEYED = 12
HAND = 45  # milliseconds between two keys


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


@contextmanager
def signed_in(browser: Browser, server: LiveServer, login: str) -> Iterator[Page]:
    """The start page of one of the demo's people; there is no printer here."""
    with new_page(browser, server.url, Staff.objects.get(login=login)) as page:
        page.add_init_script("window.print = () => {}")
        page.goto("/")
        yield page


def test_one_month_from_the_reading_to_the_proof(chromium: Browser, live_server: LiveServer) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    with signed_in(chromium, live_server, "chaobiaozg") as page:
        task_id = generate_tasks(page, month)
    with signed_in(chromium, live_server, "luru") as page:
        key_a_page(page, task_id)
    with signed_in(chromium, live_server, "chaobiaozg") as page:
        review_the_anomaly(page, task_id)
    with signed_in(chromium, live_server, "jifei") as page:
        rehearsed = start_run(page, task_id, purpose=RunPurpose.REHEARSAL)
        calculated = start_run(page, task_id, purpose=RunPurpose.REAL)
    assert calculated.result_hash == rehearsed.result_hash != ""
    with signed_in(chromium, live_server, "jifeizg") as page:
        check_and_issue(page, calculated)
    with signed_in(chromium, live_server, "shoufei1") as page:
        payment = take_cash(page)
        close_the_shift_half_a_yuan_over(page)

    session = CashSession.objects.get(pk=payment.session_id or 0)
    assert (session.state, session.over_short) == ("CLOSED", Decimal("0.50"))
    assert [verdict.title for verdict in verify_all() if not verdict.holds] == []


def test_what_is_refused_to_a_cashier_and_to_another_hall(live_server: LiveServer) -> None:
    """A cashier opens no tariffs; a hall's own person does not find another hall's customer; 通收 on and off."""
    cashier = signed_in_client(Staff.objects.get(login="shoufei1"))
    other_halls = owing_at("D3")
    own_clerk = make_person(units.unit_by_code("D1").id, "customers.view", "customers.search", login="clerk-d1")

    refused = cashier.get("/tariffs/")
    hidden = signed_in_client(Staff.objects.get(pk=own_clerk.staff_id or 0)).get(f"/accounts/{other_halls.account_no}/")
    found = cashier.get(f"/counter/search/?q={other_halls.account_no}")
    parameters.set_value(
        actor=system_actor("tests"),
        code="payments.collect_anywhere",
        unit_id=None,
        from_date=timezone.localdate(),
        value=False,
        reason="通收关闭",
    )
    lost = cashier.get(f"/counter/search/?q={other_halls.account_no}")

    assert refused.status_code == 403
    assert hidden.status_code == 404
    assert 'role="option"' in found.content.decode()
    assert 'role="option"' not in lost.content.decode()


def generate_tasks(page: Page, month: str) -> int:
    """Generating twice makes one."""
    for _ in range(2):
        page.goto(f"/readings/tasks/generate/?month={month}&round_no=1")
        page.fill("#id_planned_on", timezone.localdate().isoformat())
        page.check(f"input[name=books][aria-label^='{BOOK} ']")
        page.keyboard.press("Control+s")
        page.wait_for_url(lambda url: "generate" not in url)
    task = ReadingTask.objects.get(book__book_no=BOOK, period__yyyymm=int(month.replace("-", "")))
    return task.pk


def key_a_page(page: Page, task_id: int) -> None:
    """Enter saves and goes down; usage and flag stand beside at once. The last value is far too high."""
    page.goto(f"/readings/tasks/{task_id}/")
    rows = page.locator("tr[data-item]")
    page.locator("tr[data-item] input[name=value]").first.focus()
    for index in range(KEYED):
        row = rows.nth(index)
        item_id = row.get_attribute("data-item")
        previous = Decimal((row.locator("td.number").nth(1).inner_text()).split()[0].replace(",", ""))
        used = 900 if index == KEYED - 1 else 9
        page.keyboard.type(str(previous + used), delay=HAND)
        page.keyboard.press("Enter")
        wait_until(
            page, f"document.querySelector('tr[data-item=\"{item_id}\"] .grid-usage').innerText.trim() === '{used}'"
        )
    assert "用量突增" in rows.nth(KEYED - 1).inner_text()
    states = ReadingItem.objects.filter(task_id=task_id).values_list("state", flat=True)
    assert sorted(set(states)) == ["HELD", "PENDING", "READ"]


def review_the_anomaly(page: Page, task_id: int) -> None:
    """The held reading is approved by key with an opinion, the others of the book together."""
    held = ReadingItem.objects.select_related("account").get(task_id=task_id, state="HELD")
    assert held.account is not None
    page.goto(f"/readings/review/?book={BOOK}")
    row = page.locator("tbody tr").filter(has_text=held.account.account_no)
    row.locator("a").first.focus()
    page.keyboard.press("a")
    page.select_option("#accept-code", index=1)
    page.focus("#accept-note")
    page.keyboard.press("Enter")
    row.wait_for(state="detached")
    page.goto(f"/readings/review/?book={BOOK}&reason=read")
    page.click("button[data-opens=near-average]")
    page.fill("#near-percent", "400")
    page.click("#near-average button[type=submit]")
    wait_until(page, "document.querySelectorAll('tbody tr[data-row]').length === 0")
    assert ReadingItem.objects.filter(task_id=task_id, state="APPROVED").count() == KEYED


def start_run(page: Page, task_id: int, *, purpose: RunPurpose) -> BillingRun:
    """A run over the book; a rehearsal makes no bill."""
    bills = Bill.objects.count()
    task = ReadingTask.objects.get(pk=task_id)
    company_id = units.unit_by_code(company.CODE).id
    page.goto(f"/billing/runs/new/?unit={company_id}&period={task.period_id}")
    page.check(f"input[name=purpose][value={purpose}]")
    page.locator("input[name=books]").evaluate_all("all => all.forEach(one => { one.checked = false; })")
    page.check(f"input[name=books][value='{task.book_id}']")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/billing/runs/*/")
    run_deferred_jobs()
    run = BillingRun.objects.latest("id")
    assert run.purpose == purpose
    assert run.state == "CALCULATED"
    assert Bill.objects.count() == bills
    return run


def release_what_is_held(page: Page, run: BillingRun) -> None:
    """A bill far over the usual waits for a person, who looks at it and lets it go with a reason."""
    held = RunItem.objects.filter(run=run, state="HELD")
    if not held.exists():
        return
    page.goto(f"/billing/runs/{run.pk}/review/?why=held")
    assert page.locator("tbody tr[data-row]").count() == held.count()
    page.click("[data-opens=release-all]")
    page.fill("#release-all-reason", "已电话核实用水（演示）")
    page.click("#release-all button[type=submit]")
    wait_until(page, "!document.querySelector('[data-opens=release-all]')")
    assert not held.exists()


def check_and_issue(page: Page, run: BillingRun) -> None:
    """Issue asks for the total to be typed; what is not the total is refused before anything is sent."""
    release_what_is_held(page, run)
    page.goto(f"/billing/runs/{run.pk}/")
    page.locator("form[action$='/check/'] button").click()
    page.wait_for_selector("[data-opens=issue-run]")
    page.click("[data-opens=issue-run]")
    page.fill("#issue-run-typed", "1.00")
    page.click("#issue-run button[type=submit]")
    assert "不一致" in page.inner_text("#issue-run-error")
    page.fill("#issue-run-typed", page.get_attribute("#issue-run form", "data-expected") or "")
    page.click("#issue-run button[type=submit]")
    page.wait_for_load_state("load")
    wait_until(page, "!document.querySelector('[data-opens=issue-run]')")
    run_deferred_jobs()
    assert BillingRun.objects.get(pk=run.pk).state == "ISSUED"
    left_out = RunItem.objects.filter(run=run, state="EXCEPTION").values_list("exception_code", flat=True)
    assert set(left_out) <= {"billing.waiting_subs"}  # mains whose subs hang in books that are not read yet
    assert Bill.objects.filter(run_id=run.pk).count() == KEYED - len(left_out)


def take_cash(page: Page) -> Payment:
    """The customer is found by pinyin initials, in another hall's part of town (通收 is on); keyboard alone elsewhere
    (test_counter_keyboard)."""
    account = owing_at("D2")
    tokens = SearchToken.objects.filter(account=account, kind="PINYIN").values_list("token", flat=True)
    initials = max(tokens, key=len)
    page.goto("/counter/")
    page.fill("#id_float_amount", "200")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter")
    page.keyboard.type(initials, delay=70)
    option = page.locator("#counter-hits [role=option]").filter(has_text=account.account_no)
    option.wait_for()
    option.click()
    page.wait_for_selector("#counter-form")
    page.keyboard.type("1000", delay=HAND)
    with page.expect_response(lambda answer: "/receipts/" in answer.url):
        page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    payment = Payment.objects.latest("id")
    assert payment.change_given == Decimal("1000.00") - payment.received
    assert AccountBalance.objects.get(account=account).owed == 0
    assert ReceiptPrint.objects.filter(receipt=Receipt.objects.get(payment=payment)).count() == 1
    return payment


def owing_at(hall: str) -> Account:
    """An account of the hall that owes less than a thousand yuan, in whole ten fen: the till has no smaller coin."""
    owing = AccountBalance.objects.filter(owed__gt=0, owed__lt=900, account__unit__code=hall).order_by("account_id")
    return Account.objects.get(pk=next(one.account_id for one in owing if one.owed * 10 % 1 == 0))


def close_the_shift_half_a_yuan_over(page: Page) -> None:
    session = CashSession.objects.get(state="OPEN")
    received = sum((payment.received for payment in Payment.objects.filter(session=session)), Decimal(0))
    left = Decimal("200.00") + received + Decimal("0.50")
    page.goto("/shift/")
    for cell in page.locator("td[data-face]").all():
        face = Decimal(str(cell.get_attribute("data-face"))) / 100
        pieces, left = int(left // face), left % face
        cell.locator("input").fill(str(pieces))
    page.keyboard.press("Control+s")
    page.wait_for_selector(".shift-confirm")
    assert "0.50" in page.inner_text(".shift-confirm")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/shift/" not in url or "shifts" in url)

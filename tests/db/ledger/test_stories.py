"""docs/rules/ledger.md, section 5: every story ends as printed, and the books hold."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.ledger.rules.posting import NewCredit, PostingSource
from qingyuan.kernel.declarations import ParameterValue
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.documents import table
from tests.factories.ledger import OPENED, POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


class Story:
    """One account and what happened to it; each method is an event of the table."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.payer: Payer = make_payer(company)
        self.bills: dict[str, int] = {}
        self.credits: dict[str, int] = {}
        self.payments: list[Paid] = []

    def bill(self, name: str, amount: str) -> None:
        self._post(name, amount, date(2025, 11, 10) + timedelta(days=len(self.bills)))

    def early(self, name: str, amount: str) -> None:
        self._post(name, amount, date(2025, 10, 1))

    def pay(self, amount: str) -> None:
        self.payments.append(Paid(self.company, self.payer, f"{amount}.00"))

    def top(self, amount: str) -> None:
        self.payments.append(Paid(self.company, self.payer, f"{amount}.00", chosen=()))

    def offset(self, mode: str) -> None:
        self._set("ledger.auto_offset", mode)

    def after(self, _off: str) -> None:
        self._set("ledger.offset_after_top_up", False)

    def cancel(self, name: str) -> None:
        self._reverse(self.bills[name])

    def credit(self, name: str, amount: str) -> None:
        parts = self.company.parts(WATER=f"{amount}.00")
        self.credits[name] = 9000 + len(self.credits)
        credit = NewCredit(
            self.credits[name],
            f"C{name}",
            self.payer.unit_id,
            self.payer.account_id,
            self.payer.customer_id,
            self.bills[name],
            Decimal(f"{amount}.00"),
            parts,
        )
        ledger.post_receivables(
            actor=SYSTEM,
            company_id=self.company.id,
            posting_date=POSTED,
            source=PostingSource(2, 1),
            receivables=(),
            credits=[credit],
        )

    def uncredit(self, name: str) -> None:
        self._reverse(self.credits[name])

    def void(self, number: str) -> None:
        self.payments[int(number) - 1].undo()

    def _post(self, name: str, amount: str, due: date) -> None:
        row = receivable(self.company, self.payer, due=due, WATER=f"{amount}.00")
        self.bills[name] = row.bill_id
        post(self.company, row)

    def _reverse(self, bill_id: int) -> None:
        ledger.reverse_receivables(
            actor=SYSTEM, company_id=self.company.id, posting_date=POSTED, bill_ids=[bill_id], reason="读数有误"
        )

    def _set(self, code: str, value: ParameterValue) -> None:
        parameters.set_value(
            actor=SYSTEM, code=code, unit_id=self.company.id, from_date=OPENED, value=value, reason="试点"
        )


@pytest.mark.parametrize("row", table("docs/rules/ledger.md", "events"), ids=lambda row: row[0])
def test_story(company: Company, row: list[str]) -> None:
    events, owed, prepaid = row
    story = Story(company)

    for event in events.split(";"):
        verb, *words = event.split()
        happen: Callable[..., None] = getattr(story, verb)
        happen(*words)

    balance = AccountBalance.objects.get(pk=story.payer.account_id)
    assert (balance.owed, balance.prepaid) == (Decimal(owed), Decimal(prepaid))
    assert_books_hold()

"""The counter through HTTP: a company whose books are open this month, a cashier who is signed in, a payment's form."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff import queries as people
from qingyuan.platform.staff.models import Staff
from tests.factories.ledger import Company, Payer, make_company, post, receivable
from tests.factories.payments import CASHIER
from tests.factories.platform import make_person

CASHIERS_ROLE = (*CASHIER, "customers.view", "customers.search", "billing.view")


@dataclass(frozen=True, slots=True)
class Hall:
    """A company, and a cashier at its east hall."""

    company: Company
    cashier: Staff

    @property
    def actor(self) -> Actor:
        return people.actor_of(self.cashier, origin="127.0.0.1")


def today() -> date:
    """The day that the pages see."""
    return timezone.localdate()


def open_months() -> tuple[int, int]:
    """The months whose books are open: the last and this one."""
    last = today().replace(day=1) - timedelta(days=1)
    return last.year * 100 + last.month, today().year * 100 + today().month


def make_hall(code: str = "01") -> Hall:
    """Books open for this month and the last."""
    company = make_company(code, months=open_months())
    return Hall(company, make_cashier(company.utility.east_id))


def make_cashier(unit_id: int, *permissions: str, login: str = "cashier") -> Staff:
    """A cashier at a hall."""
    make_person(unit_id, *(permissions or CASHIERS_ROLE), login=login)
    return Staff.objects.get(login=login)


def owe(company: Company, payer: Payer, *amounts: str) -> None:
    """Bills of the account, the oldest first: 30.00 is overdue, and so on."""
    start = today() - timedelta(days=10)
    post(
        company,
        *(
            receivable(company, payer, due=start + timedelta(days=30 * place), WATER=amount)
            for place, amount in enumerate(amounts)
        ),
        on=today(),
    )


def client_of(person: Staff) -> Client:
    """A browser in which the person is signed in."""
    client = Client(headers={"HX-Request": "true"})
    client.force_login(person)
    return client


def open_shift(client: Client, float_amount: str = "100.00") -> None:
    """Open the shift as the page does."""
    assert client.post("/counter/open-shift/", {"float_amount": float_amount}).status_code == 200


def sale(payer: Payer, bills: list[int], *, due: str, received: str, **more: str) -> dict[str, object]:
    """What the page sends for a payment."""
    return {
        "key": str(uuid4()),
        "account": payer.account_id,
        "bills": bills,
        "due": due,
        "received": received,
        "tender": "CASH",
        **more,
    }


def bills_on(card: str) -> list[int]:
    """The bills on an account's card, in their order."""
    return [int(found) for found in re.findall(r'name="bills" value="(\d+)"', card)]


def fen_of(card: str) -> list[Decimal]:
    """What each bill on the card owes."""
    return [Decimal(found) / 100 for found in re.findall(r'data-fen="(\d+)"', card)]

"""Factories of the books: a company with its chart, periods and charge items, accounts, receivables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count

from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.customers.operations import open_accounts
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.rules.posting import NewReceivable, PostedReceivables, PostingSource
from qingyuan.domains.tariffs.models import ChargeItem
from tests.factories.customers import new_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility

OPENED = date(2025, 6, 1)
POSTED = date(2025, 10, 20)
_bills = count(1)


@dataclass(frozen=True, slots=True)
class Company:
    """A company whose books are set up. `charges`: code → charge item; SEWAGE and REFUSE are collected for others, RELIEF
    is paid by the government.
    """

    utility: Utility
    code: str
    charges: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.utility.company_id

    def parts(self, **amounts: str) -> tuple[tuple[int, Decimal], ...]:
        """parts(WATER="30.00") as the ledger takes them."""
        return tuple((self.charges[code], Decimal(amount)) for code, amount in amounts.items())


@dataclass(frozen=True, slots=True)
class Payer:
    """An account and its holder."""

    account_id: int
    customer_id: int
    unit_id: int


def make_company(code: str = "01", *, months: Sequence[int] = (202509, 202510, 202511)) -> Company:
    """A utility with charge items, chart, posting rules and open periods; the street and estate of the customer rows."""
    return set_up_company(make_utility(code), code, months=months)


def set_up_company(utility: Utility, code: str = "01", *, months: Sequence[int]) -> Company:
    """The same for a utility that is there already."""
    company = Company(utility, code)
    for position, (charge, payee) in enumerate(
        (("WATER", ""), ("SEWAGE", "演示市财政局"), ("REFUSE", "演示市环卫处"), ("RELIEF", "")), start=1
    ):
        row = ChargeItem.objects.create(
            company_id=company.id, code=charge, name=charge, payee=payee, position=position * 10
        )
        company.charges[charge] = row.id
    ledger.set_up_books(actor=SYSTEM, company_id=company.id, on=OPENED, public_relief=("RELIEF",))
    for month in months:
        ledger.open_period(actor=SYSTEM, company_id=company.id, yyyymm=month, on=OPENED)
    make_region(company.id)
    make_community(company.id)
    return company


def make_payers(company: Company, how_many: int = 1, *, first: int = 1) -> list[Payer]:
    """Accounts at the east hall with their balances."""
    rows = [
        new_account(f"row {number}", unit_code=f"{company.code}E", room=str(number), name=f"演示户{number}")
        for number in range(first, first + how_many)
    ]
    result = open_accounts(actor=SYSTEM, rows=rows, on=OPENED)
    assert result.done == how_many, result.failed[:3]
    ledger.open_balances(result.ids)
    holders = dict(AccountHolder.objects.filter(account_id__in=result.ids).values_list("account_id", "customer_id"))
    return [Payer(account_id, holders[account_id], company.utility.east_id) for account_id in result.ids]


def make_payer(company: Company, number: int = 1) -> Payer:
    """One account at the east hall."""
    return make_payers(company, 1, first=number)[0]


def receivable(
    company: Company,
    payer: Payer,
    *,
    due: date = date(2025, 11, 10),
    yyyymm: int = 202510,
    bill_id: int | None = None,
    unit_id: int | None = None,
    **amounts: str,
) -> NewReceivable:
    """A bill of the given charges: receivable(company, payer, WATER="30.00", SEWAGE="10.00")."""
    number = next(_bills) if bill_id is None else bill_id
    parts = company.parts(**amounts)
    return NewReceivable(
        number,
        f"B{number:08d}",
        payer.unit_id if unit_id is None else unit_id,
        payer.account_id,
        payer.customer_id,
        yyyymm,
        due,
        sum((amount for _, amount in parts), Decimal("0.00")),
        parts,
    )


def post(
    company: Company, *receivables: NewReceivable, on: date = POSTED, run_id: int = 1, chunk_no: int = 1
) -> PostedReceivables:
    """Post receivables as a chunk of a run."""
    return ledger.post_receivables(
        actor=SYSTEM,
        company_id=company.id,
        posting_date=on,
        source=PostingSource(run_id, chunk_no),
        receivables=receivables,
    )

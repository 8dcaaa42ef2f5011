"""An account at the counter (柜台户况): who, where, what is owed bill by bill, what is paid ahead, and nothing else."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class OwedCharge:
    """What one charge item still owes of a bill. `payee` is empty when the money is the company's own."""

    charge_item_id: int
    name: str
    name_en: str
    payee: str
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class OwedBill:
    """A receivable that can be paid; bills stand oldest due first, as they are cleared."""

    open_item_id: int
    label: str
    yyyymm: int
    due_date: date
    is_overdue: bool
    amount: Decimal
    outstanding: Decimal
    charges: tuple[OwedCharge, ...]


@dataclass(frozen=True, slots=True)
class CounterAccount:
    """`payment_hold` is the reason why nothing can be taken, empty when it can."""

    account_id: int
    account_no: str
    name: str
    address: str
    state: str
    payment_hold: str
    owed: Decimal
    prepaid: Decimal
    bills: tuple[OwedBill, ...]


def account_at_counter(*, actor: Actor, account_id: int, on: date) -> CounterAccount:
    """What the cashier sees of an account. Raises NotFound for one outside the counter's reach (通收)."""
    payer = customers.payers([account_id], on=on).get(account_id)
    if payer is None or not counter_reach(actor, on=on).covers(payer.unit_id):
        raise NotFound(account=account_id)
    names = {charge.id: charge for charge in tariffs.charge_items(payer.company_id)}
    balance = ledger.balances_of([account_id]).get(account_id, ledger.NOTHING_OWED)
    bills = tuple(
        OwedBill(
            open_item_id=found.id,
            label=found.label,
            yyyymm=found.yyyymm,
            due_date=found.due_date,
            is_overdue=found.due_date < on,
            amount=found.amount,
            outstanding=found.outstanding,
            charges=tuple(
                OwedCharge(charge, names[charge].name, names[charge].name_en, names[charge].payee, amount)
                for charge, amount in found.parts
            ),
        )
        for found in ledger.owed_items(account_ids=[account_id])
    )
    return CounterAccount(
        account_id=account_id,
        account_no=payer.account_no,
        name=payer.name,
        address=payer.address,
        state=payer.state.value,
        payment_hold=payer.payment_hold,
        owed=sum((bill.outstanding for bill in bills), Decimal("0.00")),
        prepaid=balance.prepaid,
        bills=bills,
    )

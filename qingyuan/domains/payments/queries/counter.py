"""An account at the counter (柜台户况): who, where, what is owed bill by bill, what is paid ahead, and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.queries import PayerFacts
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.ledger.queries import OwedItem
from qingyuan.domains.ledger.rules.slips import Charge
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.domains.tariffs.queries import ChargeRow
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
    """A receivable that can be paid; bills stand oldest due first, as they are cleared. `due_date` is that of the instalment
    where an agreement is kept.
    """

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
    """`payment_hold` is the reason why nothing can be taken, empty when it can; neither can it without a holder. `charges`:
    all charge items of the account's company, in order.
    """

    account_id: int
    account_no: str
    name: str
    address: str
    state: str
    payment_hold: str
    has_holder: bool
    owed: Decimal
    prepaid: Decimal
    bills: tuple[OwedBill, ...]
    charges: tuple[Charge, ...]


def account_at_counter(*, actor: Actor, account_id: int, on: date) -> CounterAccount:
    """What the cashier sees of an account. Raises NotFound for one outside the counter's reach (通收)."""
    payer = customers.payers([account_id], on=on).get(account_id)
    if payer is None or not counter_reach(actor, on=on).covers(payer.unit_id):
        raise NotFound(account=account_id)
    (found,) = accounts_at_counter([payer], on=on)
    return found


def accounts_at_counter(payers: Sequence[PayerFacts], *, on: date) -> tuple[CounterAccount, ...]:
    """What a cashier sees of accounts within the counter's reach, in the order given. Three queries, and one for each
    company; none for no account.
    """
    if not payers:
        return ()
    ids = [payer.account_id for payer in payers]
    rows = {company_id: tariffs.charge_items(company_id) for company_id in {payer.company_id for payer in payers}}
    names = {charge.id: charge for own in rows.values() for charge in own}
    charges = {key: tuple(Charge(one.id, one.payee) for one in own) for key, own in rows.items()}
    balances = ledger.balances_of(ids)
    dues = ledger.dues_with_plans(ids, on=on)
    bills: defaultdict[int, list[OwedBill]] = defaultdict(list)
    for found in ledger.owed_items(account_ids=ids):
        bills[found.account_id].append(_owed_bill(found, names, dues.get(found.account_id), on))
    return tuple(
        CounterAccount(
            account_id=payer.account_id,
            account_no=payer.account_no,
            name=payer.name,
            address=payer.address,
            state=payer.state.value,
            payment_hold=payer.payment_hold,
            has_holder=payer.customer_id is not None,
            owed=sum((bill.outstanding for bill in bills[payer.account_id]), Decimal("0.00")),
            prepaid=balances.get(payer.account_id, ledger.NOTHING_OWED).prepaid,
            bills=tuple(bills[payer.account_id]),
            charges=charges[payer.company_id],
        )
        for payer in payers
    )


def _owed_bill(found: OwedItem, names: Mapping[int, ChargeRow], dues: ledger.AccountDues | None, on: date) -> OwedBill:
    due_date = found.due_date if dues is None else dues.due_of.get(found.id, found.due_date)
    return OwedBill(
        open_item_id=found.id,
        label=found.label,
        yyyymm=found.yyyymm,
        due_date=due_date,
        is_overdue=due_date < on,
        amount=found.amount,
        outstanding=found.outstanding,
        charges=tuple(
            OwedCharge(charge, names[charge].name, names[charge].name_en, names[charge].payee, amount)
            for charge, amount in found.parts
        ),
    )

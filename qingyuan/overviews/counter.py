"""The counter (柜台收费): the till as it stands, and an account's open bills as a cashier may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.queries import GroupRef
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.ledger.models import OpenItem
from qingyuan.domains.ledger.rules.instalments import OpenInstalment
from qingyuan.domains.ledger.rules.slips import Slip, SlipMode, slips_of
from qingyuan.domains.payments import queries as payments
from qingyuan.domains.payments.declarations import ALLOCATION, RECEIPT_NUMBERS
from qingyuan.domains.payments.models import Payment
from qingyuan.domains.payments.queries import OwedBill, OwedCharge, TenderTotal, account_at_counter
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import ParameterValue
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.overviews.account_search import FoundAccounts, find_accounts
from qingyuan.overviews.counter_group import FoundGroup, find_groups
from qingyuan.platform import registry
from qingyuan.platform.numbering import queries as numbering
from qingyuan.platform.numbering.rules.writing import written
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff.queries import reach

OWN_ACCOUNTS = "customers.view"
AUTO_OFFSET = "ledger.auto_offset"
AFTER_TOP_UP = "ledger.offset_after_top_up"
SLIPS = "ledger.bill_slips"


@dataclass(frozen=True, slots=True)
class Till:
    """The cashier's open shift as it stands now. Amounts in yuan; `cash` and `taken` without change and voided payments."""

    session_id: int
    session_no: str
    unit_name: str
    opened_at: datetime
    float_amount: Decimal
    totals: tuple[TenderTotal, ...]
    count: int
    taken: Decimal
    cash: Decimal
    expected_cash: Decimal
    next_receipt_no: str


@dataclass(frozen=True, slots=True)
class CardBill:
    """An open bill on the card. `volume` in m³, None for receivables that are no bill."""

    open_item_id: int
    label: str
    yyyymm: int
    due_date: date
    is_overdue: bool
    volume: Decimal | None
    amount: Decimal
    outstanding: Decimal
    charges: tuple[OwedCharge, ...]


@dataclass(frozen=True, slots=True)
class OwedSlip:
    """What can be paid apart: `key` names it, `charge_ids` are all its charge items, `owing` those that the bills owe."""

    key: int
    charge_ids: tuple[int, ...]
    owing: tuple[OwedCharge, ...]


@dataclass(frozen=True, slots=True)
class CounterCard:
    """What a cashier sees of an account. `is_own` False: an account of another hall (通收), of which name, address and
    arrears are shown and nothing else. `may_use_balance`: there is prepayment, and topping it up lets it clear bills.
    `group`: the payer group that the account is in on the day, where the counter reaches it. `slips`: what can be paid
    apart, in order; empty where bills are paid whole, or where only one slip owes. `instalment`: what is to be paid now of
    an agreement that is kept.
    """

    account_id: int
    account_no: str
    name: str
    address: str
    state: AccountState
    payment_hold: str
    is_own: bool
    owed: Decimal
    prepaid: Decimal
    bills: tuple[CardBill, ...]
    may_pay_partly: bool
    may_use_balance: bool
    group: GroupRef | None
    slips: tuple[OwedSlip, ...]
    instalment: OpenInstalment | None = None
    instalment_count: int = 0


def till_of(actor: Actor) -> Till | None:
    """The actor's open shift, None without one. At most six queries."""
    session = payments.open_session_of(actor)
    if session is None:
        return None
    page = payments.page_of(session)
    return Till(
        session_id=session.id,
        session_no=session.session_no,
        unit_name=session.unit_name,
        opened_at=session.opened_at,
        float_amount=session.float_amount,
        totals=page.totals,
        count=Payment.objects.filter(session_id=session.id, void__isnull=True).count(),
        taken=sum((one.amount for one in page.totals), ZERO_MONEY) - page.change_out,
        cash=page.expected_cash - session.float_amount,
        expected_cash=page.expected_cash,
        next_receipt_no=_next_receipt_no(session.unit_id),
    )


@dataclass(frozen=True, slots=True)
class FoundPayers:
    """What the counter's search found: accounts, and payer groups."""

    accounts: FoundAccounts
    groups: tuple[FoundGroup, ...]


def find_payers(actor: Actor, text: str, *, on: date) -> FoundPayers:
    """The counter's search: everybody the counter takes money for (通收), those that owe most first; payer groups too."""
    within = payments.counter_reach(actor, on=on)
    return FoundPayers(
        find_accounts(actor, text, permission=OWN_ACCOUNTS, on=on, within=within), find_groups(within, text, on=on)
    )


def card(actor: Actor, account_no: str, *, on: date) -> CounterCard:
    """An account at the counter. Raises NotFound for one that the counter does not reach. At most 20 queries."""
    ref = customers.account_ref(account_no)
    shown = account_at_counter(actor=actor, account_id=ref.id, on=on)
    is_own = reach(actor, OWN_ACCOUNTS, on=on).covers(ref.unit_id)
    volumes = _volumes([bill.open_item_id for bill in shown.bills]) if is_own else {}
    asked = parameters.several((AUTO_OFFSET, AFTER_TOP_UP, SLIPS), unit_id=ref.unit_id, on=on)
    plan = next((one for one in ledger.agreed_plans([ref.id], on=on) if one.counts), None)
    counter_unit = ref.unit_id if actor.unit_id is None else actor.unit_id
    return CounterCard(
        account_id=ref.id,
        account_no=ref.account_no,
        name=shown.name,
        address=shown.address,
        state=ref.state,
        payment_hold=shown.payment_hold,
        is_own=is_own,
        owed=shown.owed,
        prepaid=shown.prepaid if is_own else ZERO_MONEY,
        bills=tuple(_card_bill(bill, volumes) for bill in shown.bills),
        may_pay_partly=plan is not None or parameters.text(ALLOCATION, unit_id=counter_unit, on=on) == "partly",
        may_use_balance=is_own and bool(shown.bills) and shown.prepaid > 0 and _offsets_top_ups(asked),
        group=_group(actor, ref.id, is_own, on),
        slips=_owed_slips(shown.bills, slips_of(shown.charges, SlipMode(str(asked[SLIPS])))),
        instalment=None if plan is None else plan.standing.current,
        instalment_count=0 if plan is None else len(plan.standing.instalments),
    )


def _owed_slips(bills: tuple[OwedBill, ...], slips: tuple[Slip, ...]) -> tuple[OwedSlip, ...]:
    charges = {charge.charge_item_id: charge for bill in bills for charge in bill.charges}
    found = []
    for slip in slips:
        owing = tuple(charges[key] for key in slip if key in charges)
        if owing:
            found.append(OwedSlip(slip[0], slip, owing))
    return tuple(found) if len(found) > 1 else ()


def _group(actor: Actor, account_id: int, is_own: bool, on: date) -> GroupRef | None:
    """Of another hall's account nothing more is told than the search would tell."""
    group = customers.group_of_account(account_id, on=on)
    if group is None or is_own or payments.counter_reach(actor, on=on).covers(group.unit_id):
        return group
    return None


def _offsets_top_ups(asked: Mapping[str, ParameterValue]) -> bool:
    return asked[AUTO_OFFSET] != "none" and asked[AFTER_TOP_UP] is True


def _card_bill(bill: OwedBill, volumes: dict[int, Decimal]) -> CardBill:
    return CardBill(
        open_item_id=bill.open_item_id,
        label=bill.label,
        yyyymm=bill.yyyymm,
        due_date=bill.due_date,
        is_overdue=bill.is_overdue,
        volume=volumes.get(bill.open_item_id),
        amount=bill.amount,
        outstanding=bill.outstanding,
        charges=bill.charges,
    )


def _volumes(open_item_ids: list[int]) -> dict[int, Decimal]:
    """The billed volume behind receivables. Two queries."""
    bill_ids = dict(OpenItem.objects.filter(id__any=open_item_ids, bill_id__isnull=False).values_list("id", "bill_id"))
    volumes = dict(Bill.objects.filter(id__any=list(bill_ids.values())).values_list("id", "volume"))
    return {key: volumes[bill_id] for key, bill_id in bill_ids.items() if bill_id in volumes}


def _next_receipt_no(unit_id: int) -> str:
    """The number that the next receipt of the unit will get, unless a colleague is faster."""
    kind = registry.number_kinds.get(RECEIPT_NUMBERS)
    known = [one.next_text for one in numbering.series(frozenset({unit_id})) if one.kind.code == RECEIPT_NUMBERS]
    text = known[0] if known else written(kind, "", 1)
    return f"{organisation.unit(unit_id).code}-{text}"

"""Charging other fees by hand (其它费用收取): a bill of kind OTHER, basis MANUAL, as a run of one.

What decides over a fee stands here for sets, what writes it in `fee_writing`: file and recurring fees use both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.billing.declarations import FEE_LIMIT
from qingyuan.domains.billing.models import FeeCharge, FeeType
from qingyuan.domains.billing.operations.fee_writing import Charged, issue_fees
from qingyuan.domains.billing.operations.singles import prepare
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.fees import Fee, FeePricing, amount_of
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.queries.payers import PayerFacts, payers
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.tariffs.queries.catalogue import ChargeItemFact, price_list
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import ParameterValue
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.queries.reach import Reach, reach

PERMISSION = "billing.charge_fees"
LARGE = "billing.charge_large_fees"


class FeeTypeInactive(DomainError):
    """The fee type is no longer offered (费用类型已停用)."""

    code = "billing.fee_type_inactive"


class FeeAccountRefused(DomainError):
    """The account is closed, or has no holder who could owe the fee (户号已销户或无户主，不能收取费用)."""

    code = "billing.fee_account_refused"


class FeeOnHold(DomainError):
    """Billing of the account is on hold; `reason` says why (户号暂停开账)."""

    code = "billing.fee_on_hold"


class FeeOverLimit(DomainError):
    """The fee is above the limit, and the person has not the permission for larger ones (费用超过限额)."""

    code = "billing.fee_over_limit"


class FeeKeyUsed(DomainError):
    """The form's key was used for another fee: the page is an old one (表单已提交过其它内容)."""

    code = "billing.fee_key_used"


@dataclass(frozen=True, slots=True)
class NewFee:
    """A fee to charge. `quantity` for a type priced by the piece, `amount` (yuan) for one of free amount; `note` what for."""

    account_id: int
    fee_type_id: int
    note: str
    quantity: Decimal | None = None
    amount: Decimal | None = None


def charge_fee(*, actor: Actor, fee: NewFee, posting_date: date, request_key: str, due_date: date | None = None) -> int:
    """Charge a fee on an account and return its bill's id: bill, journal, open item, offset from prepayment by parameter.

    Sent again with the same key it returns the bill of the first time. Raises NotFound, NotPermitted, FeeTypeInactive,
    FeeAccountRefused, FeeOnHold, FeeAmountRefused, FeeOverLimit, FeeKeyUsed, PeriodClosed, PeriodMissing and what the ledger
    refuses; nothing is written then but two numbers that stay unused.
    """
    account = payers([fee.account_id], on=posting_date).get(fee.account_id)
    fee_type = FeeType.objects.filter(pk=fee.fee_type_id).first()
    if account is None:
        raise NotFound(account=fee.account_id)
    if fee_type is None or fee_type.company_id != account.company_id:
        raise NotFound(fee_type=fee.fee_type_id)
    staff.require(actor, PERMISSION, on=posting_date, unit_id=account.unit_id)
    if (done := _done_before(fee, request_key)) is not None:
        return done
    worked_out(fee_facts(actor, account.company_id, [account], posting_date), account, fee_type, fee)
    single = prepare(
        company_id=account.company_id,
        unit_id=account.unit_id,
        period_id=None,
        posting_date=posting_date,
        due_date=due_date,
        selection={"fee": fee_type.code, "account": account.account_no},
    )
    with transaction.atomic():
        hold_open_period(account.company_id, posting_date)
        customers.lock_accounts([fee.account_id])
        if (done := _done_before(fee, request_key)) is not None:
            return done
        account = payers([fee.account_id], on=posting_date)[fee.account_id]
        fee_type.refresh_from_db()
        made = worked_out(fee_facts(actor, account.company_id, [account], posting_date), account, fee_type, fee)
        charged = Charged(account, fee_type.pk, made, request_key)
        _run_id, (bill_id,) = issue_fees(actor=actor, single=single, charged=[charged])
        audit.record(
            actor=actor,
            action="billing.fee_charged",
            object_type="bill",
            object_key=single.bill_no,
            company_id=account.company_id,
            unit_id=account.unit_id,
            after={"account": account.account_no, "type": fee_type.code, "amount": str(made.amount)},
            reason=made.note,
        )
    return bill_id


def _done_before(fee: NewFee, request_key: str) -> int | None:
    """The bill of the same fee sent before."""
    found = FeeCharge.objects.filter(request_key=request_key).first()
    if found is None:
        return None
    if (found.account_id, found.fee_type_id) != (fee.account_id, fee.fee_type_id):
        raise FeeKeyUsed()
    return found.bill_id


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """What decides over fees of some accounts on a day: holds by account, limits (yuan) by unit, charge items by id."""

    on: date
    holds: Mapping[int, str]
    limits: Mapping[int, Decimal]
    large: Reach
    items: Mapping[int, tuple[str, ChargeItemFact]]


def fee_facts(actor: Actor, company_id: int, accounts: Collection[PayerFacts], on: date) -> FeeFacts:
    """The facts for fees on these accounts of the company. The same few statements, however many accounts and units."""
    held = rows_of(
        "SELECT account_id, reason FROM account_hold WHERE account_id = ANY(%s) AND activity = 'BILLING'"
        " AND from_date <= %s AND (to_date IS NULL OR %s < to_date) ORDER BY id DESC",
        [sorted({account.account_id for account in accounts}), on, on],
    )
    limits = parameters.at_units(FEE_LIMIT, unit_ids={account.unit_id for account in accounts}, on=on)
    return FeeFacts(
        on=on,
        holds=dict(held),  # the oldest comes last and stays
        limits={unit_id: _decimal(limit) for unit_id, limit in limits.items()},
        large=reach(actor, LARGE, on=on),
        items={known.id: (code, known) for code, known in price_list(company_id).charge_items.items()},
    )


def _decimal(value: ParameterValue) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def worked_out(facts: FeeFacts, account: PayerFacts, fee_type: FeeType, fee: NewFee) -> Fee:
    """The fee as its bill will have it, when nothing stands against it: the one rule for the form and the file.

    Raises FeeTypeInactive, FeeAccountRefused, FeeOnHold, FeeAmountRefused, FeeOverLimit.
    """
    if not fee_type.is_active:
        raise FeeTypeInactive(name=fee_type.name)
    if account.state is AccountState.CLOSED or account.customer_id is None:
        raise FeeAccountRefused(account=account.account_no)
    if (reason := facts.holds.get(account.account_id)) is not None:
        raise FeeOnHold(account=account.account_no, reason=reason)
    quantity, price, amount = amount_of(FeePricing(fee_type.pricing), fee_type.price, fee.quantity, fee.amount)
    limit = facts.limits[account.unit_id]
    if amount > limit and not facts.large.covers(account.unit_id):
        raise FeeOverLimit(amount=amount, limit=limit)
    item_code, known = facts.items[fee_type.charge_item_id]
    return Fee(
        account_no=account.account_no,
        type_code=fee_type.code,
        name=fee_type.name,
        item_code=item_code,
        piece=fee_type.piece,
        quantity=quantity,
        price=price,
        amount=amount,
        tax=known.tax,
        day=facts.on,
        note=fee.note.strip()[:200],
    )
